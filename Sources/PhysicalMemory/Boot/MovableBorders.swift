/// Where zone Movable begins on each node.
///
/// *Kernel counterpart:* `find_zone_movable_pfns_for_nodes`.
struct MovableBorders: Hashable, Sendable {
    /// The first frame of Movable by node; nodes without Movable are left out.
    /// *Kernel counterpart:* `zone_movable_pfn[]`.
    private(set) var start: [NodeID: PFN] = [:]
    /// Normal keeps its mirrored memory above Movable's start, so that the two overlap.
    private(set) var isMirrored = false
    /// What was passed over, for people.
    private(set) var notes: [String] = []

    /// A run of usable frames.
    struct Region: Hashable, Sendable {
        var frames: Range<UInt64>
        var isHotPluggable = false
        var isMirrored = false
    }

    /// Finds the borders of nodes with the given `regions` (ascending by node) on a machine with `limits`.
    init(
        regions: [(node: NodeID, regions: [Region])], limits: ZoneLimits, parameters: KernelParameters,
        pageSize: UInt64, maxOrder: Order
    ) {
        guard let source = limits.movableSource else { return }
        let all = regions.flatMap { node in node.regions.map { (node.node, $0) } }
        if parameters.hasMovableNodes {
            for (node, region) in all where region.isHotPluggable { lower(node, to: region.frames.lowerBound) }
        } else if parameters.kernelCoreIsMirrored {
            guard all.contains(where: \.1.isMirrored) else {
                notes.append("kernelcore=mirror: no memory is mirrored")
                return
            }
            isMirrored = true
            let fourGiB = (1 << 32) / pageSize
            for (node, region) in all where !region.isMirrored && region.frames.lowerBound >= fourGiB {
                lower(node, to: region.frames.lowerBound)
            }
        } else {
            let total = all.reduce(0) { $0 + UInt64($1.1.frames.count) }
            let block = UInt64(1) << UInt64(maxOrder.rawValue)
            guard let kernel = Self.kernelPages(parameters, total: total, pageSize: pageSize, block: block)
            else { return }
            share(kernel, among: regions, above: limits.ranges[source].lowerBound.rawValue)
        }
        round(to: maxOrder.pageCount, ends: regions)
    }

    private mutating func lower(_ node: NodeID, to frame: UInt64) {
        start[node] = min(start[node] ?? PFN(frame), PFN(frame))
    }

    /// The frames that must not be Movable's, or `nil` if there is to be no Movable.
    private static func kernelPages(
        _ parameters: KernelParameters, total: UInt64, pageSize: UInt64, block: UInt64
    ) -> UInt64? {
        func pages(_ amount: KernelParameters.Amount?) -> UInt64 {
            switch amount {
            case nil: return 0
            case .bytes(let bytes): return bytes / pageSize
            case .percent(let percent):
                let product = (total * 100).multipliedFullWidth(by: percent)
                return product.high >= 10000 ? .max : UInt64(10000).dividingFullWidth(product).quotient
            }
        }
        var kernel = pages(parameters.kernelCore)
        let movable = pages(parameters.movableCore)
        if movable > 0 {
            let rounded = movable > total ? total : min(total, (movable + block - 1) / block * block)
            kernel = max(kernel, total - rounded)
        }
        return kernel == 0 || kernel >= total ? nil : kernel
    }

    /// Shares `kernel` frames out over the nodes evenly; what a node lacks the others make up for in another round.
    /// Frames below `border` are the kernel's anyway, and counted first.
    private mutating func share(
        _ kernel: UInt64, among nodes: [(node: NodeID, regions: [Region])], above border: UInt64
    ) {
        var required = kernel
        var usableNodes = UInt64(nodes.count)
        while usableNodes > 0 {
            var perNode = required / usableNodes
            for (node, regions) in nodes {
                if required < perNode { perNode = required / usableNodes }
                var remaining = perNode
                for region in regions {
                    let low = max(region.frames.lowerBound, start[node]?.rawValue ?? 0)
                    let high = region.frames.upperBound
                    guard low < high else { continue }
                    if low < border {
                        let below = min(high, border) - low
                        remaining -= min(below, remaining)
                        required -= min(below, required)
                        if high <= border {
                            start[node] = PFN(high)
                            continue
                        }
                    }
                    let first = max(low, border)
                    let taken = min(high - first, remaining)
                    start[node] = PFN(first + taken)
                    required -= min(required, taken)
                    remaining -= taken
                    if remaining == 0 { break }
                }
            }
            usableNodes -= 1
            if required <= usableNodes { break }
        }
    }

    /// Borders are those of the largest buddy blocks; a node whose memory ends below its border has no Movable.
    private mutating func round(to block: PageCount, ends nodes: [(node: NodeID, regions: [Region])]) {
        for (node, regions) in nodes {
            guard let border = start[node]?.roundedUp(toMultipleOf: block) else { continue }
            start[node] = border.rawValue >= (regions.last?.frames.upperBound ?? 0) ? nil : border
        }
    }
}

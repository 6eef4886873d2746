/// Memory that boot sets aside for drivers that need much of it in one piece, lent to movable requests until then.
///
/// *Kernel counterpart:* `dma_contiguous_reserve`, `hugetlb_cma_reserve`, `cma_declare_contiguous_nid`.
struct ContiguousAreas {
    /// In bytes, ascending.
    private(set) var ranges: [Range<UInt64>] = []
    private(set) var notes: [String] = []

    private static let fourGiB: UInt64 = 1 << 32
    private static let gigabyte: UInt64 = 1 << 30

    /// The areas of `spec`: those it names, else those its parameters and configuration ask for.
    ///
    /// What boot reserved before is not known; areas are put where they would be without it.
    init(_ spec: MachineSpec, _ parameters: KernelParameters, _ map: FirmwareMap, _ limits: ZoneLimits) {
        if let known = spec.contiguousRanges {
            ranges = known.map(\.addresses).sorted { $0.lowerBound < $1.lowerBound }
            return
        }
        let options = spec.configuration.memoryMap ?? MemoryMapOptions(usualFor: spec.architecture)
        guard options.hasContiguousMemory else {
            if parameters.cma != nil { notes.append("cma=: this kernel has no contiguous memory areas") }
            return
        }
        let pages = UInt64(spec.configuration.pageblockOrder.pageCount.rawValue)
        let block = pages * UInt64(max(1, spec.pageSize.rawValue))
        let usual = KernelParameters.ContiguousArea(bytes: UInt64(max(0, options.contiguousBytes)))
        let area = parameters.cma ?? usual
        if area.bytes > 0 { declare(area, unit: block, limit: Self.limit(spec, map, limits), in: map, on: nil) }
        reserveForHugePages(parameters, unit: max(block, Self.gigabyte), map)
        ranges.sort { $0.lowerBound < $1.lowerBound }
    }

    /// Devices of arm64 and riscv64 may reach the lower zones only.
    private static func limit(_ spec: MachineSpec, _ map: FirmwareMap, _ limits: ZoneLimits) -> UInt64 {
        guard spec.architecture == .arm64 || spec.architecture == .riscv64 else { return map.end }
        let low = zip(limits.types, limits.ranges).filter { ($0 == .dma || $0 == .dma32) && !$1.isEmpty }
        let end = low.map(\.1.upperBound.rawValue).max().map { $0 * UInt64(spec.pageSize.rawValue) }
        return end ?? map.end
    }

    /// `hugetlb_cma=`: in all, shared evenly by the nodes with memory, or node by node.
    private mutating func reserveForHugePages(_ parameters: KernelParameters, unit: UInt64, _ map: FirmwareMap) {
        let nodes = NodeMask(map.usable.entries.compactMap(\.value.node))
        switch parameters.hugePageAreas {
        case nil: return
        case .total(let bytes):
            var rest = bytes
            let share = (bytes / UInt64(max(1, nodes.count)) + unit - 1) / unit * unit
            for node in nodes where rest > 0 {
                declare(.init(bytes: min(share, rest)), unit: unit, limit: map.end, in: map, on: node)
                rest -= min(share, rest)
            }
        case .byNode(let sizes):
            for (node, bytes) in sizes.sorted(by: { $0.key < $1.key }) where bytes > 0 {
                declare(.init(bytes: bytes), unit: unit, limit: map.end, in: map, on: node)
            }
        }
    }

    private mutating func declare(
        _ area: KernelParameters.ContiguousArea, unit: UInt64, limit: UInt64, in map: FirmwareMap, on node: NodeID?
    ) {
        guard area.bytes <= FirmwareMap.addressLimit else {
            notes.append("a contiguous area of \(area.bytes) bytes is more than there is")
            return
        }
        let size = (area.bytes + unit - 1) / unit * unit
        var limit = min(limit, map.end)
        if let end = area.end { limit = min(limit, end) }
        let place: UInt64?
        if let start = area.start, area.end == nil {
            place = start % unit == 0 && isFree(start, size, in: map, on: node) ? start : nil
        } else {
            let low = area.start ?? 0
            let above = limit >= Self.fourGiB + size ? lowest(size, unit, from: Self.fourGiB, limit, map, node) : nil
            place = above ?? highest(size, unit, from: low, limit, map, node)
        }
        if let place {
            ranges.append(place..<place + size)
        } else {
            notes.append("no room for a contiguous area of \(size >> 20) MiB")
        }
    }

    private func isFree(_ start: UInt64, _ size: UInt64, in map: FirmwareMap, on node: NodeID?) -> Bool {
        let (end, overflow) = start.addingReportingOverflow(size)
        guard !overflow, !ranges.contains(where: { $0.overlaps(start..<end) }) else { return false }
        return map.usable.entries.contains {
            (node == nil || $0.value.node == node) && $0.range.lowerBound <= start && end <= $0.range.upperBound
        }
    }

    /// The parts of memory that may hold an area, ascending.
    private func gaps(_ low: UInt64, _ high: UInt64, _ map: FirmwareMap, _ node: NodeID?) -> [Range<UInt64>] {
        guard low < high else { return [] }
        var free = map.usable
        for range in ranges { free.remove(range) }
        return free.entries.filter { node == nil || $0.value.node == node }
            .map { $0.range.clamped(to: low..<high) }.filter { !$0.isEmpty }
    }

    private func lowest(
        _ size: UInt64, _ unit: UInt64, from low: UInt64, _ high: UInt64, _ map: FirmwareMap, _ node: NodeID?
    ) -> UInt64? {
        for gap in gaps(low, high, map, node) {
            let start = (gap.lowerBound + unit - 1) / unit * unit
            if start < gap.upperBound, gap.upperBound - start >= size { return start }
        }
        return nil
    }

    private func highest(
        _ size: UInt64, _ unit: UInt64, from low: UInt64, _ high: UInt64, _ map: FirmwareMap, _ node: NodeID?
    ) -> UInt64? {
        for gap in gaps(low, high, map, node).reversed() where gap.upperBound - gap.lowerBound >= size {
            let start = (gap.upperBound - size) / unit * unit
            if start >= gap.lowerBound { return start }
        }
        return nil
    }
}

extension MachineLayout {
    /// Lends whole pageblocks of the areas to movable requests. An area that two zones share is nobody's.
    mutating func setContiguousRanges(_ areas: [Range<UInt64>]) {
        let bytes = UInt64(pageSize.rawValue)
        for area in areas {
            let frames = PFN(area.lowerBound / bytes)..<PFN(area.upperBound / bytes)
            for node in nodes.indices {
                for zone in nodes[node].zones.indices {
                    guard
                        nodes[node].zones[zone].presentRanges.contains(where: {
                            $0.lowerBound <= frames.lowerBound && frames.upperBound <= $0.upperBound
                        })
                    else { continue }
                    let low = frames.lowerBound.roundedUp(toMultipleOf: pageblockOrder.pageCount)
                    let high = frames.upperBound.roundedDown(toMultipleOf: pageblockOrder.pageCount)
                    if low < high { nodes[node].zones[zone].cmaRanges.append(low..<high) }
                }
            }
        }
    }
}

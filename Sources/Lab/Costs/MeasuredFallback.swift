import AccessCosts
import PhysicalMemory

/// The order in which a kernel would fall back from node to node, by firmware's distances and by measured ones.
public struct MeasuredFallback: Encodable, Hashable, Sendable {
    public struct Order: Encodable, Hashable, Sendable {
        public var node: Int
        /// By firmware's distances: what the kernel has. Nil where those are not known.
        @OrNull public var kernel: [Int]?
        /// By measured latencies. Nil where a pair of the node was not measured.
        @OrNull public var measured: [Int]?
        /// They differ.
        public var differs: Bool
    }

    /// Of each node with CPUs.
    public var orders: [Order]

    /// Both orders come from the kernel's own rule (`FallbackOrder`). Rows of nodes without CPUs, which nobody can
    /// measure, are firmware's in both; where firmware's are not known, they are the columns', as distances are
    /// symmetrical nearly everywhere.
    public init(_ report: AccessCostReport) {
        let nodes = Set(report.cpuNodes).union(report.memoryNodes).sorted()
        let withMemory = nodes.indices.filter { report.memoryNodes.contains(nodes[$0]) }
        let version = KernelVersion(release: report.host.kernel) ?? .reference
        let known = Self.firmware(report, nodes)

        func orders(_ distances: [[Int?]]) -> [[Int]]? {
            let full = distances.enumerated().map { row, values in
                values.enumerated().map { column, value in value ?? distances[column][row] ?? (row == column ? 10 : nil)
                }
            }
            guard full.allSatisfy({ $0.allSatisfy { $0 != nil } }) else { return nil }
            let places = FallbackOrder.orders(
                distances: full.map { $0.compactMap { $0 } }, withMemory: withMemory, kernel: version)
            return places.map { $0.map { nodes[$0] } }
        }
        var costs = known
        var measuredRows = Set<Int>()
        for (row, node) in report.cpuNodes.enumerated() {
            guard let place = nodes.firstIndex(of: node) else { continue }
            let measured = DistanceSense.measuredRow(report, row)
            if measured.allSatisfy({ $0 != nil }) { measuredRows.insert(node) }
            for (column, value) in measured.enumerated() {
                guard let value, let other = nodes.firstIndex(of: report.memoryNodes[column]) else { continue }
                costs[place][other] = Int(min(254, max(10, value)).rounded())
            }
        }
        let (kernel, measured) = (orders(known), orders(costs))
        self.orders = report.cpuNodes.compactMap { node in
            guard let place = nodes.firstIndex(of: node) else { return nil }
            let (before, after) = (kernel?[place], measuredRows.contains(node) ? measured?[place] : nil)
            return Order(
                node: node, kernel: before, measured: after,
                differs: before != nil && after != nil && before != after)
        }
    }

    /// Firmware's distances between `nodes`.
    private static func firmware(_ report: AccessCostReport, _ nodes: [Int]) -> [[Int?]] {
        nodes.map { from in
            nodes.map { to in
                if let firmware = report.firmware, let row = firmware.nodes.firstIndex(of: from),
                    let column = firmware.nodes.firstIndex(of: to)
                {
                    return firmware.distances[row][column]
                }
                guard let row = report.cpuNodes.firstIndex(of: from), let column = report.memoryNodes.firstIndex(of: to)
                else { return nil }
                return report.firmwareDistances[row][column]
            }
        }
    }
}

extension KernelVersion {
    /// From `uname -r`: its first two numbers.
    init?(release: String) {
        let numbers = release.split(separator: ".").prefix(2).map { $0.prefix { $0.isNumber } }
        guard numbers.count == 2, let major = Int(numbers[0]), let minor = Int(numbers[1]), major < 1000, minor < 1000
        else { return nil }
        self.init(major, minor)
    }
}

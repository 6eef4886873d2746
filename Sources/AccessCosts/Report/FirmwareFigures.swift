import HostNUMA

/// What firmware and kernel say of memory's costs, to hold against what was measured.
public struct FirmwareFigures: Hashable, Sendable, Codable {
    /// All online nodes, ascending.
    public var nodes: [Int]
    /// Distances between all of them, 10 for local; nil where nobody says.
    public var distances: [[Int?]]
    /// HMAT's latencies and bandwidths; empty if firmware has none.
    public var costs: [FirmwareCosts]
    /// The weighted-interleave policy's weights; nil if this kernel does not have it.
    @Null public var interleave: InterleaveSettings?

    /// As sysfs under `root` says, "" for this host.
    public init(of topology: HostTopology, root: String = "") {
        nodes = topology.nodes.map(\.id.rawValue)
        distances = topology.distances
        costs = FirmwareCosts.all(of: topology, root: root)
        interleave = InterleaveSettings(of: topology, root: root)
    }
}

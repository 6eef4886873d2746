/// The host's NUMA nodes, read once: CPUs, memory and distances, and what of it this process may use.
public struct HostTopology: Hashable, Sendable, Encodable {
    /// Who said so.
    public enum Source: String, Sendable, Codable {
        /// libnuma, the node list from sysfs.
        case libnuma
        /// sysfs alone: libnuma refuses to work here (`numa_available()` < 0), or another root was read.
        case sysfs
        /// Nobody: there is no node directory, so everything is one node.
        case none
    }

    public let source: Source
    /// Whether the kernel shows nodes at all. False: `nodes` is one node that stands for the whole machine.
    public let hasNUMA: Bool
    /// The online nodes, ascending by id; never empty.
    public let nodes: [HostNode]
    /// The firmware's distances (10 is local), rows and columns as `nodes`; nil where nobody says.
    public let distances: [[Int?]]
    /// A line for people, if something about the topology needs saying.
    public let note: String?

    /// A topology from elsewhere. `nodes` is not empty and ascends; `distances` has a row and a column per node.
    public init(source: Source, hasNUMA: Bool, nodes: [HostNode], distances: [[Int?]], note: String?) {
        precondition(!nodes.isEmpty && zip(nodes, nodes.dropFirst()).allSatisfy { $0.id < $1.id }, "unsorted nodes")
        precondition(distances.count == nodes.count && distances.allSatisfy { $0.count == nodes.count }, "not square")
        self.source = source
        self.hasNUMA = hasNUMA
        self.nodes = nodes
        self.distances = distances
        self.note = note
    }

    /// The topology of this host, by libnuma where it works here, else by sysfs.
    ///
    /// Throws `HostError` if sysfs says what no kernel says. Reads a few small files per node.
    public static func current() throws(HostError) -> HostTopology {
        let topology = try HostTopology(root: "")
        guard topology.hasNUMA, Libnuma.isAvailable else { return topology }
        return topology.askingLibnuma()
    }

    public func node(_ id: HostNodeID) -> HostNode? { nodes.first { $0.id == id } }

    /// The node an online CPU belongs to.
    public func node(of cpu: HostCPU) -> HostNode? { nodes.first { $0.onlineCPUs.contains(cpu) } }

    /// The firmware's distance between two nodes, 10 for the node itself; nil if unknown.
    public func distance(from: HostNodeID, to: HostNodeID) -> Int? {
        guard let row = nodes.firstIndex(where: { $0.id == from }),
            let column = nodes.firstIndex(where: { $0.id == to })
        else { return nil }
        return distances[row][column]
    }

    /// The CPUs this process may run on. Ascending.
    public var cpus: [HostCPU] { nodes.flatMap(\.cpus).sorted() }

    /// The nodes that have CPUs, whether this process may use them or not.
    public var cpuNodes: [HostNode] { nodes.filter { !$0.onlineCPUs.isEmpty } }

    /// The nodes that have memory, whether this process may use it or not.
    public var memoryNodes: [HostNode] { nodes.filter { $0.memoryTotal > 0 } }
}

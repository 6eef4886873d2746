/// The host's nodes and what may be done with them: what memory and measurements need to know together.
public struct Host: Sendable {
    public let topology: HostTopology
    public let binding: BindingCapability
    public let memoryLimit: MemoryLimit

    /// This host, as the calling thread may use it.
    public static func current() throws(HostError) -> Host {
        let topology = try HostTopology.current()
        return Host(
            topology: topology, binding: try BindingCapability(probing: topology), memoryLimit: try MemoryLimit())
    }

    public init(topology: HostTopology, binding: BindingCapability, memoryLimit: MemoryLimit = .unlimited) {
        self.topology = topology
        self.binding = binding
        self.memoryLimit = memoryLimit
    }

    /// Bytes that could be had on a node without swapping or a control group's kill: an estimate.
    public func availableBytes(on node: HostNode) -> Int {
        min(node.memoryAvailable, memoryLimit.remainingBytes ?? .max)
    }

    /// How memory can be had on a node; throws `HostError.unreachable` with the reason if it can't.
    public func way(to id: HostNodeID) throws(HostError) -> PlacementWay {
        guard let node = topology.node(id) else { throw .unreachable(node: id, reason: "no such online node") }
        guard node.memoryTotal > 0 else { throw .unreachable(node: id, reason: "it has no memory") }
        guard node.isMemoryAllowed else {
            throw .unreachable(node: id, reason: "its memory is not among this process's (Mems_allowed)")
        }
        guard case .refused(let noBinding) = binding.mbind else { return .bound }
        if let cpu = node.cpus.first, binding.setAffinity.works { return .firstTouch(from: cpu) }
        if topology.nodes.filter(\.hasUsableMemory).count == 1 { return .onlyNode }
        if case .refused(let noPinning) = binding.setAffinity {
            throw .unreachable(node: id, reason: "\(noBinding), \(noPinning)")
        }
        throw .unreachable(node: id, reason: "\(noBinding), and no CPU of it that could touch its memory first")
    }
}

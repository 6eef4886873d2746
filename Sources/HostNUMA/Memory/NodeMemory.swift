/// Memory that lies on one node: mapped, placed and populated, and given back when the object is released.
public final class NodeMemory: Sendable {
    /// The node it was asked for. `Placement` says where it is.
    public let node: HostNodeID
    /// How it was placed.
    public let way: PlacementWay
    private let memory: ReservedMemory

    public var address: UnsafeMutableRawPointer { memory.address }
    /// A multiple of the page size, at least what was asked for.
    public var byteCount: Int { memory.byteCount }

    /// Maps `byteCount` bytes on a node, with huge pages where the kernel gives them and they are wanted.
    ///
    /// The memory is aligned to 2 MiB. Throws `HostError`: `.unreachable` with the reason, `.systemCall` with
    /// `ENOMEM` if the node is full. Takes about a second per GiB.
    public init(
        byteCount: Int, on node: HostNodeID, of host: Host, hugePages: Bool = true
    ) throws(HostError) {
        memory = try ReservedMemory(byteCount: byteCount, alignment: 2 << 20)
        self.node = node
        let all = 0..<memory.byteCount
        way = try memory.bind(all, to: node, of: host)
        if hugePages { memory.preferHugePages(in: all) }
        try memory.populate(all, way: way)
    }

    /// On which node sampled pages are now.
    public func placement(samples: Int = 64) throws(HostError) -> Placement {
        try Placement(of: address, byteCount: byteCount, expected: node, samples: samples)
    }

    /// How much of it is in huge pages now, in bytes; nil if the kernel won't say.
    public func hugePageBytes() throws(HostError) -> Int? {
        try HugePages.bytes(in: address, byteCount: byteCount)
    }
}

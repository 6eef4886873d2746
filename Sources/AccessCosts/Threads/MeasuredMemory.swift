import HostNUMA

/// Memory on one node, in the largest pages that can be had, and proved to lie there page by page.
struct MeasuredMemory: @unchecked Sendable {
    // Unchecked: an address. A survey lends a part to one thread at a time and waits for it; where threads share words,
    // they are atomics (`SharedWords`).

    let node: HostNode
    let address: UnsafeMutableRawPointer
    let byteCount: Int
    let pages: PageKind
    /// `bound`, `first-touch` or `only-node`.
    let way: String
    let placement: Placement
    /// Nil: the kernel won't say.
    let hugePageBytes: Int?
    /// Gives the memory back when it is let go of.
    private let owner: AnyObject

    /// A part of what is free: the node's other users keep room, and what was read is some time ago.
    static func affordableBytes(_ wanted: Int, on node: HostNode, of host: Host) -> Int {
        min(wanted, host.availableBytes(on: node) / 4) & ~4095
    }

    /// Tries 1 GiB pages, then 2 MiB, then base pages; `basePages` asks for the last at once.
    ///
    /// The size is cut to a quarter of what is free. Throws `HostError.unreachable` with the reason if none can be had
    /// there, or if it was found elsewhere.
    static func make(
        _ wanted: Int, on node: HostNode, of host: Host, pools: [HostSettings.HugePagePool], basePages: Bool = false
    ) throws(HostError) -> MeasuredMemory {
        let size = affordableBytes(wanted, on: node, of: host)
        guard size >= 64 << 10 else { throw .unreachable(node: node.id, reason: "it has no memory free") }
        if basePages {
            return try MeasuredMemory(PageMapping(byteCount: size, pages: .base), on: node, of: host)
        }
        // Pages of a pool are there already: they take nothing from what is free. A large page is worth it only
        // where most of it is used.
        for kind in [PageKind.huge1G, .huge2M] where size >= kind.byteCount / 2 {
            let count = (size + kind.byteCount - 1) / kind.byteCount
            guard pools.contains(where: { $0.node == node.id && $0.pageBytes == kind.byteCount && $0.free >= count }),
                let mapping = try? PageMapping(byteCount: size, pages: kind),
                let memory = try? MeasuredMemory(mapping, on: node, of: host)
            else { continue }
            return memory
        }
        return try MeasuredMemory(NodeMemory(byteCount: size, on: node.id, of: host), on: node, of: host)
    }

    private init(_ memory: NodeMemory, on node: HostNode, of host: Host) throws(HostError) {
        self.node = node
        address = memory.address
        byteCount = memory.byteCount
        way = "\(memory.way)"
        placement = try memory.placement(samples: .max)
        hugePageBytes = try memory.hugePageBytes()
        pages = (hugePageBytes ?? 0) > memory.byteCount / 2 ? .transparentHuge : .base
        owner = memory
        try checkPlacement(of: host)
    }

    private init(_ mapping: PageMapping, on node: HostNode, of host: Host) throws(HostError) {
        let way = try host.way(to: node.id)
        switch way {
        case .bound: try mapping.place(.bind(node.id))
        case .onlyNode: break
        case .firstTouch: throw .unreachable(node: node.id, reason: "memory cannot be bound there")
        }
        try mapping.populate()
        self.node = node
        self.way = "\(way)"
        address = mapping.address
        byteCount = mapping.byteCount
        pages = mapping.pages
        hugePageBytes = mapping.pages == .base ? 0 : mapping.byteCount
        placement = try Placement(of: address, byteCount: byteCount, expected: node.id, samples: .max)
        owner = mapping
        try checkPlacement(of: host)
    }

    private func checkPlacement(of host: Host) throws(HostError) {
        guard !placement.isAsExpected, host.topology.memoryNodes.count > 1 else { return }
        let reason =
            placement.checkedPages == 0
            ? "nobody here says where a page is"
            : "\(placement.onExpectedNode) of \(placement.checkedPages) pages are on it"
        throw .unreachable(node: node.id, reason: reason)
    }
}

import HostNUMA

/// What happened to one mapping's pages, each step timed, on the thread that did it.
struct PageRun: Sendable {
    /// Nanoseconds per page: making them exist, and giving them back.
    var arrival: Double
    var unmap: Double
    /// Pages that were found on each node after they came to be.
    var nodes: [HostNodeID: Int]
    /// Pages of the kind asked for.
    var pages: Int

    /// How pages come to be.
    enum Manner: Sendable {
        case touch
        case populate
    }

    /// Maps, places, makes exist, looks, and unmaps. On the calling thread, which is the one that pages are local to.
    ///
    /// Throws `HostError`: `.unreachable` if the kernel gave no transparent huge pages.
    static func measure(
        _ kind: PageKind, count: Int, policy: MappingPolicy, manner: Manner, on node: HostNodeID
    ) throws(HostError) -> PageRun {
        let mapping = try PageMapping(byteCount: count * kind.byteCount, pages: kind)
        try mapping.place(policy)
        let arrival = try time { () throws(HostError) in
            switch manner {
            case .touch: mapping.touch()
            case .populate: try mapping.populate()
            }
        }
        if kind == .transparentHuge, let bytes = try mapping.hugePageBytes(), bytes < mapping.byteCount {
            throw .unreachable(
                node: node, reason: "only \(bytes / kind.byteCount) of \(count) pages were transparent huge pages")
        }
        let found = (try? mapping.nodes()) ?? []
        let unmap = try time { () throws(HostError) in mapping.unmap() }
        return PageRun(
            arrival: arrival / Double(count), unmap: unmap / Double(count),
            nodes: Dictionary(found.compactMap { $0.map { ($0, 1) } }, uniquingKeysWith: +), pages: count)
    }

    /// Nanoseconds.
    static func time(_ body: () throws(HostError) -> Void) throws(HostError) -> Double {
        let begin = ContinuousClock.now
        try body()
        return (ContinuousClock.now - begin) / .nanoseconds(1)
    }
}

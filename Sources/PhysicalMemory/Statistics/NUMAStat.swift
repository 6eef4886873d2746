/// Where a node's pages went, as `numastat` shows it. In pages.
///
/// *Kernel counterpart:* `enum numa_stat_item`.
public struct NUMAStat: Hashable, Sendable, Codable {
    /// Pages from here for requests that preferred this node. *Kernel counterpart:* `NUMA_HIT`.
    public var numaHit = 0
    /// Pages from here for requests that preferred another node. *Kernel counterpart:* `NUMA_MISS`.
    public var numaMiss = 0
    /// Pages from elsewhere for requests that preferred this node. *Kernel counterpart:* `NUMA_FOREIGN`.
    public var numaForeign = 0
    /// Pages from here, as an interleaving policy meant. *Kernel counterpart:* `NUMA_INTERLEAVE_HIT`.
    public var interleaveHit = 0
    /// Pages from here for a CPU of this node. *Kernel counterpart:* `NUMA_LOCAL`.
    public var localNode = 0
    /// Pages from here for a CPU of another node. *Kernel counterpart:* `NUMA_OTHER`.
    public var otherNode = 0

    /// Nothing counted.
    public init() {}
}

extension Machine {
    /// The counters of a node, summed over CPUs and zones.
    public func numaStat(of node: NodeID) -> NUMAStat {
        var stat = NUMAStat()
        for zone in zones where zone.value.node == node {
            for cpu in 0..<pagesets.count { stat.add(pagesets[cpu][zone.value.number].value.numa) }
        }
        return stat
    }
}

extension NUMAStat {
    mutating func add(_ events: borrowing NUMAEvents) {
        let (hitLocal, hitOther) = (events.hitLocal.load(), events.hitOther.load())
        let (missLocal, missOther) = (events.missLocal.load(), events.missOther.load())
        numaHit += hitLocal + hitOther
        numaMiss += missLocal + missOther
        numaForeign += events.foreign.load()
        interleaveHit += events.interleaveHit.load()
        localNode += hitLocal + missLocal
        otherNode += hitOther + missOther
    }
}

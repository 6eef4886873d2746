extension Machine {
    /// Whether somebody asked the node's kswapd for memory since it last ran.
    public func kswapdIsWanted(on node: NodeID) -> Bool {
        guard (0..<daemons.count).contains(node.rawValue) else { return false }
        return daemons[node.rawValue].value.isPending.load() != 0
    }

    /// One run of a node's kswapd: answers the request that is there. Returns the pages of watermark boost taken back.
    ///
    /// Nothing can be reclaimed, so this is what is left of it: the boosts that were there at its start end, up to the
    /// zone asked for, and the request is cleared. One thread at a time per node; takes the zones' locks.
    /// *Kernel counterpart:* the end of `balance_pgdat`.
    @discardableResult
    public func runKswapd(on node: NodeID) -> PageCount {
        guard (0..<daemons.count).contains(node.rawValue) else { return 0 }
        let state = daemons[node.rawValue]
        // Cleared first: a request that comes meanwhile is for the next run.
        state.value.isPending.clear(1)
        let highest = state.value.highestZone.load()
        state.value.highestZone.store(-1)
        state.value.order.store(0)
        var taken = 0
        for zone in zones where zone.value.node == node && zone.value.index <= highest {
            let held = zone.value.areas.acquire()
            taken += zone.value.watermarkBoost.load()
            zone.value.setBoost(0)
            _ = consume held
        }
        state.value.runs.add(1)
        return PageCount(taken)
    }
}

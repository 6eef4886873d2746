extension CPUState {
    /// The greatest distance over which a node is reclaimed for another's sake.
    /// *Kernel counterpart:* `RECLAIM_DISTANCE`.
    static var reclaimDistance: UInt8 { 30 }

    /// Asks a zone's node, near enough to the preferred one, to reclaim memory of its own before the request goes
    /// farther, because `zone_reclaim_mode` says so.
    ///
    /// Nothing in the model can be reclaimed yet, so the node is always found full. *Kernel counterpart:*
    /// `zone_allows_reclaim`, `node_reclaim`.
    @inline(never) borrowing func reclaimNode(of reference: ZoneReference, preferred: ZoneReference) {
        let distance = distances[Int(preferred.node)][Int(reference.node)]
        let isNear = distance <= Self.reclaimDistance
        if isNear { events.value.nodeReclaims.add(1) }
        note(
            .nodeReclaim(
                .init(mode: rules.nodeReclaimMode, distance: Int(distance), outcome: isNear ? .full : .tooFar)),
            at: reference)
    }
}

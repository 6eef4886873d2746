/// Which stages of the slow path a request may go through.
struct SlowPathStages {
    let order: UInt32
    let gfp: GFP
    let canReclaim: Bool
    /// *Kernel counterpart:* `gfp_compaction_allowed`.
    let canCompact: Bool
    let isCostly: Bool
    /// The caller frees memory and may use all there is meanwhile. *Kernel counterpart:* `gfp_pfmemalloc_allowed`.
    let usesReserves: Bool
    /// A large block, or one that would spoil a pageblock, is better made by compaction than taken elsewhere.
    let compactsFirst: Bool

    /// Rounds without progress after which the free counters are believed no more.
    /// *Kernel counterpart:* `MAX_RECLAIM_RETRIES`.
    static var greatestFruitlessRounds: Int { 16 }

    init(_ order: UInt32, _ gfp: GFP, _ context: AllocationContext) {
        self.order = order
        self.gfp = gfp
        canReclaim = gfp.contains(.directReclaim)
        canCompact = gfp.contains(.io)
        isCostly = order > PerCPULists.costlyOrder
        usesReserves = gfp.contains(.memAlloc) && !gfp.contains(.noMemAlloc)
        compactsFirst =
            canReclaim && canCompact && !usesReserves
            && (isCostly || order > 0 && context.migrateType != MigrateType.movable.rawValue)
    }

    /// Why one round has to be enough; `nil` if it has not.
    var reasonNotToRetry: AllocationStep.Retry.Reason? {
        if gfp.contains(.noRetry) { return .noRetry }
        return isCostly && !(canCompact && gfp.contains(.retryMayFail)) ? .costly : nil
    }

    /// Whether a task would be killed for the request. *Kernel counterpart:* `__alloc_pages_may_oom`.
    func outOfMemoryVerdict(index: Int, normal: Int) -> AllocationStep.OutOfMemory.Verdict {
        if isCostly { return .costly }
        if !gfp.isDisjoint(with: [.retryMayFail, .thisNode]) { return .requestMayFail }
        return index < normal ? .lowZone : .kill
    }
}

// What an observed request leaves behind in a zone. None of this runs for others.
extension Zone {
    /// The order of the smallest block of `type` that has at least `order`.
    borrowing func source(_ order: Int, _ type: UInt8) -> Int? {
        let orders = occupiedOrders[Int(type)].load() >> UInt32(order)
        return orders == 0 ? nil : order + orders.trailingZeroBitCount
    }

    /// Counts where the next block of a refill will come from.
    @inline(never) borrowing func noteSource(_ order: Int, _ type: UInt8, _ sources: inout [Int]) {
        if sources.isEmpty { sources = Array(repeating: 0, count: maxOrder + 1) }
        if let found = source(order, type) { sources[found] += 1 }
    }

    @inline(never) borrowing func noteClaim(
        _ frame: FrameOffset, _ order: Int, _ type: UInt8, from owner: UInt8, _ scan: PageblockScan?, alike: Int,
        _ verdict: AllocationStep.ClaimVerdict, cpu: Int
    ) {
        note(
            cpu,
            .claim(
                .init(
                    pfn: PFN(frames.pfn(frame)), blockOrder: Order(order), owner: MigrateType.name(owner),
                    wanted: MigrateType.name(type),
                    free: PageCount(scan?.free ?? (verdict == .wholePageblocks ? 1 << order : 0)),
                    alike: PageCount(alike), needed: PageCount(1 << pageblockOrder / 2), verdict: verdict)))
    }

    @inline(never) borrowing func noteSteal(
        _ frame: FrameOffset, _ order: Int, _ type: UInt8, from owner: UInt8, cpu: Int
    ) {
        note(
            cpu,
            .steal(
                .init(
                    pfn: PFN(frames.pfn(frame)), blockOrder: Order(order), owner: MigrateType.name(owner),
                    wanted: MigrateType.name(type))))
    }

    @inline(never) borrowing func noteBoost(from old: Int, limit: Int, cpu: Int) {
        note(
            cpu,
            .boost(.init(before: PageCount(old), after: PageCount(watermarkBoost.load()), limit: PageCount(limit))))
    }

    @inline(never) borrowing func noteReserve(before: Int, limit: Int, cpu: Int) {
        note(
            cpu,
            .reserveHighatomic(
                .init(
                    reservedBefore: PageCount(before), reservedAfter: PageCount(reservedHighatomic.load()),
                    limit: PageCount(limit))))
    }

    /// The numbers behind a verdict. `tested` names the watermark that decided.
    borrowing func weighed(
        _ verdict: AllocationStep.Verdict, _ order: Int, _ flags: AllocationFlags, _ tested: AllocationFlags,
        highest: Int, wasBelowHigh: Bool
    ) -> AllocationStep.ZoneVerdict {
        let boost = watermarkBoost.load()
        let mark = watermark(tested) - boost
        let bent = bend(mark + boost, flags)
        let free = freePages.load()
        let unusable = unusableFree(flags)
        let reserve = tuning.lowmemReserve[highest].load()
        let isShort = free - unusable - ((1 << order) - 1) <= bent + reserve
        return .init(
            free: PageCount(free), unusable: PageCount(unusable), beyondFirst: PageCount((1 << order) - 1),
            watermark: tested.watermarkName, mark: PageCount(mark), boost: PageCount(boost),
            bentMark: PageCount(bent), lowmemReserve: PageCount(reserve), belowHighBefore: wasBelowHigh,
            hasBlock: order == 0 ? free > 0 : hasBlock(order, flags),
            verdict: verdict == .belowWatermark && !isShort ? .noBlock : verdict)
    }
}

extension Zone {
    /// The watermark that `flags` name, boost included. *Kernel counterpart:* `wmark_pages`.
    @inline(__always) borrowing func watermark(_ flags: AllocationFlags) -> Int {
        let mark =
            switch flags.rawValue & AllocationFlags.watermarkMask {
            case 0: tuning.minWatermark.load()
            case 1: tuning.lowWatermark.load()
            default: tuning.highWatermark.load()
            }
        return mark + watermarkBoost.load()
    }

    /// Free pages that this request may not use: kept for urgent ones, or in CMA areas.
    ///
    /// *Kernel counterpart:* `__zone_watermark_unusable_free`, without its part for the order.
    @inline(__always) borrowing func unusableFree(_ flags: AllocationFlags) -> Int {
        var pages = 0
        if flags.isDisjoint(with: .reserves) { pages += freeHighatomic.load() }
        if !flags.contains(.cma) { pages += freeCMA.load() }
        return pages
    }

    /// Whether a request of this order leaves the zone above `mark`, for requests up to zone index `highest`.
    ///
    /// Counts what is usable: the rest of the block beyond its first page is not. The min watermark bends for urgent
    /// requests: by half, and again by a quarter of the rest if they cannot wait; by half for the victim of the
    /// out-of-memory killer. For an order above 0 there must be a block as well.
    /// *Kernel counterpart:* `__zone_watermark_ok`. Complexity: O(1).
    borrowing func meetsWatermark(
        _ order: Int, _ mark: Int, highest: Int, _ flags: AllocationFlags, free: Int
    ) -> Bool {
        let usable = free - ((1 << order) - 1) - unusableFree(flags)
        let least = bend(mark, flags)
        if usable <= least + tuning.lowmemReserve[highest].load() { return false }
        return order == 0 || hasBlock(order, flags)
    }

    /// What remains of a watermark for urgent requests.
    @inline(__always) borrowing func bend(_ mark: Int, _ flags: AllocationFlags) -> Int {
        guard !flags.isDisjoint(with: .reserves) else { return mark }
        var least = mark
        if flags.contains(.minReserve) {
            least -= least / 2
            if flags.contains(.nonBlock) { least -= least / 4 }
        }
        if flags.contains(.outOfMemory) { least -= least / 2 }
        return least
    }

    /// Whether a block of at least this order is free and of a type that the request may take.
    borrowing func hasBlock(_ order: Int, _ flags: AllocationFlags) -> Bool {
        var orders =
            occupiedOrders[0].load() | occupiedOrders[1].load() | occupiedOrders[2].load()
        if flags.contains(.cma) { orders |= occupiedOrders[Int(MigrateType.cma.rawValue)].load() }
        if !flags.isDisjoint(with: [.highatomic, .outOfMemory]) {
            orders |= occupiedOrders[Int(MigrateType.highatomic.rawValue)].load()
        }
        return orders >> UInt32(order) != 0
    }

    /// ``meetsWatermark(_:_:highest:_:free:)`` as the allocator asks it: order 0 by one comparison where that settles
    /// it, and urgent requests of order 0 without the boost.
    ///
    /// *Kernel counterpart:* `zone_watermark_fast`.
    @inline(__always)
    borrowing func admits(_ order: Int, _ mark: Int, highest: Int, _ flags: AllocationFlags) -> Bool {
        let free = freePages.load()
        if order == 0 {
            let usable = free - Swift.min(free, unusableFree(flags))
            if usable > mark + tuning.lowmemReserve[highest].load() { return true }
        }
        if meetsWatermark(order, mark, highest: highest, flags, free: free) { return true }
        if order == 0 && flags.contains(.minReserve) && watermarkBoost.load() != 0
            && flags.rawValue & AllocationFlags.watermarkMask == 0
        {
            return meetsWatermark(0, tuning.minWatermark.load(), highest: highest, flags, free: free)
        }
        return false
    }

    /// The free counter with every CPU's difference, where the drift could hide a watermark.
    ///
    /// *Kernel counterpart:* `zone_page_state_snapshot`. Complexity: O(CPUs).
    borrowing func freePagesSnapshot() -> Int {
        var free = freePages.load()
        for cpu in 0..<differences.count { free += differences[cpu].load() }
        return Swift.max(free, 0)
    }

    /// *Kernel counterpart:* `zone_watermark_ok_safe`.
    borrowing func meetsWatermarkExactly(_ order: Int, _ mark: Int, highest: Int) -> Bool {
        var free = freePages.load()
        if tuning.driftMark.load() != 0 && free < tuning.driftMark.load() { free = freePagesSnapshot() }
        return meetsWatermark(order, mark, highest: highest, [], free: free)
    }

    /// Clears below-high once the high watermark is met again, Movable's reserve included.
    borrowing func noticeRecovery() {
        if flags.load() & ZoneFlags.belowHigh != 0,
            meetsWatermark(
                0, tuning.highWatermark.load() + watermarkBoost.load(), highest: movableIndex, [],
                free: freePages.load())
        {
            flags.clear(ZoneFlags.belowHigh)
        }
    }
}

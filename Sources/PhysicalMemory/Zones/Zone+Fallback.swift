/// How far a series of requests under one hold of the zone's lock had to go for its last page.
///
/// It spares the next one the way there. *Kernel counterpart:* `enum rmqueue_mode`.
enum TakeMode: UInt8 {
    case normal, cma, claim, steal
}

extension MigrateType {
    /// Where a type borrows, in order. *Kernel counterpart:* `fallbacks[]`.
    @inline(__always) static func fallbacks(of type: UInt8) -> (UInt8, UInt8) {
        switch type {
        case MigrateType.unmovable.rawValue: (MigrateType.reclaimable.rawValue, MigrateType.movable.rawValue)
        case MigrateType.movable.rawValue: (MigrateType.reclaimable.rawValue, MigrateType.unmovable.rawValue)
        default: (MigrateType.unmovable.rawValue, MigrateType.movable.rawValue)
        }
    }
}

extension Zone {
    /// Takes a block from the lists: of its own type, else by claiming another type's pageblock, else by stealing.
    ///
    /// *Kernel counterpart:* `__rmqueue`. The zone's lock is held.
    @inline(__always)
    borrowing func take(
        _ order: Int, _ type: UInt8, _ flags: AllocationFlags, _ mode: inout TakeMode, cpu: Int,
        _ areas: inout FreeAreas
    ) -> FrameOffset {
        if mode == .normal && freeCMA.load() == 0 {
            let frame = takeSmallest(order, type, cpu: cpu, &areas)
            if frame != .none { return frame }
        }
        return takeElsewhere(order, type, flags, &mode, cpu: cpu, &areas)
    }

    @inline(never)
    private borrowing func takeElsewhere(
        _ order: Int, _ type: UInt8, _ flags: AllocationFlags, _ mode: inout TakeMode, cpu: Int,
        _ areas: inout FreeAreas
    ) -> FrameOffset {
        let cma = MigrateType.cma.rawValue
        // Movable requests keep ordinary memory and CMA areas in balance.
        if flags.contains(.cma) && freeCMA.load() > freePages.load() / 2 {
            let frame = takeSmallest(order, cma, cpu: cpu, &areas)
            if frame != .none { return frame }
        }
        if mode == .normal {
            let frame = takeSmallest(order, type, cpu: cpu, &areas)
            if frame != .none { return frame }
        }
        if mode.rawValue <= TakeMode.cma.rawValue && flags.contains(.cma) {
            let frame = takeSmallest(order, cma, cpu: cpu, &areas)
            if frame != .none {
                mode = .cma
                return frame
            }
        }
        if mode.rawValue <= TakeMode.claim.rawValue {
            let frame = claim(order, type, flags, cpu: cpu, &areas)
            if frame != .none {
                mode = .normal
                return frame
            }
        }
        if !flags.contains(.noFragment) {
            let frame = steal(order, type, cpu: cpu, &areas)
            if frame != .none {
                mode = .steal
                return frame
            }
        }
        return .none
    }

    /// The first type that `type` borrows from and that has a block of this order.
    private borrowing func lender(_ order: Int, _ type: UInt8) -> UInt8? {
        let (first, second) = MigrateType.fallbacks(of: type)
        let bit = UInt32(1) << UInt32(order)
        if occupiedOrders[Int(first)].load() & bit != 0 { return first }
        return occupiedOrders[Int(second)].load() & bit != 0 ? second : nil
    }

    /// Takes a block of another type together with its pageblock, the largest first, so that few pageblocks end mixed.
    ///
    /// *Kernel counterpart:* `__rmqueue_claim`.
    private borrowing func claim(
        _ order: Int, _ type: UInt8, _ flags: AllocationFlags, cpu: Int, _ areas: inout FreeAreas
    ) -> FrameOffset {
        let lowest = order < pageblockOrder && flags.contains(.noFragment) ? pageblockOrder : order
        var current = maxOrder
        while current >= lowest {
            // A movable request does little harm in a pageblock of another type, so it does not claim for a small
            // block; others do, lest they pollute movable ones.
            if current < pageblockOrder / 2 && type == MigrateType.movable.rawValue { break }
            if let owner = lender(current, type) {
                let frame = claim(
                    areas.list(current, owner).first, current, for: order, type, from: owner, flags, cpu: cpu, &areas)
                if frame != .none { return frame }
            }
            current -= 1
        }
        return .none
    }

    /// Claims the pageblock around one free block, if enough of it is free or alike.
    ///
    /// *Kernel counterpart:* `try_to_claim_block`.
    private borrowing func claim(
        _ frame: FrameOffset, _ current: Int, for order: Int, _ type: UInt8, from owner: UInt8,
        _ flags: AllocationFlags, cpu: Int, _ areas: inout FreeAreas
    ) -> FrameOffset {
        if current >= pageblockOrder {
            noteClaim(frame, current, type, from: owner, nil, alike: 0, .wholePageblocks, cpu: cpu)
            areas.remove(frame, current, owner, self)
            account(-(1 << current), owner, cpu: cpu)
            setMigrateTypes(frame, current, to: type)
            let rest = split(frame, from: current, to: order, type, &areas)
            account(rest, type, cpu: cpu)
            areas.statistics.claims += 1
            return frame
        }
        if boostWatermark(cpu: cpu, &areas) && flags.contains(.kswapd) { self.flags.set(ZoneFlags.boostedWatermark) }
        guard let scan = scanPageblock(of: frame, &areas) else {
            noteClaim(frame, current, type, from: owner, nil, alike: 0, .crossesZone, cpu: cpu)
            return .none
        }
        let pages = 1 << pageblockOrder
        let alike =
            if type == MigrateType.movable.rawValue {
                scan.movable
            } else if owner == MigrateType.movable.rawValue {
                pages - scan.free - scan.movable
            } else {
                0
            }
        let isEnough = scan.free + alike >= pages / 2
        noteClaim(
            frame, current, type, from: owner, scan, alike: alike, isEnough ? .enoughAlike : .tooLittleAlike, cpu: cpu)
        guard isEnough else { return .none }
        movePageblock(of: frame, from: owner, to: type, cpu: cpu, &areas)
        areas.statistics.claims += 1
        return takeSmallest(order, type, cpu: cpu, &areas)
    }

    /// Takes a block of another type, the smallest that will do, and leaves its pageblock as it is.
    ///
    /// *Kernel counterpart:* `__rmqueue_steal`.
    private borrowing func steal(_ order: Int, _ type: UInt8, cpu: Int, _ areas: inout FreeAreas) -> FrameOffset {
        for current in order...maxOrder {
            guard let owner = lender(current, type) else { continue }
            let frame = areas.removeFirst(current, owner, self)
            noteSteal(frame, current, type, from: owner, cpu: cpu)
            split(frame, from: current, to: order, owner, &areas)
            account(-(1 << order), owner, cpu: cpu)
            areas.statistics.steals += 1
            return frame
        }
        return .none
    }

    /// Raises the watermarks for a while, so that kswapd frees some memory before the next request has to borrow.
    ///
    /// Small zones are left alone: there a boost alone could mean out of memory. Returns whether it did.
    /// *Kernel counterpart:* `boost_watermark`.
    private borrowing func boostWatermark(cpu: Int, _ areas: inout FreeAreas) -> Bool {
        let factor = boostFactor.load()
        let pageblock = 1 << pageblockOrder
        guard factor != 0, pageblock * 4 <= managedPages.load() else { return false }
        let high = tuning.highWatermark.load()
        let limit = high / 10000 * factor + high % 10000 * factor / 10000
        guard limit != 0 else { return false }
        let old = watermarkBoost.load()
        setBoost(Swift.min(old + pageblock, Swift.max(pageblock, limit)))
        noteBoost(from: old, limit: Swift.max(pageblock, limit), cpu: cpu)
        areas.statistics.boosts += 1
        return true
    }
}

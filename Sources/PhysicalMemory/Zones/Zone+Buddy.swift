extension MigrateType {
    /// Types that borrow from each other, so that blocks larger than a pageblock may span several of them.
    ///
    /// *Kernel counterpart:* `migratetype_is_mergeable`.
    @inline(__always) static func isMergeable(_ type: UInt8) -> Bool { type < UInt8(perCPUCount) }
}

// The buddy system proper. Every function here that is given `areas` runs under the zone's lock.
extension Zone {
    /// Adds `delta` pages to the free counter, on `cpu`'s account.
    ///
    /// The CPU's difference moves to the zone's counter as a whole once it exceeds the threshold.
    /// *Kernel counterpart:* `account_freepages`, `__mod_zone_page_state`.
    @inline(__always) borrowing func account(_ delta: Int, _ type: UInt8, cpu: Int) {
        if !MigrateType.isMergeable(type) {
            if type == MigrateType.isolate.rawValue { return }
            if type == MigrateType.highatomic.rawValue {
                freeHighatomic.addAsOnlyWriter(delta)
            } else {
                freeCMA.addAsOnlyWriter(delta)
            }
            withheld.addAsOnlyWriter(delta)
        }
        let difference = differences[cpu].load() &+ delta
        let threshold = tuning.statThreshold.load()
        if difference > threshold || difference < -threshold {
            freePages.addAsOnlyWriter(difference)
            differences[cpu].store(0)
        } else {
            differences[cpu].store(difference)
        }
    }

    /// Moves what `cpu` has counted for itself to the zone's counter.
    borrowing func fold(cpu: Int, _ areas: inout FreeAreas) {
        freePages.addAsOnlyWriter(differences[cpu].load())
        differences[cpu].store(0)
    }

    /// Whether the frame heads a free block of exactly this order in this zone. *Kernel counterpart:* `page_is_buddy`.
    @inline(__always) borrowing func isFree(_ frame: FrameOffset, _ order: Int) -> Bool {
        frames[frame].type.load() == Page.inBuddyList
            && PageFlags.zone(frames[frame].flags.load()) == number
            && frames[frame].index == UInt32(order)
    }

    /// Sets the type of each pageblock of a block that is at least one.
    borrowing func setMigrateTypes(_ frame: FrameOffset, _ order: Int, to type: UInt8) {
        var block = frame
        let end = frame + FrameOffset(1) << FrameOffset(order)
        while block < end {
            frames.setMigrateType(of: block, to: type)
            block += FrameOffset(1) << FrameOffset(pageblockOrder)
        }
    }

    /// Gives a block of one pageblock at most, of type `type`, back to the lists, merged as far as possible.
    ///
    /// The result goes to the head of its list; to the tail if asked, or if the block that it would next merge into
    /// is free but for its own buddy, as a merge is then likely soon. *Kernel counterpart:* `__free_one_page`.
    /// Complexity: O(highest order).
    borrowing func put(
        _ frame: FrameOffset, _ order: Int, _ type: UInt8, toTail: Bool = false, cpu: Int, _ areas: inout FreeAreas
    ) {
        account(1 &<< order, type, cpu: cpu)
        var frame = frame
        var order = order
        while order < maxOrder {
            let buddy = frame ^ (FrameOffset(1) &<< FrameOffset(order))
            guard isFree(buddy, order) else { break }
            var buddyType = type
            if order >= pageblockOrder {
                buddyType = frames.migrateType(of: buddy)
                if buddyType != type && !(MigrateType.isMergeable(type) && MigrateType.isMergeable(buddyType)) { break }
            }
            areas.remove(buddy, order, buddyType, self)
            if buddyType != type { setMigrateTypes(buddy, order, to: type) }
            frame &= buddy
            order &+= 1
            areas.statistics.merges &+= 1
        }
        areas.insert(frame, order, type, toTail: toTail || isMergeLikely(frame, order), self)
    }

    /// *Kernel counterpart:* `buddy_merge_likely`.
    @inline(__always) private borrowing func isMergeLikely(_ frame: FrameOffset, _ order: Int) -> Bool {
        guard order < maxOrder - 1 else { return false }
        let parent = frame & ~(FrameOffset(1) &<< FrameOffset(order))
        return isFree(parent ^ (FrameOffset(2) &<< FrameOffset(order)), order &+ 1)
    }

    /// Gives a block of any order back, in pieces of a pageblock at most, each of its own type.
    ///
    /// *Kernel counterpart:* `split_large_buddy`.
    borrowing func putWhole(
        _ frame: FrameOffset, _ order: Int, toTail: Bool = false, cpu: Int, _ areas: inout FreeAreas
    ) {
        let piece = Swift.min(order, pageblockOrder)
        let end = frame + FrameOffset(1) << FrameOffset(order)
        var frame = frame
        while frame < end {
            put(frame, piece, frames.migrateType(of: frame), toTail: toTail, cpu: cpu, &areas)
            frame += FrameOffset(1) << FrameOffset(piece)
        }
    }

    /// Takes the smallest block of type `type` that is large enough, and splits it. ``FrameOffset/none`` if none is.
    ///
    /// *Kernel counterpart:* `__rmqueue_smallest`. Complexity: O(highest order).
    @inline(__always)
    borrowing func takeSmallest(_ order: Int, _ type: UInt8, cpu: Int, _ areas: inout FreeAreas) -> FrameOffset {
        let orders = occupiedOrders[Int(type)].load() &>> UInt32(order)
        guard orders != 0 else { return .none }
        let found = order &+ orders.trailingZeroBitCount
        let frame = areas.removeFirst(found, type, self)
        if found >= Self.prefetchedFrom { frames.prefetchForWrite(frame, count: 1 &<< Self.prefetchedFrom) }
        split(frame, from: found, to: order, type, &areas)
        account(-(1 &<< order), type, cpu: cpu)
        return frame
    }

    /// Takes the smallest block of type `type` that is large enough, if it is not too large for `most` of an order: what as
    /// many requests would get one after the other, without the lists between. Returns its first frame and how many
    /// blocks it is; none if there is none such. Nothing keeps a count of the type alone.
    @inline(__always)
    borrowing func takeWhole(
        _ order: Int, _ type: UInt8, atMost most: Int, cpu: Int, _ areas: inout FreeAreas
    ) -> (first: FrameOffset, blocks: Int) {
        let orders = occupiedOrders[Int(type)].load() &>> UInt32(order)
        guard orders != 0 else { return (.none, 0) }
        let found = order &+ orders.trailingZeroBitCount
        let blocks = 1 &<< (found &- order)
        guard blocks <= most else { return (.none, 0) }
        let frame = areas.removeFirst(found, type, self)
        if found >= Self.prefetchedFrom { frames.prefetchForWrite(frame, count: 1 &<< Self.prefetchedFrom) }
        areas.statistics.splits &+= blocks &- 1
        accountTaken(order, times: blocks, cpu: cpu)
        return (frame, blocks)
    }

    /// ``account(_:_:cpu:)`` for blocks taken one after the other.
    @inline(__always) private borrowing func accountTaken(_ order: Int, times: Int, cpu: Int) {
        let threshold = tuning.statThreshold.load()
        var difference = differences[cpu].load()
        var rest = times
        while rest > 0 {
            // With the last of so many it exceeds the threshold; with the first, where that was lowered meanwhile.
            let untilFold = abs(difference) <= threshold ? (difference &+ threshold) &>> order &+ 1 : 1
            let now = Swift.min(rest, untilFold)
            difference &-= now &<< order
            rest &-= now
            if difference > threshold || difference < -threshold {
                freePages.addAsOnlyWriter(difference)
                difference = 0
            }
        }
        differences[cpu].store(difference)
    }

    /// The order from which on the first pages of a block that is split are asked for at once: who takes one of them takes
    /// them all, and where another CPU freed them each would have to be waited for.
    private static var prefetchedFrom: Int { 4 }

    /// Lists the upper halves of a block until its lowest part has the order asked for. Returns the pages listed.
    ///
    /// *Kernel counterpart:* `expand`.
    @inline(__always) @discardableResult
    borrowing func split(
        _ frame: FrameOffset, from high: Int, to low: Int, _ type: UInt8, _ areas: inout FreeAreas
    ) -> Int {
        var order = high
        while order > low {
            order &-= 1
            areas.insert(frame &+ (FrameOffset(1) &<< FrameOffset(order)), order, type, toTail: false, self)
            areas.statistics.splits &+= 1
        }
        return (1 &<< high) &- (1 &<< low)
    }
}

import CPrimitives

extension CPUState {
    /// Gives a block back that somebody allocated, on any CPU, with this order. Returns what is wrong, if anything.
    ///
    /// *Kernel counterpart:* `__free_pages`, `free_unref_page`. Complexity: O(1) but for drains.
    @inline(__always) borrowing func free(_ pfn: UInt64, _ order: UInt32) -> BadPage.Reason? {
        order == 0 ? freePlainly(pfn, 0) : freeBlock(pfn, order)
    }

    /// ``free(_:_:)`` for a movable block of the CPU's own zone, or else ``freeElsewhere(_:_:)``.
    ///
    /// The zone and the list are asserted, not looked up, so that the list's address does not hang on the page: the next
    /// request waits for that address.
    @inline(__always) borrowing func freePlainly(_ pfn: UInt64, _ order: UInt32) -> BadPage.Reason? {
        let frames = home.frames
        let offset = pfn &- frames.firstPFN
        let frame = FrameOffset(truncatingIfNeeded: offset)
        let list = PerCPULists.listNumber(order, MigrateType.movable.rawValue)
        guard offset < home.end, frames[frame].claim == Page.allocated(order: order), rules.isKeptPerCPU(order),
            PageFlags.isPlain(frames[frame].flags.load(), zone: home.number),
            frames.migrateType(of: frame) == MigrateType.movable.rawValue,
            let held = home.pageset.value.lists.tryAcquireFast()
        else { return freeElsewhere(pfn, order) }
        return commit(frame, pfn, order, list, home.pageset.value.zone, held)
    }

    @inline(never) private borrowing func freeBlock(_ pfn: UInt64, _ order: UInt32) -> BadPage.Reason? {
        freePlainly(pfn, order)
    }

    /// ``free(_:_:)`` for blocks of other types and zones that the CPU keeps lists of.
    @inline(never) private borrowing func freeElsewhere(_ pfn: UInt64, _ order: UInt32) -> BadPage.Reason? {
        guard map.contains(pfn), map[pfn].claim == Page.allocated(order: order) else { return freeAtLength(pfn, order) }
        let flags = map[pfn].flags.load()
        // Expected, so that the list's address does not hang on the page: the next request waits for that address.
        let number = cprim_predicted(UInt64(PageFlags.zone(flags)), UInt64(home.number))
        let pageset = pagesets[Int(truncatingIfNeeded: number)]
        let frame = pageset.value.zone.value.frames.offset(pfn)
        let type = UInt8(
            truncatingIfNeeded: cprim_predicted(
                UInt64(map.migrateType(of: pfn)), UInt64(MigrateType.movable.rawValue)))
        guard flags & (PageFlags.head | PageFlags.lru) == 0, MigrateType.isMergeable(type), rules.isKeptPerCPU(order),
            let held = pageset.value.lists.tryAcquireFast()
        else { return freeAtLength(pfn, order) }
        return commit(frame, pfn, order, PerCPULists.listNumber(order, type), pageset.value.zone, held)
    }

    /// Puts a block into one of the CPU's lists. What is rare is done elsewhere, at the very end.
    ///
    /// *Kernel counterpart:* `free_unref_page_commit`.
    @inline(__always)
    private borrowing func commit(
        _ frame: FrameOffset, _ pfn: UInt64, _ order: UInt32, _ list: Int, _ zone: Stable<Zone>,
        _ held: consuming Held<PerCPULists, OwnersDoor>
    ) -> BadPage.Reason? {
        guard !held.value.isFull(list) else {
            _ = consume held
            return freeAtLength(pfn, order)
        }
        let freesHigh = held.value.takeFreed(frame, list, order, zone.value.frames)
        guard held.value.isAmple(freesHigh: freesHigh, zoneFlags: zone.value.flags.load()) else {
            return settle(held, list, zone, freesHigh)
        }
        return nil
    }

    @inline(never) private borrowing func settle(
        _ held: consuming Held<PerCPULists, OwnersDoor>, _ list: Int, _ zone: Stable<Zone>, _ freesHigh: Bool
    ) -> BadPage.Reason? {
        settle(&held.value, list, zone, freesHigh)
        return nil
    }

    /// Gives blocks back to the zone after a free, if there are too many.
    private borrowing func settle(
        _ lists: inout PerCPULists, _ list: Int, _ zone: Stable<Zone>, _ freesHigh: Bool
    ) {
        let surplus = lists.surplus(freesHigh: freesHigh, zoneFlags: zone.value.flags.load())
        guard surplus > 0 else { return }
        lists.drain(surplus, first: list, cpu: index, zone.value)
        zone.value.noticeRecovery()
    }

    /// Puts a block into one of the CPU's lists, and some others back to the zone if there are too many.
    @inline(never)
    borrowing func commitAtLength(
        _ frame: FrameOffset, _ order: UInt32, _ type: UInt8, _ zone: Stable<Zone>, _ lists: inout PerCPULists
    ) {
        let list = PerCPULists.listNumber(order, type)
        lists.makeRoom(in: list)
        let freesHigh = lists.takeFreed(frame, list, order, zone.value.frames)
        if !lists.isAmple(freesHigh: freesHigh, zoneFlags: zone.value.flags.load()) {
            settle(&lists, list, zone, freesHigh)
        }
    }

    /// ``free(_:_:)`` for whatever is not plain: compound pages, pageblocks with types of their own, blocks that no
    /// per-CPU list keeps, a list that another CPU drains, and frees that are wrong.
    @inline(never)
    borrowing func freeAtLength(_ pfn: UInt64, _ order: UInt32) -> BadPage.Reason? {
        if let reason = checkFree(pfn, order) { return reason }
        let zone = pagesets[PageFlags.zone(map[pfn].flags.load())].value.zone
        let frames = zone.value.frames
        let frame = frames.offset(pfn)
        if let reason = frames.prepareFree(frame, order) { return reason }
        guard rules.isKeptPerCPU(order) else {
            freeToAreas(frame, order, zone)
            return nil
        }
        var type = frames.migrateType(of: frame)
        if !MigrateType.isMergeable(type) {
            if type == MigrateType.isolate.rawValue {
                freeToAreas(frame, order, zone)
                return nil
            }
            // Highatomic and CMA blocks are kept as movable, so that the lists need none of their own.
            type = MigrateType.movable.rawValue
        }
        if let held = pagesets[zone.value.number].value.lists.tryAcquire(by: user) {
            commitAtLength(frame, order, type, zone, &held.value)
        } else {
            freeToAreas(frame, order, zone)
        }
        return nil
    }

    /// *Kernel counterpart:* `free_one_page`.
    borrowing func freeToAreas(_ frame: FrameOffset, _ order: UInt32, _ zone: Stable<Zone>, toTail: Bool = false) {
        let held = zone.value.acquireAreas(cpu: index)
        zone.value.putWhole(frame, Int(order), toTail: toTail, cpu: index, &held.value)
    }

    /// What is wrong with freeing `pfn` as a block of this order; `nil` if nothing is.
    ///
    /// *Kernel counterpart:* `free_page_is_bad`.
    borrowing func checkFree(_ pfn: UInt64, _ order: UInt32) -> BadPage.Reason? {
        guard order <= rules.maxOrder else { return .orderTooLarge }
        guard map.contains(pfn), pfn + 1 << UInt64(order) <= map.end else { return .beyondMap }
        guard pfn & (1 << UInt64(order) - 1) == 0 else { return .misaligned }
        let flags = map[pfn].flags.load()
        if flags & PageFlags.initialized == 0 { return .notInitialized }
        if flags & PageFlags.tail != 0 { return .tail }
        let claim = map[pfn].claim
        if claim == Page.allocatedOfUnknownOrder {
            for other in pfn..<pfn + 1 << UInt64(order)
            where map[other].claim != Page.allocatedOfUnknownOrder
                || PageFlags.zone(map[other].flags.load()) != PageFlags.zone(flags)
            {
                return .wrongOrder
            }
            return nil
        }
        if claim >> 32 == 0 { return .notAllocated }
        if claim >> 32 != 1 { return .stillReferenced }
        return claim == Page.allocated(order: order) ? nil : .wrongOrder
    }
}

extension NodeFrames {
    /// Takes a block from its owner: no reference, no tail, on no LRU list.
    func prepareFree(_ frame: FrameOffset, _ order: UInt32) -> BadPage.Reason? {
        let flags = self[frame].flags.load()
        if flags & PageFlags.head != 0 && !dissolveCompound(frame, order) { return .corruptTail }
        if self[frame].claim == Page.allocatedOfUnknownOrder {
            for other in frame..<frame + 1 << order { clearForFree(other) }
        } else {
            clearForFree(frame)
        }
        return nil
    }

    private func clearForFree(_ frame: FrameOffset) {
        self[frame].flags.store(self[frame].flags.load() & ~PageFlags.lru)
        self[frame].claim = 0
    }
}

/// What a pageblock holds. *Kernel counterpart:* the results of `prep_move_freepages_block`.
struct PageblockScan {
    var free: Int
    var movable: Int
}

extension Zone {
    /// Counts the free pages of a pageblock and those that look as if they could be moved (they are on an LRU list).
    ///
    /// `nil` if the pageblock crosses the zone's border: then it cannot change its type. The zone's lock is held.
    borrowing func scanPageblock(of frame: FrameOffset, _ areas: inout FreeAreas) -> PageblockScan? {
        let size = FrameOffset(1) << FrameOffset(pageblockOrder)
        let start = frame & ~(size - 1)
        guard spans(start), spans(start + size - 1) else { return nil }
        var scan = PageblockScan(free: 0, movable: 0)
        forEachFreeBlock(from: start, to: start + size) { block, order in
            scan.free += 1 << order
        } other: { page in
            if frames.isOnLRU(page) { scan.movable += 1 }
        }
        if !areas.scriptedScans.isEmpty { scan.movable = areas.scriptedScans.removeFirst() }
        return scan
    }

    /// Moves the free blocks of a pageblock to another type's lists, lowest address first, each to the tail; then the
    /// pageblock has that type. *Kernel counterpart:* `__move_freepages_block`, `set_pageblock_migratetype`.
    borrowing func movePageblock(
        of frame: FrameOffset, from old: UInt8, to new: UInt8, cpu: Int, _ areas: inout FreeAreas
    ) {
        let size = FrameOffset(1) << FrameOffset(pageblockOrder)
        let start = frame & ~(size - 1)
        var page = start
        while page < start + size {
            guard frames[page].type.load() == Page.inBuddyList else {
                page += 1
                continue
            }
            let order = Int(frames[page].index)
            areas.move(page, order, from: old, to: new, self)
            account(-(1 << order), old, cpu: cpu)
            account(1 << order, new, cpu: cpu)
            page += FrameOffset(1) << FrameOffset(order)
        }
        frames.setMigrateType(of: start, to: new)
    }

    /// Calls `free` for each free block and `other` for each other page of the range.
    private borrowing func forEachFreeBlock(
        from start: FrameOffset, to end: FrameOffset, free: (FrameOffset, Int) -> Void, other: (FrameOffset) -> Void
    ) {
        var page = start
        while page < end {
            if frames[page].type.load() == Page.inBuddyList {
                let order = Int(frames[page].index)
                free(page, order)
                page += FrameOffset(1) << FrameOffset(order)
            } else {
                other(page)
                page += 1
            }
        }
    }
}

extension Zone {
    /// Takes a certain free block off its list, if the zone can spare it. Returns whether it did.
    ///
    /// A block of at least half a pageblock makes its pageblocks movable: whoever takes it will fill it with movable
    /// pages. *Kernel counterpart:* `__isolate_free_page`. The zone's lock is held.
    borrowing func isolate(_ frame: FrameOffset, _ order: Int, cpu: Int, _ areas: inout FreeAreas) -> Bool {
        let type = frames.migrateType(of: frame)
        if type != MigrateType.isolate.rawValue {
            let mark = tuning.minWatermark.load() + 1 << order
            guard meetsWatermark(0, mark, highest: 0, .cma, free: freePages.load()) else { return false }
        }
        areas.remove(frame, order, type, self)
        account(-(1 << order), type, cpu: cpu)
        guard order >= pageblockOrder - 1 else { return true }
        var block = frame
        while block < frame + FrameOffset(1) << FrameOffset(order) {
            changeMergeable(block, to: MigrateType.movable.rawValue, cpu: cpu, &areas)
            block += FrameOffset(1) << FrameOffset(pageblockOrder)
        }
        return true
    }

    /// Gives a pageblock of an ordinary type, if it lies within the zone, another one.
    private borrowing func changeMergeable(
        _ frame: FrameOffset, to type: UInt8, cpu: Int, _ areas: inout FreeAreas
    ) {
        let old = frames.migrateType(of: frame)
        guard MigrateType.isMergeable(old), containsPageblock(of: frame) else { return }
        movePageblock(of: frame, from: old, to: type, cpu: cpu, &areas)
    }

    /// Whether all of the pageblock lies within the zone.
    borrowing func containsPageblock(of frame: FrameOffset) -> Bool {
        let size = FrameOffset(1) << FrameOffset(pageblockOrder)
        let start = frame & ~(size - 1)
        return spans(start) && spans(start + size - 1)
    }

    /// The free block that `frame` lies in: its first frame and order. Complexity: O(highest order).
    borrowing func freeBlock(around frame: FrameOffset) -> (frame: FrameOffset, order: Int)? {
        for order in 0...maxOrder {
            let head = frame & ~(FrameOffset(1) << FrameOffset(order) - 1)
            guard spans(head) else { return nil }
            if frames[head].type.load() == Page.inBuddyList {
                let found = Int(frames[head].index)
                return frame - head < FrameOffset(1) << FrameOffset(found) ? (head, found) : nil
            }
        }
        return nil
    }

    /// Gives the pageblock around `frame` another type, as a recording says; pages kept for urgent requests are
    /// counted. Does nothing where it has that type already.
    borrowing func changeType(ofPageblockAround frame: FrameOffset, to type: UInt8, cpu: Int) {
        let held = areas.acquire()
        let old = frames.migrateType(of: frame)
        guard old != type, containsPageblock(of: frame) else { return }
        var pages = 1 << pageblockOrder
        if let block = freeBlock(around: frame), block.order >= pageblockOrder {
            held.value.move(block.frame, block.order, from: old, to: type, self)
            account(-(1 << block.order), old, cpu: cpu)
            account(1 << block.order, type, cpu: cpu)
            setMigrateTypes(block.frame, block.order, to: type)
            pages = 1 << block.order
        } else {
            movePageblock(of: frame, from: old, to: type, cpu: cpu, &held.value)
        }
        let highatomic = MigrateType.highatomic.rawValue
        if type == highatomic { reservedHighatomic.addAsOnlyWriter(pages) }
        if old == highatomic {
            reservedHighatomic.addAsOnlyWriter(-Swift.min(pages, reservedHighatomic.load()))
        }
    }
}

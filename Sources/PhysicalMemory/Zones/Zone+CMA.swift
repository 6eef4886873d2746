extension Zone {
    /// Gives the allocator its frames, lowest first; those in `areas` in the end, as memory that only movable requests
    /// may borrow.
    borrowing func open(_ ranges: [Range<PFN>], contiguous areas: [Range<PFN>]) {
        let lent = ranges.flatMap { range in areas.compactMap { wholePageblocks($0.clamped(to: range)) } }
        open(ranges.flatMap { range in Self.cut(range, lent) })
        guard !lent.isEmpty else { return }
        let held = self.areas.acquire()
        for range in lent {
            let offsets =
                frames.offset(range.lowerBound.rawValue)..<frames.offset(range.upperBound.rawValue)
            held.value.lend(offsets, self)
        }
        fold(cpu: 0, &held.value)
    }

    /// The whole pageblocks of a range; `nil` if there is none.
    private borrowing func wholePageblocks(_ range: Range<PFN>) -> Range<PFN>? {
        let size = PageCount(1 << pageblockOrder)
        let (low, high) = (
            range.lowerBound.roundedUp(toMultipleOf: size), range.upperBound.roundedDown(toMultipleOf: size)
        )
        return low < high ? low..<high : nil
    }

    /// What remains of a range without its parts, which are ascending.
    private static func cut(_ range: Range<PFN>, _ parts: [Range<PFN>]) -> [Range<PFN>] {
        var rest: [Range<PFN>] = []
        var start = range.lowerBound
        for part in parts where part.overlaps(range) {
            if start < part.lowerBound { rest.append(start..<part.lowerBound) }
            start = Swift.max(start, part.upperBound)
        }
        if start < range.upperBound { rest.append(start..<range.upperBound) }
        return rest
    }
}

extension FreeAreas {
    /// Lists whole pageblocks as CMA memory. *Kernel counterpart:* `init_cma_reserved_pageblock`.
    mutating func lend(_ range: Range<FrameOffset>, _ zone: borrowing Zone) {
        let cma = MigrateType.cma.rawValue
        var block = range.lowerBound
        while block < range.upperBound {
            let end = block + FrameOffset(1) << FrameOffset(zone.pageblockOrder)
            for frame in block..<end { zone.frames[frame].flags.store(PageFlags.initial(zone: zone.number)) }
            zone.frames.setMigrateType(of: block, to: cma)
            zone.put(block, zone.pageblockOrder, cma, cpu: 0, &self)
            block = end
        }
    }
}

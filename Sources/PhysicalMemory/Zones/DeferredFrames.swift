/// Frames that belong to the allocator, but whose pages nobody has touched yet.
///
/// They count as free. As they are whole blocks of the highest order, to be put to the tail of Movable's list in the
/// order of their addresses, as boot does, it makes no difference to any choice when that happens, as long as it
/// happens before that list runs empty.
///
/// *Kernel counterpart:* deferred initialisation of `struct page`, `first_deferred_pfn`.
struct DeferredFrames {
    /// Ascending, last range first, so that the next frames are at the end.
    private var ranges: [Range<FrameOffset>] = []

    var isEmpty: Bool { ranges.isEmpty }
    /// The lowest frame that is not initialised.
    var next: FrameOffset? { ranges.last?.lowerBound }
    var pageCount: Int { ranges.reduce(0) { $0 + $1.count } }

    /// Adds a range above all that are there.
    mutating func append(_ range: Range<FrameOffset>) { ranges.insert(range, at: 0) }

    /// Takes at most `count` frames from the low end.
    mutating func take(atMost count: Int) -> Range<FrameOffset>? {
        guard let range = ranges.popLast() else { return nil }
        guard range.count > count else { return range }
        let border = range.lowerBound + FrameOffset(count)
        ranges.append(border..<range.upperBound)
        return range.lowerBound..<border
    }
}

extension FreeAreas {
    /// The frames that are initialised in one go: a section of SPARSEMEM with 4 KiB pages, 128 MiB.
    static var framesPerSection: Int { 1 << 15 }

    /// Gives a range of the zone's frames to the lists: its ragged ends at once, its whole blocks when they are needed.
    mutating func adopt(_ range: Range<FrameOffset>, _ zone: borrowing Zone) {
        let block = FrameOffset(1) << FrameOffset(zone.maxOrder)
        let low = Swift.min((range.lowerBound + block - 1) & ~(block - 1), range.upperBound)
        let high = Swift.max(range.upperBound & ~(block - 1), low)
        place(range.lowerBound..<low, zone)
        if low < high {
            let wasEmpty = deferred.isEmpty && isEmpty(zone.maxOrder, MigrateType.movable.rawValue)
            deferred.append(low..<high)
            if wasEmpty { initializeMore(zone) }
        }
        place(high..<range.upperBound, zone)
    }

    /// Initialises the next section's pages and puts them into the lists.
    @inline(never) mutating func initializeMore(_ zone: borrowing Zone) {
        if let range = deferred.take(atMost: Self.framesPerSection) { place(range, zone) }
    }

    /// Initialises the pages of `range`, marks their pageblocks movable and lists them as the largest blocks that fit.
    private mutating func place(_ range: Range<FrameOffset>, _ zone: borrowing Zone) {
        let initial = PageFlags.initial(zone: zone.number)
        for frame in range { zone.frames[frame].flags.store(initial) }
        let movable = MigrateType.movable.rawValue
        var frame = range.lowerBound
        while frame < range.upperBound {
            var order = Swift.min(frame == 0 ? zone.maxOrder : frame.trailingZeroBitCount, zone.maxOrder)
            while range.upperBound - frame < FrameOffset(1) << FrameOffset(order) { order -= 1 }
            let end = frame + FrameOffset(1) << FrameOffset(order)
            var block = frame
            while block < end {
                zone.frames.setMigrateType(of: block, to: movable)
                block += FrameOffset(1) << FrameOffset(zone.pageblockOrder)
            }
            insert(frame, order, movable, toTail: true, zone)
            frame = end
        }
    }
}

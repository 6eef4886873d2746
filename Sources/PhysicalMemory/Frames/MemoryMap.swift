import CPrimitives

/// Every frame's ``Page``, as one array over the machine's frame numbers, and every pageblock's migrate type.
///
/// Both are reserved without being touched, so a hole costs nothing.
///
/// *Kernel counterpart:* `vmemmap` and `mem_section`'s usemaps.
@safe struct MemoryMap: @unchecked Sendable {
    // Sound because the storage holds `end - first` pages and their pageblocks as long as the machine lives, and a
    // page's fields have one writer at a time (see `Page`).
    private let pages: UnsafeMutablePointer<Page>
    private let blocks: UnsafeMutablePointer<SharedByte>
    let first: UInt64
    let end: UInt64
    let pageblockOrder: Int

    /// Reserves the map of frames `first ..< end`, both multiples of the largest block.
    init?(first: UInt64, end: UInt64, pageblockOrder: Int, storage: any FrameStorage) {
        let count = Int(end - first)
        let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Page>.stride)
        guard !overflow,
            let pages = unsafe storage.reserve(byteCount: bytes),
            let blocks = unsafe storage.reserve(byteCount: count >> pageblockOrder + 1)
        else { return nil }
        unsafe self.pages = pages.bindMemory(to: Page.self, capacity: count)
        unsafe self.blocks = blocks.bindMemory(to: SharedByte.self, capacity: count >> pageblockOrder + 1)
        self.first = first
        self.end = end
        self.pageblockOrder = pageblockOrder
    }

    @inline(__always) func contains(_ pfn: UInt64) -> Bool { pfn >= first && pfn < end }

    /// The page of `pfn`, which must be within the map.
    subscript(pfn: UInt64) -> Page {
        @inline(__always) unsafeAddress {
            assert(contains(pfn))
            return unsafe UnsafePointer(pages + Int(truncatingIfNeeded: pfn &- first))
        }
        @inline(__always) nonmutating unsafeMutableAddress {
            assert(contains(pfn))
            return unsafe pages + Int(truncatingIfNeeded: pfn &- first)
        }
    }

    /// The migrate type of the pageblock that `pfn` lies in. *Kernel counterpart:* `get_pageblock_migratetype`.
    @inline(__always) func migrateType(of pfn: UInt64) -> UInt8 {
        assert(contains(pfn))
        return unsafe blocks[Int(truncatingIfNeeded: (pfn &- first) &>> UInt64(truncatingIfNeeded: pageblockOrder))]
            .load()
    }

    /// The view of the map that one node's lists use: offsets count from `base`, a multiple of the largest block.
    func frames(from base: UInt64) -> NodeFrames {
        unsafe NodeFrames(
            pages: pages + Int(base - first), blocks: blocks + Int(base - first) >> pageblockOrder,
            firstPFN: base, pageblockOrder: UInt32(pageblockOrder))
    }

    /// The addresses of the pages of `range`, for binding them to their node.
    func address(of range: Range<PFN>) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(
            start: pages + Int(range.lowerBound.rawValue - first),
            count: range.pageCount.rawValue * MemoryLayout<Page>.stride)
    }
}

/// One node's frames, by their offset from its first.
@safe struct NodeFrames: @unchecked Sendable {
    // Sound for the same reasons as `MemoryMap`, of which this is a part.
    private let pages: UnsafeMutablePointer<Page>
    private let blocks: UnsafeMutablePointer<SharedByte>
    let firstPFN: UInt64
    let pageblockOrder: UInt32

    init(
        pages: UnsafeMutablePointer<Page>, blocks: UnsafeMutablePointer<SharedByte>, firstPFN: UInt64,
        pageblockOrder: UInt32
    ) {
        unsafe self.pages = pages
        unsafe self.blocks = blocks
        self.firstPFN = firstPFN
        self.pageblockOrder = pageblockOrder
    }

    subscript(frame: FrameOffset) -> Page {
        @inline(__always) unsafeAddress { unsafe UnsafePointer(pages + Int(frame)) }
        @inline(__always) nonmutating unsafeMutableAddress { unsafe pages + Int(frame) }
    }

    /// Asks for the cache lines of `count` pages from `frame` on, to be written. They need not be there.
    @inline(__always) func prefetchForWrite(_ frame: FrameOffset, count: Int) {
        let perLine = 64 / MemoryLayout<Page>.stride
        for place in 0..<count / perLine {
            unsafe cprim_prefetch_for_write(pages + Int(frame) + place &* perLine)
        }
    }

    @inline(__always) func pfn(_ frame: FrameOffset) -> UInt64 { firstPFN &+ UInt64(frame) }
    @inline(__always) func offset(_ pfn: UInt64) -> FrameOffset { FrameOffset(truncatingIfNeeded: pfn &- firstPFN) }

    /// The migrate type of the pageblock that `frame` lies in. *Kernel counterpart:* `get_pfnblock_migratetype`.
    @inline(__always) func migrateType(of frame: FrameOffset) -> UInt8 {
        unsafe blocks[Int(frame &>> pageblockOrder)].load()
    }

    /// *Kernel counterpart:* `set_pageblock_migratetype`. The zone's lock is held.
    func setMigrateType(of frame: FrameOffset, to type: UInt8) {
        unsafe blocks[Int(frame &>> pageblockOrder)].store(type)
    }
}

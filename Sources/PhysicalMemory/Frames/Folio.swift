/// The typed view of a page that is handled as a whole: a single frame, or a compound page by its head.
///
/// *Kernel counterpart:* `struct folio`.
public struct Folio: Hashable, Sendable {
    /// The first frame, and the only one that can be freed.
    public let head: PFN
    /// log₂ of its frames. *Kernel counterpart:* `folio_order()`.
    public let order: Order

    /// *Kernel counterpart:* `folio_nr_pages`.
    public var pageCount: PageCount { order.pageCount }
    /// *Kernel counterpart:* `folio_test_large`.
    public var isLarge: Bool { order > 0 }
    /// Its frames, end exclusive.
    public var frames: Range<PFN> { head..<head.advanced(by: order.pageCount.rawValue) }
}

/// How often a folio is mapped. *Kernel counterpart:* `_entire_mapcount`, `_mapcount`, `_nr_pages_mapped`.
public struct FolioMappings: Hashable, Sendable {
    /// Mappings of the folio as a whole.
    public var entire: Int
    /// Mappings of each page on its own.
    public var pages: [Int]

    /// All mappings together. *Kernel counterpart:* `folio_mapcount`.
    public var total: Int { entire + pages.reduce(0, +) }
    /// Pages that some mapping reaches.
    public var mappedPages: PageCount {
        PageCount(entire > 0 ? pages.count : pages.count(where: { $0 > 0 }))
    }
}

// Whoever holds a folio alone may ask and change these; each mapping holds a reference, so a mapped folio is not freed.
extension Machine {
    /// The folio that `pfn` belongs to; `nil` if nobody holds the frame, or if it lies inside a block that was not
    /// allocated as compound. *Kernel counterpart:* `page_folio`.
    public func folio(of pfn: PFN) -> Folio? {
        guard let zone = zone(of: pfn) else { return nil }
        let frames = zone.value.frames
        var frame = frames.offset(pfn.rawValue)
        if frames[frame].flags.load() & PageFlags.tail != 0 { frame = frames[frame].next }
        let claim = frames[frame].claim
        guard claim >> 32 != 0, frames[frame].type.load() != Page.inBuddyList else { return nil }
        let isCompound = frames[frame].flags.load() & PageFlags.head != 0
        let order = isCompound ? Int(UInt32(truncatingIfNeeded: claim)) : 0
        return Folio(head: PFN(frames.pfn(frame)), order: Order(order))
    }

    /// How often the folio is mapped. Complexity: O(pages).
    public func mappings(of folio: Folio) -> FolioMappings? {
        guard let (frames, head) = frames(of: folio) else { return nil }
        return FolioMappings(
            entire: folio.isLarge ? Int(frames[head + 1].previous) : 0,
            pages: (head..<head + FrameOffset(folio.pageCount.rawValue)).map { Int(frames[$0].type.load()) })
    }

    /// Notes a mapping of one page of the folio, or of all of it if `page` is `nil`. Returns whether that is possible.
    ///
    /// *Kernel counterpart:* `folio_add_anon_rmap_pte`, `folio_add_anon_rmap_pmd`.
    @discardableResult
    public func addMapping(of folio: Folio, page: Int? = nil) -> Bool { changeMapping(of: folio, page: page, by: 1) }

    /// Takes a mapping back. Returns `false` if there is none.
    ///
    /// *Kernel counterpart:* `folio_remove_rmap_pte`, `folio_remove_rmap_pmd`.
    @discardableResult
    public func removeMapping(of folio: Folio, page: Int? = nil) -> Bool {
        changeMapping(of: folio, page: page, by: -1)
    }

    /// Far more mappings than a page can have, and far below the marks of a page's type.
    private static var greatestMapcount: Int { 1 << 24 }

    private func changeMapping(of folio: Folio, page: Int?, by delta: Int) -> Bool {
        guard let (frames, head) = frames(of: folio) else { return false }
        let isEntire = page == nil && folio.isLarge
        let place = page ?? 0
        guard 0..<folio.pageCount.rawValue ~= place else { return false }
        let frame = head + FrameOffset(place)
        let old = isEntire ? Int(frames[head + 1].previous) : Int(frames[frame].type.load())
        guard 0...Self.greatestMapcount ~= old + delta else { return false }
        if isEntire {
            frames[head + 1].previous = FrameOffset(old + delta)
        } else {
            frames[frame].type.store(UInt32(old + delta))
        }
        let claim = frames[head].claim
        frames[head].claim = delta > 0 ? claim &+ 1 << 32 : claim &- 1 << 32
        return true
    }

    /// The frames of a folio that is still as it was when it was asked for.
    private func frames(of folio: Folio) -> (NodeFrames, FrameOffset)? {
        guard self.folio(of: folio.head) == folio, let zone = zone(of: folio.head) else { return nil }
        return (zone.value.frames, zone.value.frames.offset(folio.head.rawValue))
    }
}

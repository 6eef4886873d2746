/// What the allocator knows of one frame, in 32 bytes.
///
/// All zero means *not initialised, in no list*. Who may write a field: the owner of the frame while it is allocated,
/// the holder of the list's lock while it is in a list.
///
/// *Kernel counterpart:* `struct page`.
struct Page: ~Copyable {
    /// Flags and the number of the frame's zone. *Kernel counterpart:* `flags`.
    let flags: SharedWord
    /// Offsets, from the node's first frame, of the neighbours in the list that the frame heads a block in; in a
    /// tail of a compound page `next` is its head. *Kernel counterpart:* `lru`, `buddy_list`, `pcp_list`,
    /// `compound_head`.
    var next: FrameOffset {
        @inline(__always) get { link.load() }
        @inline(__always) nonmutating set { link.store(newValue) }
    }
    // A scan looks at tails of compound pages while their owner may be writing them.
    private let link: SharedOffset
    var previous: FrameOffset
    /// Which mapping the frame belongs to; 0: none. *Kernel counterpart:* `mapping`.
    var mapping: UInt32
    /// *Kernel counterpart:* `_mapcount` and `page_type`, which share a word.
    let type: SharedType
    /// `index` in the low half, `_refcount` in the high one: one load tells whether a free is right, one store hands
    /// the frame out. The index is the order of the block while it is free or allocated, and the number of the list
    /// while it is in a per-CPU list. *Kernel counterpart:* `private`, `_refcount`.
    var claim: UInt64

    static var inBuddyList: UInt32 { 0xf000_0000 }

    @inline(__always) static func allocated(order: UInt32) -> UInt64 { 1 << 32 | UInt64(order) }
    @inline(__always) static func listed(_ index: UInt32) -> UInt64 { UInt64(index) }
    /// Allocated before the model began to look: each frame stands for itself.
    @inline(__always) static var allocatedOfUnknownOrder: UInt64 { 1 << 32 | 0xff }

    var index: UInt32 { UInt32(truncatingIfNeeded: claim) }
    var refcount: Int32 { Int32(truncatingIfNeeded: claim >> 32) }
}

/// The place of a frame, counted from the first frame of its node rounded down to the largest block.
typealias FrameOffset = UInt32

extension FrameOffset {
    /// The end of a list.
    @inline(__always) static var none: FrameOffset { .max }
}

/// Bits of ``Page/flags``. *Kernel counterpart:* `enum pageflags` and `page_zone_id`.
enum PageFlags {
    /// The page is initialised; so zero is not a page of zone 0.
    static var initialized: UInt64 { 1 }
    /// *Kernel counterpart:* `PG_lru`.
    static var lru: UInt64 { 1 << 1 }
    /// *Kernel counterpart:* `PG_head`.
    static var head: UInt64 { 1 << 2 }
    /// *Kernel counterpart:* bit 0 of `compound_head`.
    static var tail: UInt64 { 1 << 3 }
    /// *Kernel counterpart:* `PG_reserved`.
    static var reserved: UInt64 { 1 << 4 }

    static var zoneShift: UInt64 { 48 }

    @inline(__always) static func zone(_ flags: UInt64) -> Int { Int(truncatingIfNeeded: flags >> zoneShift) }
    /// Whether a page is of this zone, no large folio's head and on no LRU list.
    @inline(__always) static func isPlain(_ flags: UInt64, zone: Int) -> Bool {
        flags & (UInt64.max << zoneShift | head | lru) == UInt64(truncatingIfNeeded: zone) << zoneShift
    }
    static func initial(zone: Int) -> UInt64 { UInt64(zone) << zoneShift | initialized }
}

/// A zone's free blocks, by order and migrate type, and what is counted where they change.
///
/// *Kernel counterpart:* `free_area[]` of `struct zone`.
struct FreeAreas: ~Copyable {
    /// The number of migrate types that have lists.
    static var typeCount: Int { 6 }

    private var lists = InlineArray<84, FrameList>(repeating: FrameList())
    /// *Kernel counterpart:* `nr_free` of each order.
    private(set) var blockCounts = InlineArray<14, Int>(repeating: 0)
    /// Frames of the zone that no list has yet, because nothing has touched their pages.
    var deferred = DeferredFrames()
    var statistics = FreeAreaStatistics()
    /// Movable pages that the next scans of a pageblock are to find, when a recording knows better than the map.
    var scriptedScans: [Int] = []

    @inline(__always) func list(_ order: Int, _ type: UInt8) -> FrameList {
        lists[order &* Self.typeCount &+ Int(type)]
    }

    @inline(__always) func isEmpty(_ order: Int, _ type: UInt8) -> Bool { list(order, type).isEmpty }

    /// Puts a block into its list, marked as free.
    @inline(__always)
    mutating func insert(
        _ frame: FrameOffset, _ order: Int, _ type: UInt8, toTail: Bool, _ zone: borrowing Zone
    ) {
        let slot = order &* Self.typeCount &+ Int(type)
        if toTail {
            lists[slot].append(frame, zone.frames)
        } else {
            lists[slot].prepend(frame, zone.frames)
        }
        blockCounts[order] &+= 1
        zone.occupiedOrders[Int(type)].insert(UInt32(1) &<< UInt32(order))
        zone.frames[frame].claim = Page.listed(UInt32(order))
        zone.frames[frame].type.store(Page.inBuddyList)
    }

    /// Takes the first block of a list that has one.
    @inline(__always)
    mutating func removeFirst(_ order: Int, _ type: UInt8, _ zone: borrowing Zone) -> FrameOffset {
        let frame = lists[order &* Self.typeCount &+ Int(type)].removeFirst(zone.frames)
        removed(frame, order, type, zone)
        return frame
    }

    /// Takes a block out of the list it is in.
    @inline(__always)
    mutating func remove(_ frame: FrameOffset, _ order: Int, _ type: UInt8, _ zone: borrowing Zone) {
        lists[order &* Self.typeCount &+ Int(type)].remove(frame, zone.frames)
        removed(frame, order, type, zone)
    }

    @inline(__always)
    private mutating func removed(_ frame: FrameOffset, _ order: Int, _ type: UInt8, _ zone: borrowing Zone) {
        blockCounts[order] &-= 1
        zone.frames[frame].type.store(0)
        if lists[order &* Self.typeCount &+ Int(type)].isEmpty {
            zone.occupiedOrders[Int(type)].remove(UInt32(1) &<< UInt32(order))
            if order == zone.maxOrder && type == MigrateType.movable.rawValue && !deferred.isEmpty {
                initializeMore(zone)
            }
        }
    }

    /// Moves a block to the tail of another type's list. *Kernel counterpart:* `move_to_free_list`.
    mutating func move(_ frame: FrameOffset, _ order: Int, from old: UInt8, to new: UInt8, _ zone: borrowing Zone) {
        remove(frame, order, old, zone)
        insert(frame, order, new, toTail: true, zone)
    }
}

/// What happened to a zone's free blocks, counted under its lock.
struct FreeAreaStatistics: Sendable {
    /// Blocks split for a smaller request.
    var splits = 0
    /// Blocks merged with their buddy.
    var merges = 0
    /// Pageblocks taken over by another migrate type.
    var claims = 0
    /// Blocks handed out of another migrate type's pageblock, which kept its type.
    var steals = 0
    /// Watermark boosts.
    var boosts = 0
}

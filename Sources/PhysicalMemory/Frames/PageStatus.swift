/// What the memory map says of one frame at one moment.
///
/// *Kernel counterpart:* `struct page`.
public struct PageStatus: Hashable, Sendable {
    /// Where the frame is. `head` is the first frame of the block that it belongs to, perhaps itself.
    public enum Place: Hashable, Sendable {
        /// Its page is not initialised yet; it will go to the free lists.
        case deferred
        /// The allocator never got it: firmware's, or the kernel's own.
        case reserved
        /// In the zone's free lists.
        case free(head: PFN, Order)
        /// In a list of a CPU.
        case perCPU(CPUID, list: Int, head: PFN, Order)
        /// Somebody has it; order `nil`: since before the model began to look.
        case allocated(head: PFN, Order?)
        /// Between two places at the moment of looking.
        case moving
    }

    /// The frame.
    public var pfn: PFN
    /// Its zone.
    public var zone: ZoneName
    /// Where it is now.
    public var place: Place
    /// Those of the model: initialised, LRU, head, tail, reserved, and the zone's number from bit 48 on.
    /// *Kernel counterpart:* `flags`.
    public var flags: UInt64
    /// Names of the kernel's flags that are set.
    public var flagNames: [String]
    /// Neighbours in the list that the frame is in; `nil` at its ends and in no list.
    /// *Kernel counterpart:* `lru`, `buddy_list`, `pcp_list`.
    public var next: PFN?
    /// The frame before it in its list; `nil`: none.
    public var previous: PFN?
    /// *Kernel counterpart:* `mapping`; 0 stands for none.
    public var mapping: UInt32
    /// Where in the mapping; the order of the block while it is free or allocated; the number of the per-CPU list.
    /// *Kernel counterpart:* `index`, `private`.
    public var index: UInt32
    /// Page tables that map the frame, less 1. *Kernel counterpart:* `_mapcount`.
    public var mapcount: Int
    /// `nil` unless the frame heads a free block. *Kernel counterpart:* `page_type`.
    public var type: UInt32?
    /// *Kernel counterpart:* `_refcount`.
    public var refcount: Int32
    /// The migrate type of its pageblock; `nil` before it is initialised.
    public var migrateType: MigrateType?
    /// The head of the compound page of which the frame is a tail. *Kernel counterpart:* `compound_head`.
    public var compoundHead: PFN?
    /// The control group that the frame is charged to. None is modelled yet. *Kernel counterpart:* `memcg_data`.
    public var memoryGroup: Int? { nil }
}

extension Machine {
    /// What the map says of a frame, or `nil` where no zone has one.
    ///
    /// Looks without the zone's lock: while others allocate, the parts may not fit together.
    /// Complexity: O(zones + ranges of the zone + orders).
    public func page(_ pfn: PFN) -> PageStatus? {
        guard map.contains(pfn.rawValue) else { return nil }
        for zone in zones {
            guard let layout = layout(of: zone.value.zoneName),
                layout.presentRanges.contains(where: { $0.contains(pfn) })
            else { continue }
            return status(of: pfn, in: zone, isManaged: layout.managedRanges.contains { $0.contains(pfn) })
        }
        return nil
    }

    /// The zone as boot laid it out.
    func layout(of name: ZoneName) -> ZoneLayout? {
        place(of: name.node).flatMap { place in layout.nodes[place].zones.first { $0.type == name.zone } }
    }

    private func status(of pfn: PFN, in zone: Stable<Zone>, isManaged: Bool) -> PageStatus {
        let frames = zone.value.frames
        let frame = frames.offset(pfn.rawValue)
        let flags = frames[frame].flags.load()
        let isInitialized = flags & PageFlags.initialized != 0
        let (place, links) =
            isInitialized ? place(of: frame, in: zone) : (isManaged ? .deferred : .reserved, Links())
        func neighbour(_ frame: FrameOffset) -> PFN? { frame == .none ? nil : PFN(frames.pfn(frame)) }
        let type = frames[frame].type.load()
        return PageStatus(
            pfn: pfn, zone: zone.value.zoneName, place: place, flags: flags,
            flagNames: place == .reserved ? ["PG_reserved"] : PageFlags.names(flags),
            next: neighbour(links.next), previous: neighbour(links.previous), mapping: frames[frame].mapping,
            index: frames[frame].index, mapcount: -1, type: type == 0 ? nil : type,
            refcount: place == .reserved ? 1 : frames[frame].refcount,
            migrateType: isInitialized ? MigrateType(rawValue: frames.migrateType(of: frame)) : nil,
            compoundHead: flags & PageFlags.tail != 0 ? PFN(frames.pfn(frames[frame].next)) : nil)
    }

    /// Where an initialised frame is, and what is beside it if it heads a block in a list. Takes the locks of the CPUs'
    /// lists in turn.
    private func place(of frame: FrameOffset, in zone: Stable<Zone>) -> (PageStatus.Place, Links) {
        let frames = zone.value.frames
        if frames[frame].claim == Page.allocatedOfUnknownOrder {
            return (.allocated(head: PFN(frames.pfn(frame)), nil), Links())
        }
        for order in 0...zone.value.maxOrder {
            let head = frame & ~(FrameOffset(1) << FrameOffset(order) - 1)
            let (isFree, isHeld) = (frames[head].type.load() == Page.inBuddyList, frames[head].refcount > 0)
            let size = frames[head].index
            guard isFree || isHeld, size <= UInt32(zone.value.maxOrder), frame - head < FrameOffset(1) << size else {
                continue
            }
            let (first, order) = (PFN(frames.pfn(head)), Order(Int(size)))
            guard isFree else { return (.allocated(head: first, order), Links()) }
            return (
                .free(head: first, order),
                head == frame ? Links(next: frames[frame].next, previous: frames[frame].previous) : Links()
            )
        }
        for cpu in 0..<pagesets.count {
            let held = pagesets[cpu][zone.value.number].value.lists.acquire()
            for list in 0..<PerCPULists.listCount {
                let order = list < 12 ? list / 3 : zone.value.hugePageOrder
                let head = frame & ~(FrameOffset(1) << FrameOffset(order) - 1)
                guard let place = held.value.place(of: head, in: list) else { continue }
                return (
                    .perCPU(cpus[cpu].value.id, list: list, head: PFN(frames.pfn(head)), Order(order)),
                    head == frame ? held.value.links(at: place, in: list) : Links()
                )
            }
        }
        return (.moving, Links())
    }
}

/// The blocks beside one in its list.
private struct Links {
    var next = FrameOffset.none
    var previous = FrameOffset.none
}

extension PerCPULists {
    /// Where a list has a block, from 0 at the head. Complexity: O(length).
    fileprivate func place(of wanted: FrameOffset, in list: Int) -> Int? {
        (0..<length(of: list)).first { block($0, of: list) == wanted }
    }

    /// The blocks beside the one at `place`.
    fileprivate func links(at place: Int, in list: Int) -> Links {
        Links(
            next: place + 1 < length(of: list) ? block(place + 1, of: list) : .none,
            previous: place > 0 ? block(place - 1, of: list) : .none)
    }
}

extension PageFlags {
    /// The kernel's names of the flags that are set.
    static func names(_ flags: UInt64) -> [String] {
        let names = [(lru, "PG_lru"), (head, "PG_head"), (reserved, "PG_reserved")]
        return names.filter { flags & $0.0 != 0 }.map(\.1)
    }
}

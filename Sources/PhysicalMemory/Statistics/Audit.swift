/// The proof that each frame is in exactly one place.
///
/// `frames = free + pcp + allocated + reserved + lost`; a frame in two places counts in the first of them, and in
/// ``duplicated`` as well.
public struct Audit: Hashable, Sendable {
    /// Present frames of the machine.
    public var frames: PageCount = 0
    /// In the zones' free lists, or still to be initialised for them.
    public var free: PageCount = 0
    /// In per-CPU lists.
    public var pcp: PageCount = 0
    /// Held by the callers, by their own count.
    public var allocated: PageCount = 0
    /// Never handed to the allocator.
    public var reserved: PageCount = 0
    /// In no list, held by nobody, not reserved.
    public var lost: PageCount = 0
    /// In two lists, or held twice, or both in a list and held.
    public var duplicated: PageCount = 0
    /// What else is wrong: lists out of order, counters that do not agree. At most ``problemLimit`` are kept.
    public var problems: [String] = []

    /// Texts kept in ``problems``.
    public static let problemLimit = 20

    /// Nothing is lost, nothing is in two places, and every counter equals what the lists say.
    public var isClean: Bool { lost == 0 && duplicated == 0 && problems.isEmpty }

    mutating func report(_ problem: @autoclosure () -> String) {
        if problems.count < Self.problemLimit { problems.append(problem()) }
    }
}

/// A block that somebody holds.
public struct Holding: Hashable, Sendable {
    /// The first frame of the block.
    public var pfn: PFN
    /// log₂ of its frames.
    public var order: Order

    /// The block of `order` that begins at `pfn`.
    @inlinable public init(pfn: PFN, order: Order) {
        self.pfn = pfn
        self.order = order
    }
}

extension Machine {
    /// Proves, while nobody allocates or frees, where every frame is.
    ///
    /// - Parameter holdings: every block that callers hold, each once.
    ///
    /// Takes every lock in turn. Complexity: O(initialised frames).
    public func audit(holding holdings: some Sequence<Holding>) -> Audit {
        var audit = Audit()
        var auditors = zones.map { ZoneAuditor($0.value) }
        for number in zones.indices {
            auditors[number].walkFreeLists(zones[number].value, &audit)
            for cpu in 0..<pagesets.count {
                auditors[number].walk(pagesets[cpu][number].value, zones[number].value, cpus[cpu].value.id, &audit)
            }
        }
        for holding in holdings {
            guard let zone = zone(of: holding.pfn) else {
                audit.report("pfn \(holding.pfn) is held, but is no frame of the allocator")
                continue
            }
            auditors[zone.value.number].note(holding, zone.value, &audit)
        }
        for number in zones.indices { auditors[number].conclude(zones[number].value, layout, &audit) }
        return audit
    }
}

/// One zone's part of an audit.
private struct ZoneAuditor {
    // One bit a frame of the span, from the span's start on.
    private var seen: [UInt64]
    private let start: FrameOffset
    // Each frame once, in the place where it was seen first.
    private var listed = 0
    private var inLists = 0
    private var held = 0

    init(_ zone: borrowing Zone) {
        start = zone.span.lowerBound
        seen = [UInt64](repeating: 0, count: zone.span.count / 64 + 1)
    }

    /// Notes the frames of a block that `place` says where it was found; returns how many were not noted before, and
    /// reports the first of those that were: such a frame was freed or handed out twice.
    private mutating func mark(
        _ frame: FrameOffset, _ order: Int, _ zone: borrowing Zone, _ audit: inout Audit,
        _ place: @autoclosure () -> String
    ) -> Int {
        var twice = 0
        var first = FrameOffset.none
        for offset in Int(frame - start)..<Int(frame - start) + 1 << order {
            let bit = UInt64(1) << UInt64(offset & 63)
            if seen[offset >> 6] & bit != 0 {
                if twice == 0 { first = start + FrameOffset(offset) }
                twice += 1
            }
            seen[offset >> 6] |= bit
        }
        if twice > 0 {
            audit.duplicated += PageCount(twice)
            audit.report(
                "\(zone.name): pfn \(PFN(zone.frames.pfn(first))) is in two places, the second of them "
                    + "\(place()): freed twice, or handed out twice")
        }
        return (1 << order) - twice
    }

    private func isInside(_ frame: FrameOffset, _ order: Int, _ zone: borrowing Zone) -> Bool {
        zone.spans(frame) && UInt64(frame) + 1 << UInt64(order) <= UInt64(zone.span.upperBound)
    }

    mutating func walkFreeLists(_ zone: borrowing Zone, _ audit: inout Audit) {
        let held = zone.areas.acquire()
        var counted = 0
        var highatomic = 0
        for order in 0...zone.maxOrder {
            var blocks = 0
            for type in MigrateType.allCases {
                var previous = FrameOffset.none
                var frame = held.value.list(order, type.rawValue).first
                while frame != .none {
                    let name = "\(zone.name), order \(order), \(type), pfn \(PFN(zone.frames.pfn(frame)))"
                    guard isInside(frame, order, zone), blocks <= zone.span.count else {
                        audit.report("\(name): the list leads out of the zone")
                        break
                    }
                    if !zone.isFree(frame, order) { audit.report("\(name): not marked as free with this order") }
                    if frame & (1 << FrameOffset(order) - 1) != 0 { audit.report("\(name): misaligned") }
                    if zone.frames[frame].previous != previous { audit.report("\(name): broken link") }
                    if zone.frames.migrateType(of: frame) != type.rawValue {
                        audit.report("\(name): its pageblock has another type")
                    }
                    listed += mark(frame, order, zone, &audit, "the free list of order \(order), \(type)")
                    blocks += 1
                    if type != .isolate { counted += 1 << order }
                    if type == .highatomic { highatomic += 1 << order }
                    previous = frame
                    frame = zone.frames[frame].next
                }
                let isMarked = zone.occupiedOrders[Int(type.rawValue)].load() & 1 << UInt32(order) != 0
                if isMarked == held.value.isEmpty(order, type.rawValue) {
                    audit.report("\(zone.name), order \(order), \(type): marked wrongly as empty or not")
                }
            }
            if blocks != held.value.blockCounts[order] {
                audit.report("\(zone.name), order \(order): \(blocks) blocks, counted \(held.value.blockCounts[order])")
            }
        }
        counted += held.value.deferred.pageCount
        listed += held.value.deferred.pageCount
        if zone.freePagesSnapshot() != counted {
            audit.report("\(zone.name): \(counted) pages free, counted \(zone.freePagesSnapshot())")
        }
        if zone.freeHighatomic.load() != highatomic {
            audit.report("\(zone.name): \(highatomic) free highatomic pages, counted \(zone.freeHighatomic.load())")
        }
        let withheld = zone.watermarkBoost.load() + zone.freeHighatomic.load() + zone.freeCMA.load()
        if zone.withheld.load() != withheld {
            audit.report("\(zone.name): \(withheld) pages withheld, counted \(zone.withheld.load())")
        }
    }

    mutating func walk(_ pageset: borrowing PerCPUPages, _ zone: borrowing Zone, _ cpu: CPUID, _ audit: inout Audit) {
        let held = pageset.lists.acquire()
        var counted = 0
        for list in 0..<PerCPULists.listCount {
            let order = list < 12 ? list / 3 : zone.hugePageOrder
            for place in 0..<held.value.length(of: list) {
                let frame = held.value.block(place, of: list)
                guard isInside(frame, order, zone) else {
                    audit.report("\(zone.name), cpu \(cpu), list \(list): leads out of the zone")
                    break
                }
                if zone.frames[frame].claim != Page.listed(UInt32(list)) {
                    audit.report("\(zone.name), cpu \(cpu), list \(list): broken at pfn \(PFN(zone.frames.pfn(frame)))")
                }
                inLists += mark(frame, order, zone, &audit, "list \(list) of CPU \(cpu)")
                counted += 1 << order
            }
        }
        if counted != held.value.count {
            audit.report("\(zone.name), cpu \(cpu): \(counted) pages in lists, counted \(held.value.count)")
        }
    }

    mutating func note(_ holding: Holding, _ zone: borrowing Zone, _ audit: inout Audit) {
        let frame = zone.frames.offset(holding.pfn.rawValue)
        guard isInside(frame, holding.order.rawValue, zone) else {
            audit.report("\(zone.name): a held block at pfn \(holding.pfn) leads out of the zone")
            return
        }
        held += mark(frame, holding.order.rawValue, zone, &audit, "a holder of order \(holding.order)")
    }

    func conclude(_ zone: borrowing Zone, _ layout: MachineLayout, _ audit: inout Audit) {
        let managed = zone.managedPages.load()
        audit.frames += PageCount(zone.presentPages)
        audit.free += PageCount(listed)
        audit.pcp += PageCount(inLists)
        audit.allocated += PageCount(held)
        audit.reserved += PageCount(zone.presentPages - managed)
        let seen = listed + inLists + held
        if seen > managed { audit.report("\(zone.name): \(seen) frames are accounted for, it manages \(managed)") }
        audit.lost += PageCount(max(0, managed - seen))
    }
}

extension Zone {
    /// How messages name the zone.
    var name: String { "node \(node) zone \(type.kernelName)" }
}

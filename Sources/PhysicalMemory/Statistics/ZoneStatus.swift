/// What a zone is like at one moment. Counts are in pages unless they say otherwise.
public struct ZoneStatus: Hashable, Sendable {
    /// The node. *Kernel counterpart:* `node`.
    public var node: NodeID
    /// The zone's type. *Kernel counterpart:* `zone_idx()`.
    public var type: ZoneType
    /// Without the per-CPU differences. *Kernel counterpart:* `vm_stat[NR_FREE_PAGES]`.
    public var freePages: PageCount
    /// With them.
    public var freePagesSnapshot: PageCount
    /// *Kernel counterpart:* `managed_pages`.
    public var managedPages: PageCount
    /// *Kernel counterpart:* `watermark_boost`.
    public var watermarkBoost: PageCount
    /// *Kernel counterpart:* `flags`, its bits of `enum zone_flags`.
    public var flags: UInt32
    /// In pageblocks kept for urgent requests. *Kernel counterpart:* `nr_reserved_highatomic`.
    public var reservedHighatomic: PageCount
    /// Free in such pageblocks. *Kernel counterpart:* `nr_free_highatomic`.
    public var freeHighatomic: PageCount
    /// *Kernel counterpart:* `_watermark[]`.
    public var watermarks: ZoneLayout.Watermarks
    /// By the request's highest zone index.
    public var lowmemReserve: [PageCount]
    /// Free blocks by order. *Kernel counterpart:* `free_area[].nr_free`.
    public var freeBlocks: [Int]
    /// Free blocks by order and migrate type, as `/proc/pagetypeinfo` has them.
    public var freeBlocksByType: [[MigrateType: Int]]
    /// Times that CPUs took the zone's lock.
    public var lockAcquisitions: Int
    /// Those that had to wait.
    public var lockContentions: Int
    /// Blocks listed while larger ones were cut up.
    public var splits: Int
    /// Times that a freed block joined its buddy.
    public var merges: Int
    /// Pageblocks taken over by another migrate type.
    public var claims: Int
    /// Blocks taken from another type's pageblock, which kept its type.
    public var steals: Int
    /// Times that the watermarks were raised because types had to mix.
    public var boosts: Int
    /// The lowest frame whose page is not initialised yet; `nil` if all are. *Kernel counterpart:*
    /// `first_deferred_pfn`.
    public var firstDeferred: PFN?
}

/// One CPU's lists of one zone at one moment, in pages.
///
/// *Kernel counterpart:* `struct per_cpu_pages`.
public struct PagesetStatus: Hashable, Sendable {
    /// The CPU.
    public var cpu: CPUID
    /// The zone's node.
    public var node: NodeID
    /// The zone's type.
    public var zone: ZoneType
    /// Pages in all its lists. *Kernel counterpart:* `count`.
    public var count: PageCount
    /// The count at which pages go back to the zone. *Kernel counterpart:* `high`.
    public var high: PageCount
    /// The least `high`. *Kernel counterpart:* `high_min`.
    public var highMin: PageCount
    /// The greatest `high`. *Kernel counterpart:* `high_max`.
    public var highMax: PageCount
    /// Pages that go in or out at once at least. *Kernel counterpart:* `batch`.
    public var batch: PageCount
    /// log₂ by which the next fetch grows. *Kernel counterpart:* `alloc_factor`.
    public var allocFactor: Int
    /// Recent frees. *Kernel counterpart:* `free_count`.
    public var freeCount: Int
    /// Ticks until a remote list is drained. *Kernel counterpart:* `expire`.
    public var expire: Int
    /// Blocks in each list.
    public var listLengths: [Int]
    /// Times that an empty list was filled.
    public var refills: Int
    /// Times that pages went back to the zone.
    public var drains: Int
    /// Allocations of this CPU that this zone satisfied.
    public var allocations: Int
}

extension Machine {
    /// The populated zones, in the order of nodes and zone indexes.
    public var zoneNames: [ZoneName] { zones.map { ZoneName(node: $0.value.node, zone: $0.value.type) } }

    /// The zone's state, or `nil` if the machine has no such zone with frames. Takes its lock.
    /// Complexity: O(free blocks).
    public func status(of name: ZoneName) -> ZoneStatus? {
        guard let zone = zone(name.node, name.zone) else { return nil }
        return zone.value.status(layout)
    }

    /// The state of a CPU's lists of a zone, or `nil` if the machine has not both. Takes the lists' lock.
    public func pageset(of cpu: CPUID, _ name: ZoneName) -> PagesetStatus? {
        guard let state = self.cpu(cpu), let zone = zone(name.node, name.zone) else { return nil }
        let pageset = state.value.pagesets[zone.value.number]
        let numa = NUMAStatTotal(pageset.value.numa)
        let held = pageset.value.lists.acquire()
        return PagesetStatus(
            cpu: cpu, node: name.node, zone: name.zone, count: PageCount(held.value.count),
            high: PageCount(held.value.high), highMin: PageCount(held.value.highMin),
            highMax: PageCount(held.value.highMax), batch: PageCount(held.value.batch),
            allocFactor: held.value.tally.allocFactor, freeCount: held.value.tally.freeCount, expire: held.value.expire,
            listLengths: (0..<PerCPULists.listCount).map { held.value.length(of: $0) },
            refills: held.value.refills.load(), drains: held.value.drains.load(), allocations: numa.allocations)
    }

    /// kswapd's mail box of a node: the order asked for, the highest zone index (−1: none) and requests so far.
    public func kswapdRequest(of node: NodeID) -> (order: Order, highestZone: Int, wakeups: Int)? {
        guard (0..<daemons.count).contains(node.rawValue) else { return nil }
        let state = daemons[node.rawValue]
        return (Order(state.value.order.load()), state.value.highestZone.load(), state.value.wakeups.load())
    }
}

/// All allocations that one CPU's events of one zone stand for.
private struct NUMAStatTotal {
    let allocations: Int
    init(_ events: borrowing NUMAEvents) {
        var stat = NUMAStat()
        stat.add(events)
        allocations = stat.numaHit + stat.numaMiss
    }
}

extension FrameList {
    /// The number of blocks. Complexity: O(length). The list's lock is held.
    func length(_ frames: NodeFrames) -> Int {
        var count = 0
        var frame = first
        while frame != .none {
            count += 1
            frame = frames[frame].next
        }
        return count
    }
}

extension Zone {
    borrowing func status(_ layout: MachineLayout) -> ZoneStatus {
        let held = areas.acquire()
        let waiting = held.value.deferred.pageCount >> maxOrder
        var byType: [[MigrateType: Int]] = []
        for order in 0...maxOrder {
            var lengths: [MigrateType: Int] = [:]
            for type in MigrateType.allCases {
                let extra = order == maxOrder && type == .movable ? waiting : 0
                let length = held.value.list(order, type.rawValue).length(frames) + extra
                if length > 0 { lengths[type] = length }
            }
            byType.append(lengths)
        }
        var reserve: [PageCount] = []
        for index in layout.zoneTypes.indices { reserve.append(PageCount(tuning.lowmemReserve[index].load())) }
        let lockUses = lockCounts()
        return ZoneStatus(
            node: node, type: type, freePages: PageCount(freePages.load()),
            freePagesSnapshot: PageCount(freePagesSnapshot()), managedPages: PageCount(managedPages.load()),
            watermarkBoost: PageCount(watermarkBoost.load()), flags: flags.load() & ZoneFlags.kernelBits,
            reservedHighatomic: PageCount(reservedHighatomic.load()), freeHighatomic: PageCount(freeHighatomic.load()),
            watermarks: .init(
                min: PageCount(tuning.minWatermark.load()), low: PageCount(tuning.lowWatermark.load()),
                high: PageCount(tuning.highWatermark.load()), promo: PageCount(tuning.promoWatermark.load())),
            lowmemReserve: reserve, freeBlocks: byType.map { $0.values.reduce(0, +) }, freeBlocksByType: byType,
            lockAcquisitions: lockUses.acquisitions, lockContentions: lockUses.contentions,
            splits: held.value.statistics.splits, merges: held.value.statistics.merges,
            claims: held.value.statistics.claims, steals: held.value.statistics.steals,
            boosts: held.value.statistics.boosts,
            firstDeferred: held.value.deferred.next.map { PFN(frames.pfn($0)) })
    }
}

/// A zone of a node, ready to allocate from.
///
/// Invariants, checked by ``Machine/audit(holding:)``: a free block of order *k* starts at a multiple of 2ᵏ frames, is
/// in the list of its order and of its pageblock's migrate type, and its buddy is not free with the same order where
/// both could merge; ``freePages`` plus the per-CPU differences is what the lists hold (isolated blocks left out) and
/// what is still to be initialised.
///
/// *Kernel counterpart:* `struct zone`.
struct Zone: ~Copyable {
    /// The zone's place among all zones of the machine, as page flags name it.
    let number: Int
    let node: NodeID
    let type: ZoneType
    /// The zone's place among the types that are configured. *Kernel counterpart:* `zone_idx()`.
    let index: Int
    let frames: NodeFrames
    /// The span, as offsets of ``frames``. *Kernel counterpart:* `zone_start_pfn`, `spanned_pages`.
    let span: Range<FrameOffset>
    let presentPages: Int
    let managedPages: SharedInt
    let maxOrder: Int
    let pageblockOrder: Int
    let tuning: ZoneTuning

    /// Without the per-CPU differences. Written under the zone's lock. *Kernel counterpart:* `vm_stat[NR_FREE_PAGES]`.
    let freePages = SharedInt()
    /// *Kernel counterpart:* `nr_free_highatomic`.
    let freeHighatomic = SharedInt()
    /// *Kernel counterpart:* `nr_reserved_highatomic`.
    let reservedHighatomic = SharedInt()
    /// *Kernel counterpart:* `vm_stat[NR_FREE_CMA_PAGES]`.
    let freeCMA = SharedInt()
    /// The sum of ``watermarkBoost``, ``freeHighatomic`` and ``freeCMA``, kept so that the fast path need not add them up.
    /// Written under the zone's lock.
    let withheld = SharedInt()
    /// Each CPU's share of ``freePages`` that is not folded in yet. Written under the zone's lock.
    /// *Kernel counterpart:* `vm_stat_diff[NR_FREE_PAGES]`.
    let differences: StableArray<SharedInt>
    /// Bits of ``ZoneFlags``.
    let flags = SharedFlags()
    /// Pages. Written under the zone's lock. *Kernel counterpart:* `watermark_boost`.
    let watermarkBoost = SharedInt()
    /// For each migrate type, a bit for each order that has a free block. Written under the zone's lock.
    let occupiedOrders: InlineArray<6, SharedFlags>

    /// `vm.watermark_boost_factor`, in 1/10000.
    let boostFactor: SharedInt
    /// The order of the blocks in per-CPU lists 12 and 13. *Kernel counterpart:* `HPAGE_PMD_ORDER`.
    let hugePageOrder: Int
    /// Zone index of Movable, up to which below-high is judged.
    let movableIndex: Int

    /// Whether the next lower zone of the node has memory.
    let hasPopulatedZoneBelow: Bool

    /// By CPU place: how each CPU fared with the lock.
    let lockUse: StableArray<ZoneLockUse>

    let areas: Guarded<FreeAreas, ZoneLock>
    let observation: Stable<Observation>
    let compaction = ZoneCompaction()

    init(
        number: Int, node: NodeID, index: Int, layout: ZoneLayout, frames: NodeFrames, machine: MachineLayout,
        cpuNodes: [Int32], observation: Stable<Observation>, lock: consuming ZoneLock
    ) {
        self.number = number
        self.node = node
        self.index = index
        self.frames = frames
        type = layout.type
        let start = frames.offset(layout.startPFN.rawValue)
        span = start..<(start + FrameOffset(layout.spannedPages.rawValue))
        presentPages = layout.presentPages.rawValue
        managedPages = SharedInt(layout.managedPages.rawValue)
        maxOrder = machine.maxOrder.rawValue
        pageblockOrder = machine.pageblockOrder.rawValue
        tuning = ZoneTuning(layout)
        differences = StableArray(count: cpuNodes.count) { _ in SharedInt() }
        occupiedOrders = InlineArray { _ in SharedFlags() }
        boostFactor = SharedInt(machine.tuning.watermarkBoostFactor)
        hugePageOrder = machine.pageblockOrder.rawValue
        movableIndex = machine.zoneTypes.firstIndex(of: .movable) ?? machine.zoneTypes.count - 1
        let below = machine.node(node)?.zones
        hasPopulatedZoneBelow = index > 0 && (below?[index - 1].presentPages ?? 0) > 0
        lockUse = StableArray(count: cpuNodes.count) { ZoneLockUse(node: cpuNodes[$0]) }
        areas = Guarded(FreeAreas(), lock: lock)
        self.observation = observation
    }

    /// Whether the frame lies within the zone's span; in a hole it may be all the same.
    /// *Kernel counterpart:* `zone_spans_pfn`.
    @inline(__always) borrowing func spans(_ frame: FrameOffset) -> Bool { span.contains(frame) }

    /// Takes the zone's lock for a CPU, which gets it counted.
    @inline(__always) borrowing func acquireAreas(cpu: Int) -> Held<FreeAreas, ZoneLock> {
        lockUse[cpu].acquisitions.addAsOnlyWriter(1)
        let user = LockUser(cpu: Int32(truncatingIfNeeded: cpu), node: lockUse[cpu].node)
        return areas.acquire(by: user, noting: lockUse[cpu].contentions)
    }

    /// How often CPUs took the zone's lock, and how often they found it taken.
    borrowing func lockCounts() -> (acquisitions: Int, contentions: Int) {
        (0..<lockUse.count).reduce((0, 0)) {
            ($0.0 + lockUse[$1].acquisitions.load(), $0.1 + lockUse[$1].contentions.load())
        }
    }

    /// Sets the boost; the zone's lock is held, or nobody else is about.
    borrowing func setBoost(_ pages: Int) {
        withheld.addAsOnlyWriter(pages - watermarkBoost.load())
        watermarkBoost.store(pages)
    }

    borrowing func release() {
        differences.release()
        lockUse.release()
        areas.lock.recorder?.release()
    }
}

/// What one CPU had to do with a zone's lock, on a cache line of its own. Written by that CPU alone.
struct ZoneLockUse: ~Copyable {
    let acquisitions = SharedInt()
    /// Acquisitions that found the lock taken.
    let contentions = SharedInt()
    /// The CPU's node.
    let node: Int32
    private let padding = InlineArray<5, UInt64>(repeating: 0)

    init(node: Int32) { self.node = node }
}

/// What the zone's decisions compare with: written when a sysctl changes, read everywhere. All in pages.
struct ZoneTuning: ~Copyable {
    /// *Kernel counterpart:* `_watermark[WMARK_MIN]`.
    let minWatermark: SharedInt
    /// *Kernel counterpart:* `_watermark[WMARK_LOW]`.
    let lowWatermark: SharedInt
    /// *Kernel counterpart:* `_watermark[WMARK_HIGH]`.
    let highWatermark: SharedInt
    /// *Kernel counterpart:* `_watermark[WMARK_PROMO]`.
    let promoWatermark: SharedInt
    /// By the zone index of the request's highest zone. *Kernel counterpart:* `lowmem_reserve`.
    let lowmemReserve: InlineArray<6, SharedInt>
    /// High watermark and reserve together, by the zone index of the request's highest zone.
    let plentyMark: InlineArray<6, SharedInt>
    /// *Kernel counterpart:* `stat_threshold`.
    let statThreshold: SharedInt
    /// *Kernel counterpart:* `percpu_drift_mark`.
    let driftMark: SharedInt

    init(_ layout: ZoneLayout) {
        minWatermark = SharedInt(layout.watermarks.min.rawValue)
        lowWatermark = SharedInt(layout.watermarks.low.rawValue)
        highWatermark = SharedInt(layout.watermarks.high.rawValue)
        promoWatermark = SharedInt((layout.watermarks.promo ?? layout.watermarks.high).rawValue)
        lowmemReserve = InlineArray { index in
            SharedInt(index < layout.protection.count ? layout.protection[index].rawValue : 0)
        }
        plentyMark = InlineArray { index in
            let reserve = index < layout.protection.count ? layout.protection[index].rawValue : 0
            return SharedInt(layout.watermarks.high.rawValue + reserve)
        }
        statThreshold = SharedInt(layout.statThreshold)
        driftMark = SharedInt(layout.driftMark.rawValue)
    }
}

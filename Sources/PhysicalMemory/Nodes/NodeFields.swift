/// What of a node changes while the machine runs, and is not in its zones.
///
/// *Kernel counterpart:* `struct pglist_data`, without zones, zonelists and what ``KswapdState`` holds.
struct NodeFields: ~Copyable {
    /// *Kernel counterpart:* `node_size_lock` with what it guards.
    let size: Guarded<NodeSize, SpinLock>
    /// *Kernel counterpart:* `totalreserve_pages`.
    let totalReservePages: SharedInt
    /// *Kernel counterpart:* `min_unmapped_pages`.
    let minUnmappedPages: SharedInt
    /// *Kernel counterpart:* `min_slab_pages`.
    let minSlabPages: SharedInt
    /// *Kernel counterpart:* `deferred_split_queue.split_queue_len`.
    let deferredSplitLength = SharedInt()
    let lruVector = Stable(LRUVectorState())

    let kswapdIsRunning = SharedFlags()
    let kswapdWait = WaitQueue()
    /// *Kernel counterpart:* `pfmemalloc_wait`.
    let reserveWait = WaitQueue()
    /// By ``ReclaimThrottle``. *Kernel counterpart:* `reclaim_wait[]`.
    let reclaimWait = InlineArray<4, WaitQueue> { _ in WaitQueue() }
    /// *Kernel counterpart:* `nr_writeback_throttled`.
    let writebackThrottled = SharedInt()
    /// *Kernel counterpart:* `nr_reclaim_start`.
    let reclaimStart = SharedInt()
    /// Bits of ``NodeFlags``.
    let flags = SharedFlags()

    let kcompactdIsRunning = SharedFlags()
    let kcompactdMaxOrder = SharedInt()
    let kcompactdHighestZone: SharedInt
    let kcompactdWait = WaitQueue()
    let proactiveCompactTrigger = SharedFlags()

    /// By ``NodeStatItem``. *Kernel counterpart:* `vm_stat[]`.
    let statistics: StableArray<SharedInt>

    init(_ layout: NodeLayout) {
        size = Guarded(
            NodeSize(
                startPFN: layout.startPFN, spannedPages: layout.spannedPages, presentPages: layout.presentPages))
        totalReservePages = SharedInt(layout.totalReservePages.rawValue)
        minUnmappedPages = SharedInt(layout.share(percent: Self.minUnmappedRatio))
        minSlabPages = SharedInt(layout.share(percent: Self.minSlabRatio))
        kcompactdHighestZone = SharedInt(layout.zoneCount - 1)
        statistics = StableArray(count: NodeStatItem.allCases.count) { _ in SharedInt() }
    }

    /// `vm.min_unmapped_ratio` where nobody set it.
    static let minUnmappedRatio = 1
    /// `vm.min_slab_ratio` where nobody set it.
    static let minSlabRatio = 5

    borrowing func release() {
        lruVector.release()
        statistics.release()
    }
}

/// Where a node's frames are.
struct NodeSize {
    var startPFN: PFN
    var spannedPages: PageCount
    var presentPages: PageCount
}

/// Why a task waits in reclaim. *Kernel counterpart:* `enum vmscan_throttle_state`.
public enum ReclaimThrottle: Int, CaseIterable, Hashable, Sendable {
    /// Too much is being written. `VMSCAN_THROTTLE_WRITEBACK`.
    case writeback
    /// Too many pages are off their lists. `VMSCAN_THROTTLE_ISOLATED`.
    case isolated
    /// Nothing could be reclaimed. `VMSCAN_THROTTLE_NOPROGRESS`.
    case noProgress
    /// Dirty pages of a congested device. `VMSCAN_THROTTLE_CONGESTED`.
    case congested
}

/// What reclaim found out about a node. *Kernel counterpart:* `enum pgdat_flags`.
public struct NodeFlags: OptionSet, Hashable, Sendable {
    /// The kernel's bits.
    public var rawValue: UInt32
    /// Takes the number as it is.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// *Kernel counterpart:* `PGDAT_DIRTY`.
    public static let dirty = NodeFlags(rawValue: 1)
    /// *Kernel counterpart:* `PGDAT_WRITEBACK`.
    public static let writeback = NodeFlags(rawValue: 2)
    /// *Kernel counterpart:* `PGDAT_RECLAIM_LOCKED`.
    public static let reclaimLocked = NodeFlags(rawValue: 4)
}

extension NodeLayout {
    /// One more than the index of the highest zone that spans frames. *Kernel counterpart:* `nr_zones`.
    public var zoneCount: Int { (zones.lastIndex { $0.spannedPages > 0 } ?? -1) + 1 }

    /// So many hundredths of each zone's managed frames, each rounded down, together.
    /// *Kernel counterpart:* `setup_min_unmapped_ratio`, `setup_min_slab_ratio`.
    func share(percent: Int) -> Int {
        zones.reduce(0) { $0 + scaled($1.managedPages.rawValue, by: percent, over: 100) }
    }
}

/// A node of a running machine: every field that the kernel's Physical Memory document lists, with its value now.
///
/// A view: reading a field asks the machine. Fields whose machinery does not run yet show their value at rest.
///
/// *Kernel counterpart:* `struct pglist_data`, `pg_data_t`.
public struct Node: Sendable {
    /// The machine that it is part of.
    public let machine: Machine
    /// The node as boot laid it out.
    public let layout: NodeLayout
    let fields: Stable<NodeFields>
    let kswapd: Stable<KswapdState>

    // MARK: General

    /// *Kernel counterpart:* `node_id`.
    public var id: NodeID { layout.id }
    /// The zones, one for each of the machine's types, empty ones included. *Kernel counterpart:* `node_zones`.
    public var zones: [ZoneName] { layout.zones.map { ZoneName(node: id, zone: $0.type) } }
    /// One more than the index of the highest zone that spans frames. *Kernel counterpart:* `nr_zones`.
    public var zoneCount: Int { layout.zoneCount }
    /// Where requests that prefer this node look, in order. *Kernel counterpart:* `node_zonelists[ZONELIST_FALLBACK]`.
    public var zonelist: [ZoneName] { layout.zonelist }
    /// The same for requests that must not leave it. *Kernel counterpart:* `node_zonelists[ZONELIST_NOFALLBACK]`.
    public var thisNodeZonelist: [ZoneName] { layout.thisNodeZonelist }
    /// The frames whose pages the machine's map holds for this node; `nil` if it holds none.
    /// *Kernel counterpart:* `node_mem_map`, `node_page_ext`.
    public var mapRange: Range<PFN>? {
        let span = startPFN..<startPFN.advanced(by: spannedPages.rawValue)
        return !span.isEmpty && machine.map.contains(span.lowerBound.rawValue) ? span : nil
    }
    /// *Kernel counterpart:* `node_start_pfn`.
    public var startPFN: PFN { size.startPFN }
    /// *Kernel counterpart:* `node_present_pages`.
    public var presentPages: PageCount { size.presentPages }
    /// Holes included. *Kernel counterpart:* `node_spanned_pages`.
    public var spannedPages: PageCount { size.spannedPages }
    /// Whether somebody changes the node's size. *Kernel counterpart:* `node_size_lock`.
    public var isSizeLocked: Bool {
        guard fields.value.size.tryAcquire() != nil else { return true }
        return false
    }
    /// What the node keeps back from programs: of each zone its high watermark and greatest protection, at most all.
    /// *Kernel counterpart:* `totalreserve_pages`.
    public var totalReservePages: PageCount { PageCount(fields.value.totalReservePages.load()) }
    /// The lowest frame whose page is not initialised yet; `nil` if all are. *Kernel counterpart:*
    /// `first_deferred_pfn`. Takes the zones' locks.
    public var firstDeferredPFN: PFN? {
        machine.zones.lazy.filter { $0.value.node == id }.compactMap { zone in
            let held = zone.value.areas.acquire()
            return held.value.deferred.next.map { PFN(zone.value.frames.pfn($0)) }
        }.min()
    }
    /// Huge pages that wait to be split. *Kernel counterpart:* `deferred_split_queue`.
    public var deferredSplitLength: Int { fields.value.deferredSplitLength.load() }

    private var size: NodeSize {
        let held = fields.value.size.acquire()
        return held.value
    }

    // MARK: Reclaim control

    /// Whether the node's daemon runs. *Kernel counterpart:* `kswapd`.
    public var kswapdIsRunning: Bool { fields.value.kswapdIsRunning.load() != 0 }
    /// The largest order that kswapd was asked for and has not looked at. *Kernel counterpart:* `kswapd_order`.
    public var kswapdOrder: Order { Order(kswapd.value.order.load()) }
    /// The highest zone index that kswapd was asked for; `nil`: none. *Kernel counterpart:* `kswapd_highest_zoneidx`,
    /// where none is `MAX_NR_ZONES`.
    public var kswapdHighestZone: Int? {
        let index = kswapd.value.highestZone.load()
        return index >= 0 ? index : nil
    }
    /// Runs of kswapd that reclaimed nothing. *Kernel counterpart:* `kswapd_failures`.
    public var kswapdFailures: Int { kswapd.value.failures.load() }
    /// Requests to kswapd since the machine began.
    public var kswapdWakeups: Int { kswapd.value.wakeups.load() }
    /// Sleepers on `kswapd_wait`.
    public var kswapdWaiters: Int { fields.value.kswapdWait.sleepers.load() }
    /// Tasks that wait until reserves are refilled. *Kernel counterpart:* `pfmemalloc_wait`.
    public var reserveWaiters: Int { fields.value.reserveWait.sleepers.load() }
    /// Tasks that reclaim holds up. *Kernel counterpart:* `reclaim_wait[]`.
    public func reclaimWaiters(_ reason: ReclaimThrottle) -> Int {
        fields.value.reclaimWait[reason.rawValue].sleepers.load()
    }
    /// Tasks held up because too much is being written. *Kernel counterpart:* `nr_writeback_throttled`.
    public var writebackThrottled: Int { fields.value.writebackThrottled.load() }
    /// Pages written when the throttling began. *Kernel counterpart:* `nr_reclaim_start`.
    public var reclaimStart: PageCount { PageCount(fields.value.reclaimStart.load()) }
    /// Below so many unmapped file pages node reclaim leaves them alone. *Kernel counterpart:* `min_unmapped_pages`.
    public var minUnmappedPages: PageCount { PageCount(fields.value.minUnmappedPages.load()) }
    /// Below so many reclaimable slab pages node reclaim leaves them alone. *Kernel counterpart:* `min_slab_pages`.
    public var minSlabPages: PageCount { PageCount(fields.value.minSlabPages.load()) }
    /// *Kernel counterpart:* `flags`.
    public var flags: NodeFlags { NodeFlags(rawValue: fields.value.flags.load()) }

    // MARK: Compaction control

    /// Whether the node's daemon runs. *Kernel counterpart:* `kcompactd`.
    public var kcompactdIsRunning: Bool { fields.value.kcompactdIsRunning.load() != 0 }
    /// *Kernel counterpart:* `kcompactd_max_order`.
    public var kcompactdMaxOrder: Order { Order(fields.value.kcompactdMaxOrder.load()) }
    /// At rest the node's highest zone; −1 on a node without memory. *Kernel counterpart:*
    /// `kcompactd_highest_zoneidx`.
    public var kcompactdHighestZone: Int { fields.value.kcompactdHighestZone.load() }
    /// Sleepers on `kcompactd_wait`.
    public var kcompactdWaiters: Int { fields.value.kcompactdWait.sleepers.load() }
    /// *Kernel counterpart:* `proactive_compact_trigger`.
    public var proactiveCompactTrigger: Bool { fields.value.proactiveCompactTrigger.load() != 0 }

    // MARK: Statistics

    /// The node's counters. *Kernel counterpart:* `vm_stat[]`.
    public func statistic(_ item: NodeStatItem) -> Int { fields.value.statistics[item.index].load() }
    /// What a CPU may count by itself before it folds into the node's counters: the greatest of the zones' thresholds.
    /// *Kernel counterpart:* `per_cpu_nodestats->stat_threshold`.
    public var statThreshold: Int { layout.zones.map(\.statThreshold).max() ?? 0 }
}

extension Node: Identifiable {}

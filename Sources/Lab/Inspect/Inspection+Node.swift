import PhysicalMemory

extension Inspection {
    /// `struct pglist_data` of a node.
    public init(_ node: Node) {
        self.init(.node, "\(node.id)", of: node.machine)
        addGeneral(node)
        addReclaim(node)
        addCompaction(node)
        addStatistics(node)
    }

    private static func names(_ zones: [ZoneName]) -> InspectedValue {
        .list(zones.map { .text($0.description) })
    }

    private mutating func addGeneral(_ node: Node) {
        add("node_zones", "zones", Self.names(node.zones), "the node's zones, empty ones included")
        add(
            "node_zonelists", "zonelist, thisNodeZonelist",
            .object([
                "ZONELIST_FALLBACK": Self.names(node.zonelist),
                "ZONELIST_NOFALLBACK": Self.names(node.thisNodeZonelist),
            ]), needs: nil, "where requests for this node look, in order")
        add(
            "nr_zones", "zoneCount", .int(node.zoneCount),
            "one more than the index of the highest zone that spans frames")
        add(
            "node_mem_map", "mapRange", Self.range(node.mapRange), needs: .all(.flatMemory),
            "the struct page of the node's first frame")
        add(
            "node_page_ext", "mapRange", Self.range(node.mapRange), needs: .all(.flatMemory, .pageExtension),
            "the page extensions of the node's frames")
        add("node_start_pfn", "startPFN", .unsigned(node.startPFN.rawValue), "the node's first frame")
        add("node_present_pages", "presentPages", .int(node.presentPages.rawValue), "frames that exist, holes left out")
        add(
            "node_spanned_pages", "spannedPages", .int(node.spannedPages.rawValue),
            "frames from first to last, holes included")
        add(
            "node_size_lock", "isSizeLocked", .text(node.isSizeLocked ? "locked" : "unlocked"),
            needs: .any(.memoryHotplug, .deferredPages), "guards first frame, present and spanned")
        add("node_id", "id", .int(node.id.rawValue), "the node's number")
        let structure = node.machine.layout.nodeStructures.first { $0.node == node.id }
        add(
            "NODE_DATA()", "MachineLayout.nodeStructures",
            .object([
                "onNode": .optional(structure?.home) { .int($0.rawValue) },
                "address": .optional(structure?.addresses) { .int($0.lowerBound.rawValue) },
                "bytes": .int(structure?.size.rawValue ?? 0), "isEstimated": .bool(structure?.sizeIsEstimated ?? true),
            ]), needs: .all(.numa), "where this structure itself lies; none: only that the node's top is taken first")
        add(
            "totalreserve_pages", "totalReservePages", .int(node.totalReservePages.rawValue),
            "pages that programs cannot have: each zone's high watermark and greatest protection, at most all")
        add(
            "first_deferred_pfn", "firstDeferredPFN", .optional(node.firstDeferredPFN) { .unsigned($0.rawValue) },
            needs: .all(.deferredPages), "the lowest frame whose page is not initialised yet; none: all are")
        add(
            "deferred_split_queue", "deferredSplitLength", .int(node.deferredSplitLength), needs: .all(.hugePages),
            "huge pages that wait to be split")
        let lists = node.machine.lruvec(of: node.id)
        add(
            "__lruvec", "Machine.lruvec(of:)",
            .object(
                Dictionary(
                    uniqueKeysWithValues: LRUList.allCases.map {
                        ($0.kernelName, .int(lists?.count($0).rawValue ?? 0))
                    })), "pages in the order in which reclaim looks at them; reached through mem_cgroup_lruvec() only")
    }

    private static func range(_ range: Range<PFN>?) -> InspectedValue {
        .optional(range) {
            .object(["firstPFN": .unsigned($0.lowerBound.rawValue), "frames": .int($0.pageCount.rawValue)])
        }
    }

    private mutating func addReclaim(_ node: Node) {
        add(
            "kswapd", "kswapdIsRunning", .text(node.kswapdIsRunning ? "running" : "not started"),
            "the daemon that reclaims for this node")
        add("kswapd_wait", "kswapdWaiters", .int(node.kswapdWaiters), "sleepers: kswapd while it has nothing to do")
        add("pfmemalloc_wait", "reserveWaiters", .int(node.reserveWaiters), "tasks that wait for the reserves to fill")
        add(
            "reclaim_wait", "reclaimWaiters(_:)",
            .ints(ReclaimThrottle.allCases.map { node.reclaimWaiters($0) }),
            "tasks that reclaim holds up: writeback, isolated, no progress, congested")
        add("nr_writeback_throttled", "writebackThrottled", .int(node.writebackThrottled), "tasks held up by writeback")
        add(
            "nr_reclaim_start", "reclaimStart", .int(node.reclaimStart.rawValue), "pages written when throttling began")
        add("kswapd_order", "kswapdOrder", .int(node.kswapdOrder.rawValue), "the largest order kswapd was asked for")
        add(
            "kswapd_highest_zoneidx", "kswapdHighestZone", .optional(node.kswapdHighestZone) { .int($0) },
            "the highest zone kswapd was asked for; none: not asked")
        add("kswapd_failures", "kswapdFailures", .int(node.kswapdFailures), "runs of kswapd that reclaimed nothing")
        add(
            "min_unmapped_pages", "minUnmappedPages", .int(node.minUnmappedPages.rawValue), needs: .all(.numa),
            "node reclaim leaves so many unmapped file pages alone")
        add(
            "min_slab_pages", "minSlabPages", .int(node.minSlabPages.rawValue), needs: .all(.numa),
            "node reclaim leaves so many reclaimable slab pages alone")
        add(
            "flags", "flags", .unsigned(UInt64(node.flags.rawValue)), "bits of enum pgdat_flags: what reclaim found out"
        )
    }

    private mutating func addCompaction(_ node: Node) {
        add(
            "kcompactd_max_order", "kcompactdMaxOrder", .int(node.kcompactdMaxOrder.rawValue), needs: .all(.compaction),
            "the order kcompactd is to make")
        add(
            "kcompactd_highest_zoneidx", "kcompactdHighestZone", .int(node.kcompactdHighestZone),
            needs: .all(.compaction), "the highest zone kcompactd is to compact")
        add("kcompactd_wait", "kcompactdWaiters", .int(node.kcompactdWaiters), needs: .all(.compaction), "sleepers")
        add(
            "kcompactd", "kcompactdIsRunning", .text(node.kcompactdIsRunning ? "running" : "not started"),
            needs: .all(.compaction), "the daemon that compacts this node")
        add(
            "proactive_compact_trigger", "proactiveCompactTrigger", .bool(node.proactiveCompactTrigger),
            needs: .all(.compaction), "somebody asked for compaction ahead of need")
    }

    private mutating func addStatistics(_ node: Node) {
        add(
            "per_cpu_nodestats", "statThreshold", .object(["stat_threshold": .int(node.statThreshold)]),
            needs: .all(.smp), "how far a CPU counts by itself before it folds into vm_stat")
        let items = NodeStatItem.allCases.filter { $0.exists(in: node.machine.layout.kernel) }
        add(
            "vm_stat", "statistic(_:)",
            .object(Dictionary(uniqueKeysWithValues: items.map { ($0.kernelName, .int(node.statistic($0))) })),
            "the node's counters")
    }
}

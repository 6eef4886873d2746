import PhysicalMemory

extension Inspection {
    /// `struct zone` of a zone.
    public init(_ zone: ZoneData) {
        self.init(.zone, zone.name.description, of: zone.machine)
        let status = zone.status
        addLimits(zone, status)
        addPagesets(zone)
        addExtent(zone)
        addAreas(zone, status)
        addCompaction(zone)
        addCounters(zone)
    }

    private mutating func addLimits(_ zone: ZoneData, _ status: ZoneStatus?) {
        let marks = status?.watermarks ?? zone.layout.watermarks
        var values: [String: InspectedValue] = [
            "WMARK_MIN": .int(marks.min.rawValue), "WMARK_LOW": .int(marks.low.rawValue),
            "WMARK_HIGH": .int(marks.high.rawValue),
        ]
        if zone.layout.watermarks.promo != nil { values["WMARK_PROMO"] = .optional(marks.promo) { .int($0.rawValue) } }
        add(
            "_watermark", "status.watermarks", .object(values),
            "free pages at which reclaim starts and stops, without boost")
        add(
            "watermark_boost", "status.watermarkBoost", .int(status?.watermarkBoost.rawValue ?? 0),
            "added to the watermarks for a while, against fragmentation")
        add(
            "nr_reserved_highatomic", "status.reservedHighatomic", .int(status?.reservedHighatomic.rawValue ?? 0),
            "pages of pageblocks kept for urgent high orders")
        add(
            "nr_free_highatomic", "status.freeHighatomic", .int(status?.freeHighatomic.rawValue ?? 0),
            "how many of them are free")
        add(
            "lowmem_reserve", "status.lowmemReserve",
            .ints((status?.lowmemReserve ?? zone.layout.protection).map(\.rawValue)),
            "pages kept from requests that could do with a higher zone, by that zone's index")
        add("node", "name.node", .int(zone.name.node.rawValue), needs: .all(.numa), "the node's number")
        add("zone_pgdat", "Machine.nodeData(_:)", .text("node \(zone.name.node)"), "the node the zone belongs to")
    }

    private mutating func addPagesets(_ zone: ZoneData) {
        let cpus = Set(zone.machine.layout.nodes.flatMap(\.cpus)).sorted()
        var pagesets: [InspectedValue] = []
        var statistics: [InspectedValue] = []
        for cpu in cpus {
            guard let pageset = zone.machine.pageset(of: cpu, zone.name),
                let counts = zone.machine.perCPUStatistics(of: cpu, zone.name)
            else { continue }
            pagesets.append(
                .object([
                    "cpu": .int(cpu.rawValue), "count": .int(pageset.count.rawValue),
                    "high": .int(pageset.high.rawValue), "batch": .int(pageset.batch.rawValue),
                ]))
            statistics.append(
                .object([
                    "cpu": .int(cpu.rawValue), "stat_threshold": .int(counts.statThreshold),
                    "nr_free_pages": .int(counts.freePagesDifference.rawValue),
                ]))
        }
        add("per_cpu_pageset", "Machine.pageset(of:_:)", .list(pagesets), "each CPU's own lists of the zone's pages")
        add(
            "per_cpu_zonestats", "Machine.perCPUStatistics(of:_:)", .list(statistics),
            "what each CPU counts by itself before it folds into vm_stat")
        let tuning = zone.layout.perCPU
        let tuned = Requirement.since(.tunesPerCPUHigh)
        add(
            "pageset_high_min", "layout.perCPU.highMin", .int(tuning.highMin.rawValue), needs: tuned,
            "the least that each CPU's high may be")
        add(
            "pageset_high_max", "layout.perCPU.highMax", .int(tuning.highMax.rawValue), needs: tuned,
            "the most that it may be")
        if zone.machine.layout.kernel < .tunesPerCPUHigh {
            add(
                "pageset_high", "layout.perCPU.highMin", .int(tuning.highMin.rawValue),
                "pages in a CPU's lists beyond which some go back")
        }
        add("pageset_batch", "layout.perCPU.batch", .int(tuning.batch.rawValue), "pages that move at a time")
    }

    private mutating func addExtent(_ zone: ZoneData) {
        let layout = zone.layout
        add(
            "pageblock_flags", "pageblockCount", .text("of \(zone.pageblockCount) pageblocks"),
            needs: .not(.sparseMemory), "migrate types of the pageblocks, where sections don't keep them")
        add("zone_start_pfn", "startPFN", .unsigned(zone.startPFN.rawValue), "the zone's first frame")
        add(
            "managed_pages", "status.managedPages",
            .int(zone.status?.managedPages.rawValue ?? layout.managedPages.rawValue), "frames given to the allocator")
        add(
            "spanned_pages", "layout.spannedPages", .int(layout.spannedPages.rawValue),
            "from first to last, holes included")
        add("present_pages", "layout.presentPages", .int(layout.presentPages.rawValue), "frames that exist")
        add(
            "present_early_pages", "layout.presentPages", .int(layout.presentPages.rawValue),
            needs: .all(.memoryHotplug), "those of them that were there at boot")
        add(
            "cma_pages", "cmaPages", .int(zone.cmaPages.rawValue), needs: .all(.contiguousMemory),
            "pages in areas kept for contiguous allocations")
        add("name", "name.zone.kernelName", .text(zone.name.zone.kernelName), "as the kernel prints it")
        add(
            "nr_isolate_pageblock", "isolatedPageblocks", .int(zone.isolatedPageblocks), needs: .all(.isolation),
            "pageblocks taken from the allocator, for example to be unplugged")
        add(
            "span_seqlock", "Node.isSizeLocked", .text("unlocked"), needs: .all(.memoryHotplug),
            "lets readers notice that first frame or span changed")
        add("initialized", "isInitialized", .bool(zone.isInitialized), "the zone spans frames and its lists are ready")
    }

    private mutating func addAreas(_ zone: ZoneData, _ status: ZoneStatus?) {
        add(
            "free_area", "status.freeBlocks", .ints(status?.freeBlocks ?? []),
            "free blocks by order, from single pages up")
        add(
            "unaccepted_pages", "ZoneData.statistic(.unaccepted)", .int(zone.statistic(.unaccepted)),
            needs: .all(.unacceptedMemory), "blocks that a confidential guest has not accepted")
        add("flags", "status.flags", .unsigned(UInt64(status?.flags ?? 0)), "bits of enum zone_flags")
        add(
            "lock", "status.lockAcquisitions, status.lockContentions",
            .object([
                "acquisitions": .int(status?.lockAcquisitions ?? 0), "contentions": .int(status?.lockContentions ?? 0),
            ]), "guards free_area; how often it was taken, how often somebody waited")
        add(
            "percpu_drift_mark", "driftMark", .int(zone.driftMark.rawValue),
            "below so many free pages the CPUs' own counts matter; 0: never")
    }

    private mutating func addCompaction(_ zone: ZoneData) {
        let state = zone.compaction
        func pfn(_ pfn: PFN) -> InspectedValue { .unsigned(pfn.rawValue) }
        let scanners = Requirement.any(.compaction, .contiguousMemory)
        add(
            "compact_cached_free_pfn", "compaction.cachedFreePFN", pfn(state.cachedFreePFN), needs: scanners,
            "where the scanner for free pages goes on")
        add(
            "compact_cached_migrate_pfn", "compaction.cachedMigratePFN", .list(state.cachedMigratePFN.map(pfn)),
            needs: scanners, "where the scanner for movable pages goes on: asynchronous, synchronous")
        add(
            "compact_init_migrate_pfn", "compaction.initialMigratePFN", pfn(state.initialMigratePFN), needs: scanners,
            "where it started after the last reset")
        add(
            "compact_init_free_pfn", "compaction.initialFreePFN", pfn(state.initialFreePFN), needs: scanners,
            "where the scanner for free pages started")
        add(
            "compact_considered", "compaction.considered", .int(state.considered), needs: .all(.compaction),
            "attempts since compaction last failed")
        add(
            "compact_defer_shift", "compaction.deferShift", .int(state.deferShift), needs: .all(.compaction),
            "log₂ of the attempts to pass over after a failure")
        add(
            "compact_order_failed", "compaction.orderFailed", .int(state.orderFailed.rawValue),
            needs: .all(.compaction), "the least order that failed")
        add(
            "compact_blockskip_flush", "compaction.flushesSkipMarks", .bool(state.flushesSkipMarks), needs: scanners,
            "skip marks are to be cleared before the next run")
        add(
            "contiguous", "isContiguous", .bool(zone.isContiguous),
            "no pageblock of the span is in a hole or of another zone")
    }

    private mutating func addCounters(_ zone: ZoneData) {
        let items = ZoneStatItem.allCases.filter {
            $0 != .unaccepted || KernelOption.unacceptedMemory.isSet(on: zone.machine.layout)
        }
        add(
            "vm_stat", "statistic(_:)",
            .object(Dictionary(uniqueKeysWithValues: items.map { ($0.kernelName, .int(zone.statistic($0))) })),
            "the zone's counters")
        add(
            "vm_numa_event", "numaEvents", .numaEvents(zone.numaEvents), needs: .all(.numa),
            "where the zone's pages went, as numastat counts")
    }
}

extension InspectedValue {
    /// By the names in `/proc/zoneinfo`.
    static func numaEvents(_ stat: NUMAStat) -> InspectedValue {
        .object([
            "numa_hit": .int(stat.numaHit), "numa_miss": .int(stat.numaMiss), "numa_foreign": .int(stat.numaForeign),
            "numa_interleave": .int(stat.interleaveHit), "numa_local": .int(stat.localNode),
            "numa_other": .int(stat.otherNode),
        ])
    }
}

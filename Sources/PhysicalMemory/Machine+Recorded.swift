// What a recording drives: CPUs by their place, zones by their number, both of which the caller has checked.
extension Machine {
    /// Brings a machine that was started with ``Contents/nothing`` into a recorded state: one image for each zone,
    /// by number.
    package func load(_ images: [ZoneImage]) {
        for (zone, image) in zip(zones, images) {
            zone.value.load(image)
            for (cpu, lists) in image.perCPU.enumerated() where cpu < pagesets.count {
                pagesets[cpu][zone.value.number].value.load(lists)
            }
        }
    }

    /// The machine's state, one image for each zone, by number. Complexity: O(listed blocks).
    package func images() -> [ZoneImage] {
        zones.map { zone in
            var image = zone.value.image(cpus: pagesets.count)
            image.perCPU = (0..<pagesets.count).map { pagesets[$0][zone.value.number].value.image() }
            return image
        }
    }

    /// Begins an attempt; `nil` if no zone may serve it.
    package func begin(_ request: RecordedRequest, cpu: Int) -> RecordedAttempt? {
        RecordedAttempt(request, cpu: cpus[cpu].value)
    }

    /// The number of the next zone that the attempt finds good; −1 if there is none.
    package func nextZone(_ attempt: inout RecordedAttempt, cpu: Int) -> Int {
        cpus[cpu].value.nextZone(&attempt).map { Int($0.number) } ?? -1
    }

    /// Takes a block from a zone by the attempt's route; ``PFN/none`` if there is none.
    package func take(_ attempt: RecordedAttempt, from zone: Int, cpu: Int) -> PFN {
        PFN(cpus[cpu].value.take(attempt, from: zones[zone]))
    }

    /// Tries a CPU's list of a zone alone.
    package func takeFromLists(_ attempt: RecordedAttempt, of zone: Int, cpu: Int) -> PFN {
        PFN(cpus[cpu].value.takeFromLists(attempt, of: zones[zone]))
    }

    /// Frees a block of `zone`, in the CPU's list or straight to the free areas. `false` if it is not held as a whole.
    package func freeRecorded(
        _ pfn: PFN, _ order: Order, zone: Int, cpu: Int, throughLists: Bool, toTail: Bool
    ) -> Bool {
        cpus[cpu].value.freeRecorded(
            pfn.rawValue, UInt32(order.rawValue), home: zones[zone].value, throughLists: throughLists, toTail: toTail)
    }

    /// As ``freeRecorded(_:_:zone:cpu:throughLists:toTail:)``, in the CPU's list, for a frame that the machine handed out.
    package func freeRecorded(_ pfn: PFN, _ order: Order, cpu: Int) -> Bool {
        guard let zone = zone(of: pfn) else { return false }
        return freeRecorded(
            pfn, order, zone: zone.value.number, cpu: cpu, throughLists: true, toTail: false)
    }

    /// Moves what a CPU has counted for itself to the zone's counter.
    ///
    /// If there is anything, the countdown of the CPU's lists of the zone starts anew.
    /// *Kernel counterpart:* `refresh_cpu_vm_stats` without its part for the lists.
    package func fold(zone: Int, cpu: Int) {
        let hasNews = zones[zone].value.differences[cpu].load() != 0
        do {
            let held = zones[zone].value.areas.acquire()
            zones[zone].value.fold(cpu: cpu, &held.value)
        }
        if hasNews { pagesets[cpu][zone].value.lists.acquire().value.expire = PerCPULists.foldsUntilDrain }
    }

    /// The statistics worker's look at one zone's list: `expire` is set, `high` decays. Returns the pages to give back.
    package func decay(zone: Int, cpu: Int, expire: Int) -> Int {
        let held = pagesets[cpu][zone].value.lists.acquire()
        held.value.expire = expire
        return held.value.decayHigh()
    }

    /// Counts down until a remote zone's list is given back. Returns whether the time has come.
    ///
    /// `leaving`: pages of the list that are about to leave it. *Kernel counterpart:* the end of
    /// `refresh_cpu_vm_stats`' loop.
    package func countDown(zone: Int, cpu: Int, leaving: Int) -> Bool {
        let held = pagesets[cpu][zone].value.lists.acquire()
        if held.value.expire == 0 || held.value.count <= leaving { return false }
        if zones[zone].value.node.rawValue == Int(cpus[cpu].value.node) {
            held.value.expire = 0
            return false
        }
        held.value.expire -= 1
        return held.value.expire == 0
    }

    /// Pages in a CPU's lists of a zone, and their batch.
    package func listed(zone: Int, cpu: Int) -> (count: Int, batch: Int) {
        let held = pagesets[cpu][zone].value.lists.acquire()
        return (held.value.count, held.value.batch)
    }

    /// Gives pages of a CPU's lists back to their zone, from the first list on, on `worker`'s account.
    package func drain(_ pages: Int, zone: Int, listsOf cpu: Int, worker: Int) {
        let held = pagesets[cpu][zone].value.lists.acquire()
        held.value.drain(pages, first: 0, cpu: cpus[worker].value.index, zones[zone].value)
    }

    package func setFlags(_ flags: UInt32, in mask: UInt32, zone: Int) {
        zones[zone].value.flags.replace(flags, in: mask & ZoneFlags.kernelBits)
    }

    package func setBoost(_ boost: PageCount, zone: Int) { zones[zone].value.setBoost(boost.rawValue) }

    package func boost(zone: Int) -> PageCount { PageCount(zones[zone].value.watermarkBoost.load()) }

    package func setStatThreshold(_ threshold: Int, zone: Int) {
        zones[zone].value.tuning.statThreshold.store(threshold)
    }

    /// Says how many movable pages the next scans of the zone's pageblocks find; forgets what was said before.
    package func setScans(_ movable: [Int], zone: Int) {
        let held = zones[zone].value.areas.acquire()
        held.value.scriptedScans = movable
    }
}

extension Machine {
    /// Keeps the pageblock around a block that an urgent request got, if there is room for more of them.
    package func reserveHighatomic(around pfn: PFN, _ order: Order, cpu: Int) {
        guard let zone = zone(of: pfn) else { return }
        zone.value.reserveHighatomic(
            around: zone.value.frames.offset(pfn.rawValue), order.rawValue, cpu: cpus[cpu].value.index)
    }

    /// Gives a pageblock another type, with the free blocks in it. The frame must be within the zone.
    package func changeType(ofPageblockAround pfn: PFN, to type: MigrateType, zone: Int, cpu: Int) {
        zones[zone].value.changeType(
            ofPageblockAround: zones[zone].value.frames.offset(pfn.rawValue), to: type.rawValue,
            cpu: cpus[cpu].value.index)
    }

    /// Takes a certain free block out of its zone, as compaction does. `false` if it is not free with this order, or
    /// the zone cannot spare it.
    package func isolate(_ pfn: PFN, _ order: Order, cpu: Int) -> Bool {
        guard let zone = zone(of: pfn) else { return false }
        let frame = zone.value.frames.offset(pfn.rawValue)
        let held = zone.value.areas.acquire()
        guard zone.value.isFree(frame, order.rawValue),
            zone.value.isolate(frame, order.rawValue, cpu: cpus[cpu].value.index, &held.value)
        else { return false }
        zone.value.frames[frame].claim = Page.allocated(order: UInt32(order.rawValue))
        return true
    }
}

extension Machine {
    /// The state of one CPU's lists of a zone, without what is in them.
    package func pcp(zone: Int, cpu: Int) -> PerCPUImage { pagesets[cpu][zone].value.image(withLists: false) }
}

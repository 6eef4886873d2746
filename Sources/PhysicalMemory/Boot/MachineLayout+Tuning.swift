extension MachineLayout {
    /// The layout with everything recomputed that follows from `managedPages`, the CPUs and ``tuning``: watermarks,
    /// protections, per-CPU list sizes, counter thresholds, reserves.
    ///
    /// For callers that change those inputs. Complexity: O(nodes × zones²).
    public func retuned() -> MachineLayout {
        var layout = self
        layout.retune()
        return layout
    }

    mutating func retune() {
        minFreeKbytes = tuning.minFreeKbytes ?? minimumFree.kbytes
        setZoneTuning()
        setProtections()
        setTotalReserves()
    }

    /// The rules for the zone of `type` on the node at `place` of ``nodes``, with the present ``minFreeKbytes``.
    public func zoneRules(node place: Int, zone type: ZoneType) -> ZoneRules {
        zoneRules(type, cpus: nodes[place].cpus.count, online: onlineCPUCount)
    }

    private func zoneRules(_ type: ZoneType, cpus: Int, online: Int) -> ZoneRules {
        ZoneRules(
            kernel: kernel, pageSize: pageSize, cpus: cpus == 0 ? online : cpus, onlineCPUs: online,
            standsApart: standsApart(type), minFreePages: minFreeKbytes / max(1, pageSize.rawValue >> 10),
            scaleFactor: tuning.watermarkScaleFactor, highFraction: tuning.pcpHighFraction)
    }

    /// Sets watermarks, per-CPU lists and thresholds of all zones.
    mutating func setZoneTuning() {
        let online = onlineCPUCount
        let rules = zoneTypes.map { zoneRules($0, cpus: 0, online: online) }
        let lowmem = nodes.reduce(0) { sum, node in
            node.zones.enumerated().reduce(sum) {
                rules[$1.offset].standsApart ? $0 : $0 + $1.element.managedPages.rawValue
            }
        }
        for place in nodes.indices {
            let cpus = nodes[place].cpus.count
            for index in nodes[place].zones.indices {
                var rule = rules[index]
                if cpus > 0 { rule.cpus = cpus }
                nodes[place].zones[index].tune(by: rule, lowmem: lowmem)
                nodes[place].zones[index].perCPU.apply(tuning)
            }
        }
    }

    /// The number of online CPUs: each counts once, though emulated nodes share theirs; at least 1.
    public var onlineCPUCount: Int {
        var seen = Set<CPUID>()
        for node in nodes { seen.formUnion(node.cpus) }
        return max(1, seen.count)
    }

    /// Whether zones of `type` take no share of `min_free_kbytes`: no kernel data needs them. Movable is such a zone
    /// from 6.5 on, before where it was taken from HighMem.
    public func standsApart(_ type: ZoneType) -> Bool {
        switch type {
        case .highMem: true
        case .movable: kernel >= .movableStandsApart || movableIsHigh
        default: false
        }
    }

    /// Whether Movable takes its memory from HighMem.
    private var movableIsHigh: Bool { zoneRanges.contains { $0.zone == .highMem } }
}

extension ZoneLayout {
    fileprivate mutating func tune(by rule: ZoneRules, lowmem: Int) {
        let managed = managedPages.rawValue
        watermarks = rule.watermarks(managed: managed, lowmem: lowmem)
        guard presentPages > 0 else { return }
        perCPU = rule.perCPU(managed: managed, low: watermarks.low.rawValue)
        statThreshold = rule.statThreshold(managed: managed)
        // *Kernel counterpart:* `refresh_zone_stat_thresholds`: the mark below which drift could hide a watermark.
        let drift = rule.onlineCPUs * statThreshold
        let isHidden = drift > (watermarks.low - watermarks.min).rawValue
        driftMark = isHidden ? watermarks.high + PageCount(drift) : PageCount(0)
    }
}

extension ZoneLayout.PerCPUTuning {
    /// Takes the sizes that somebody wants in place of the computed ones.
    fileprivate mutating func apply(_ tuning: MachineLayout.Tuning) {
        if let pages = tuning.pcpBatch { batch = PageCount(pages) }
        if let pages = tuning.pcpHighMin { highMin = PageCount(pages) }
        if let pages = tuning.pcpHighMax { highMax = PageCount(pages) }
        if highMax < highMin { highMax = highMin }
    }
}

extension MachineLayout {
    /// Sizes each zone's per-CPU lists.
    ///
    /// The low watermark is shared out over the node's CPUs; without CPUs of its own, over all. With
    /// `percpu_pagelist_high_fraction` that share of the zone is.
    /// *Kernel counterpart:* `zone_set_pageset_high_and_batch`.
    mutating func setPerCPUTuning() {
        let online = onlineCPUCount
        let megabyte = max(1, (1 << 20) / pageSize.rawValue)
        for node in nodes.indices {
            let cpus = nodes[node].cpus.isEmpty ? online : nodes[node].cpus.count
            for zone in nodes[node].zones.indices where nodes[node].zones[zone].presentPages > 0 {
                let managed = nodes[node].zones[zone].managedPages.rawValue
                let low = nodes[node].zones[zone].watermarks.low.rawValue
                let batch = Self.batch(managed: managed, megabyte: megabyte)
                func high(_ pages: Int) -> Int { max(pages / cpus, 4 * batch) }
                let fraction = tuning.pcpHighFraction
                let highMin = high(fraction > 0 ? managed / fraction : low)
                let tunes = fraction == 0 && kernel >= .tunesPerCPUHigh
                let highMax = tunes ? high(managed / Self.leastHighFraction) : highMin
                nodes[node].zones[zone].perCPU = ZoneLayout.PerCPUTuning(
                    batch: PageCount(batch), highMin: PageCount(highMin), highMax: PageCount(highMax))
            }
        }
    }

    /// The least that `percpu_pagelist_high_fraction` takes, and the share that bounds self-tuned lists.
    /// *Kernel counterpart:* `MIN_PERCPU_PAGELIST_HIGH_FRACTION`.
    static let leastHighFraction = 8

    /// How many frames go between a per-CPU list and the zone at a time: one less than a power of two, so that
    /// several lists don't fall into step. *Kernel counterpart:* `zone_batchsize`.
    private static func batch(managed: Int, megabyte: Int) -> Int {
        let quarter = max(1, min(managed / 1024, megabyte) / 4)
        let grown = quarter + quarter / 2
        return max(1, (1 << (Int.bitWidth - 1 - grown.leadingZeroBitCount)) - 1)
    }
}

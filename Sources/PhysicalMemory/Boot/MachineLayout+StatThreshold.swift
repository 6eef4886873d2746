extension MachineLayout {
    /// Sets how far a CPU's share of a zone's counters may stray before it is folded into the zone's, and the mark
    /// below which that error could hide a watermark.
    ///
    /// *Kernel counterpart:* `calculate_normal_threshold`, `refresh_zone_stat_thresholds`.
    mutating func setStatThresholds() {
        let online = onlineCPUCount
        let unit = max(1, (1 << 27) / pageSize.rawValue)
        func bits(_ n: Int) -> Int { Int.bitWidth - n.leadingZeroBitCount }
        for node in nodes.indices {
            for zone in nodes[node].zones.indices where nodes[node].zones[zone].presentPages > 0 {
                let layout = nodes[node].zones[zone]
                let threshold = min(125, 2 * bits(online) * (1 + bits(layout.managedPages.rawValue / unit)))
                let drift = online * threshold
                let isHidden = drift > (layout.watermarks.low - layout.watermarks.min).rawValue
                nodes[node].zones[zone].statThreshold = threshold
                nodes[node].zones[zone].driftMark =
                    isHidden ? layout.watermarks.high + PageCount(drift) : PageCount(0)
            }
        }
    }
}

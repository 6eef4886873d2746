extension MachineLayout {
    /// Shares `minFreeKbytes` out over the zones and sets their watermarks.
    ///
    /// HighMem and Movable, which no kernel data needs, get small ones of their own; before 6.2 Movable counted as
    /// ordinary memory unless it was taken from HighMem. *Kernel counterpart:* `__setup_per_zone_wmarks`.
    mutating func setWatermarks() {
        let minFree = minFreeKbytes / max(1, pageSize.rawValue >> 10)
        let movableIsHigh = movableIsHigh
        func standsApart(_ type: ZoneType) -> Bool {
            switch type {
            case .highMem: true
            case .movable: movableIsHigh || kernel >= .movableHasOwnWatermarks
            default: false
            }
        }
        let shared = nodes.reduce(0) { sum, node in
            node.zones.reduce(sum) { standsApart($1.type) ? $0 : $0 + $1.managedPages.rawValue }
        }
        for node in nodes.indices {
            for zone in nodes[node].zones.indices {
                let managed = nodes[node].zones[zone].managedPages.rawValue
                let share = scaled(minFree, by: managed, over: shared)
                let isApart = standsApart(nodes[node].zones[zone].type)
                let least = isApart ? min(max(managed / 1024, Self.reclaimBatch), 128) : share
                let gap = max(share / 4, scaled(managed, by: tuning.watermarkScaleFactor, over: 10000))
                nodes[node].zones[zone].watermarks = ZoneLayout.Watermarks(
                    min: PageCount(least), low: PageCount(least + gap), high: PageCount(least + 2 * gap),
                    promo: kernel >= .hasPromoWatermark ? PageCount(least + 3 * gap) : nil)
            }
        }
    }

    /// *Kernel counterpart:* `SWAP_CLUSTER_MAX`.
    static let reclaimBatch = 32
}

extension KernelVersion {
    /// From here on zone Movable never takes a share of `min_free_kbytes`.
    static let movableHasOwnWatermarks = KernelVersion(6, 5)
    /// From here on `/proc/zoneinfo` shows the promotion watermark.
    static let hasPromoWatermark = KernelVersion(6, 7)
    /// From here on a per-CPU list's high mark moves between two limits.
    public static let tunesPerCPUHigh = KernelVersion(6, 7)
}

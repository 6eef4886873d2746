extension MachineLayout {
    /// `vm.min_free_kbytes` as the kernel would choose it, or as it was set.
    ///
    /// About √(16 × low memory in KiB), from 128 to 262144; with transparent huge pages enough more that pageblocks
    /// of one mobility stay whole, within 5 % of low memory.
    /// *Kernel counterpart:* `calculate_min_free_kbytes`, `set_recommended_min_free_kbytes`.
    func computedMinFreeKbytes() -> Int {
        if let kbytes = tuning.minFreeKbytes { return kbytes }
        let pageKbytes = max(1, pageSize.rawValue >> 10)
        let low = lowPages(above: nil)
        let plain = min(max(squareRoot(scaled(low, by: pageKbytes * 16, over: 1)), 128), 262144)
        guard tuning.helpsHugePages, hasRoomForHugePages else { return plain }
        let zones = nodes.reduce(0) { sum, node in
            sum + node.zones.count { $0.presentPages > 0 && $0.type <= .normal }
        }
        // Two pageblocks for each zone, and one for each pair of a wanted and a fallback mobility.
        let blocks = zones * (2 + MigrateType.perCPUCount * MigrateType.perCPUCount)
        let recommended = scaled(pageblockOrder.pageCount.rawValue, by: blocks, over: 1)
        var plainly = self
        plainly.minFreeKbytes = plain
        plainly.setWatermarks()
        let limit = plainly.lowPages(above: \.watermarks.high) / 20
        return max(plain, scaled(min(recommended, limit), by: pageKbytes, over: 1))
    }

    /// Machines under 512 MiB start without transparent huge pages. *Kernel counterpart:* `hugepage_init`.
    private var hasRoomForHugePages: Bool {
        let total = nodes.reduce(0) { sum, node in node.zones.reduce(sum) { $0 + $1.managedPages.rawValue } }
        return total >= (512 << 20) / pageSize.rawValue
    }

    /// The frames that a user's request which no high memory suits may have, each zone's less its `reserve`.
    /// *Kernel counterpart:* `nr_free_buffer_pages`.
    func lowPages(above reserve: KeyPath<ZoneLayout, PageCount>?) -> Int {
        nodes.reduce(0) { sum, node in
            node.zones.reduce(sum) { sum, zone in
                guard zone.type <= .normal else { return sum }
                return sum + max(0, zone.managedPages.rawValue - (reserve.map { zone[keyPath: $0].rawValue } ?? 0))
            }
        }
    }
}

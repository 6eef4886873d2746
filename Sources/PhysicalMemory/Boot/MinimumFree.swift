/// How the kernel chooses `vm.min_free_kbytes`.
public struct MinimumFree: Hashable, Sendable {
    /// About √(16 × low memory in KiB), from 128 to 262144. *Kernel counterpart:* `calculate_min_free_kbytes`.
    public var plain: Int
    /// The frames that it was taken of: low memory, and where transparent huge pages exist but are switched off, less
    /// the high watermarks, because switching them off computes it again.
    public var plainPages: Int
    /// What keeps pageblocks of one mobility whole, in KiB, where transparent huge pages want that; else 0.
    /// *Kernel counterpart:* `set_recommended_min_free_kbytes`.
    public var recommended: Int
    /// The recommendation stays within 5 % of low memory above its high watermarks: this many KiB.
    public var limit: Int

    /// The kernel's choice, in KiB.
    public var kbytes: Int { max(plain, min(recommended, limit)) }

    /// The plain choice for so many frames of low memory.
    public static func plain(lowPages: Int, pageSize: ByteCount) -> Int {
        min(max(squareRoot(scaled(lowPages, by: (pageSize.rawValue >> 10) * 16, over: 1)), 128), 262144)
    }

    private static func squareRoot(_ n: Int) -> Int {
        guard n > 0 else { return 0 }
        // 2⁶² has the greatest root that matters; `Double` is exact to 2⁵³ and off by at most one step beyond.
        var root = Int(Double(min(n, 1 << 62)).squareRoot())
        while root * root > n { root -= 1 }
        while (root + 1) * (root + 1) <= n { root += 1 }
        return root
    }
}

extension MachineLayout {
    /// The kernel's choice of `min_free_kbytes`, whatever was set.
    ///
    /// Low memory are the zones up to Normal: what a user's request may have that no high memory suits.
    public var minimumFree: MinimumFree {
        let pageKbytes = max(1, pageSize.rawValue >> 10)
        let pages = lowPages { _ in 0 }
        var result = MinimumFree(
            plain: MinimumFree.plain(lowPages: pages, pageSize: pageSize), plainPages: pages, recommended: 0, limit: 0)
        guard tuning.hugePages != .absent, hasRoomForHugePages else { return result }
        var plainly = self
        plainly.minFreeKbytes = result.plain
        plainly.setZoneTuning()
        let spare = plainly.lowPages { $0.watermarks.high.rawValue }
        guard tuning.hugePages == .enabled else {
            result.plainPages = spare
            result.plain = MinimumFree.plain(lowPages: spare, pageSize: pageSize)
            return result
        }
        let zones = nodes.reduce(0) { sum, node in
            sum + node.zones.count { $0.presentPages > 0 && $0.type <= .normal }
        }
        // Two pageblocks for each zone, and one for each pair of a wanted and a fallback mobility.
        let blocks = zones * (2 + MigrateType.perCPUCount * MigrateType.perCPUCount)
        result.recommended = scaled(pageblockOrder.pageCount.rawValue * pageKbytes, by: blocks, over: 1)
        result.limit = scaled(spare / 20, by: pageKbytes, over: 1)
        return result
    }

    /// Machines under 512 MiB start without transparent huge pages. *Kernel counterpart:* `hugepage_init`.
    private var hasRoomForHugePages: Bool {
        let total = nodes.reduce(0) { sum, node in node.zones.reduce(sum) { $0 + $1.managedPages.rawValue } }
        return total >= (512 << 20) / pageSize.rawValue
    }

    /// Low memory's managed frames, each zone's less its `reserve`. *Kernel counterpart:* `nr_free_buffer_pages`.
    private func lowPages(less reserve: (ZoneLayout) -> Int) -> Int {
        nodes.reduce(0) { sum, node in
            node.zones.reduce(sum) { sum, zone in
                zone.type <= .normal ? sum + max(0, zone.managedPages.rawValue - reserve(zone)) : sum
            }
        }
    }
}

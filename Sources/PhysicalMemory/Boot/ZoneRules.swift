/// The rules by which one zone's limits follow from its managed frames. Each result grows with them or stays.
///
/// Public because checks against a running kernel ask them for managed frames that are no longer the zone's.
public struct ZoneRules: Hashable, Sendable {
    /// The version whose rules hold.
    public var kernel: KernelVersion
    /// Bytes of a frame.
    public var pageSize: ByteCount
    /// CPUs that share the zone's per-CPU lists: the node's, or all where it has none.
    public var cpus: Int
    /// CPUs of the whole machine that are online.
    public var onlineCPUs: Int
    /// The zone takes no share of `min_free_kbytes`: high memory, and Movable from 6.5 on.
    public var standsApart: Bool
    /// `min_free_kbytes` in pages.
    public var minFreePages: Int
    /// `vm.watermark_scale_factor`.
    public var scaleFactor: Int
    /// `vm.percpu_pagelist_high_fraction`.
    public var highFraction: Int

    /// The watermarks of a zone with `managed` of the `lowmem` frames that share `min_free_kbytes`.
    ///
    /// *Kernel counterpart:* `__setup_per_zone_wmarks`.
    public func watermarks(managed: Int, lowmem: Int) -> ZoneLayout.Watermarks {
        watermarks(managed: managed, share: scaled(minFreePages, by: managed, over: lowmem))
    }

    /// The watermarks of a zone with `managed` frames whose share of `min_free_kbytes` is `share` frames.
    public func watermarks(managed: Int, share: Int) -> ZoneLayout.Watermarks {
        let least = standsApart ? min(max(managed / 1024, Self.reclaimBatch), 128) : share
        let gap = max(share / 4, kernel < .hasScaleFactor ? 0 : scaled(managed, by: scaleFactor, over: 10000))
        return ZoneLayout.Watermarks(
            min: PageCount(least), low: PageCount(least + gap),
            high: PageCount(least + (kernel < .hasScaleFactor ? share / 2 : 2 * gap)),
            promo: kernel >= .hasPromoWatermark ? PageCount(least + 3 * gap) : nil)
    }

    /// *Kernel counterpart:* `SWAP_CLUSTER_MAX`.
    private static let reclaimBatch = 32

    /// The sizes of a zone's per-CPU lists: the `low` watermark is shared out over the CPUs, or with
    /// `percpu_pagelist_high_fraction` that share of the zone.
    ///
    /// *Kernel counterpart:* `zone_set_pageset_high_and_batch`.
    public func perCPU(managed: Int, low: Int) -> ZoneLayout.PerCPUTuning {
        let batch = batch(managed: managed)
        func high(_ pages: Int) -> Int { max(pages / max(1, cpus), 4 * batch) }
        guard kernel >= .sharesLowWatermark || highFraction > 0 else {
            return ZoneLayout.PerCPUTuning(
                batch: PageCount(batch), highMin: PageCount(6 * batch), highMax: PageCount(6 * batch))
        }
        let highMin = high(highFraction > 0 ? managed / highFraction : low)
        let tunesItself = highFraction == 0 && kernel >= .tunesPerCPUHigh
        let highMax = tunesItself ? high(managed / Self.leastHighFraction) : highMin
        return ZoneLayout.PerCPUTuning(
            batch: PageCount(batch), highMin: PageCount(highMin), highMax: PageCount(highMax))
    }

    /// The least that `percpu_pagelist_high_fraction` takes, and the share that bounds self-tuned lists.
    /// *Kernel counterpart:* `MIN_PERCPU_PAGELIST_HIGH_FRACTION`.
    static let leastHighFraction = 8

    /// How many frames go between a per-CPU list and the zone at a time: one less than a power of two, so that
    /// several lists don't fall into step. *Kernel counterpart:* `zone_batchsize`.
    private func batch(managed: Int) -> Int {
        let limit = max(1, (kernel < .hasWideBatches ? 1 << 19 : 1 << 20) / max(1, pageSize.rawValue))
        let quarter = max(1, min(managed / 1024, limit) / 4)
        return max(1, (1 << (bitWidth(quarter + quarter / 2) - 1)) - 1)
    }

    /// How far a CPU's share of a zone's counters may stray before it is folded into the zone's.
    ///
    /// *Kernel counterpart:* `calculate_normal_threshold`.
    public func statThreshold(managed: Int) -> Int {
        let unit = max(1, (1 << 27) / max(1, pageSize.rawValue))
        return min(125, 2 * bitWidth(onlineCPUs) * (1 + bitWidth(managed / unit)))
    }
}

extension KernelVersion {
    /// From here on zone Movable never takes a share of `min_free_kbytes`.
    static let movableStandsApart = KernelVersion(6, 5)
    /// From here on there is `vm.watermark_scale_factor`; before, the high watermark was half above min.
    static let hasScaleFactor = KernelVersion(4, 6)
    /// From here on a batch is up to 1 MiB / 4, before up to half of that.
    static let hasWideBatches = KernelVersion(4, 19)
    /// From here on per-CPU lists share the low watermark; before, each held six batches.
    static let sharesLowWatermark = KernelVersion(5, 14)
    /// From here on `/proc/zoneinfo` shows the promotion watermark.
    static let hasPromoWatermark = KernelVersion(6, 7)
    /// From here on a per-CPU list's high mark moves between two limits.
    public static let tunesPerCPUHigh = KernelVersion(6, 7)
}

/// The number of bits that `n` needs. *Kernel counterpart:* `fls`.
private func bitWidth(_ n: Int) -> Int { Int.bitWidth - n.leadingZeroBitCount }

/// `a` × `b` ÷ `c`, exactly, rounded down; the greatest `Int` if that is too great. No argument may be negative.
func scaled(_ a: Int, by b: Int, over c: Int) -> Int {
    guard c > 0, a > 0, b > 0 else { return 0 }
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    if !overflow { return product / c }
    let wide = UInt(a).multipliedFullWidth(by: UInt(b))
    guard wide.high < UInt(c) else { return .max }
    return Int(clamping: UInt(c).dividingFullWidth(wide).quotient)
}

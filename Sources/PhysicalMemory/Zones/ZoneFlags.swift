/// Bits of a zone's flags. *Kernel counterpart:* `enum zone_flags`.
enum ZoneFlags {
    /// The watermark was boosted and kswapd is to be woken. *Kernel counterpart:* `ZONE_BOOSTED_WATERMARK`.
    static var boostedWatermark: UInt32 { 1 }
    /// *Kernel counterpart:* `ZONE_RECLAIM_ACTIVE`.
    static var reclaimActive: UInt32 { 2 }
    /// Free memory was seen below the high watermark. *Kernel counterpart:* `ZONE_BELOW_HIGH`.
    static var belowHigh: UInt32 { 4 }
    /// The bits that the kernel has.
    static var kernelBits: UInt32 { 7 }
    /// Somebody wants each step told: allocations leave the fast path.
    static var observed: UInt32 { 1 << 31 }
}

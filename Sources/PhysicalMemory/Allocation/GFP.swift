/// What a request may use, may do and wants done: "get free pages" flags, with the bits of Linux 6.12.
///
/// *Kernel counterpart:* `gfp_t`.
public struct GFP: OptionSet, Hashable, Sendable, Codable {
    /// The kernel's bits.
    public var rawValue: UInt32
    /// Takes the number as it is.
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// `__GFP_DMA`: from zone DMA.
    public static let dma = GFP(rawValue: 0x1)
    /// `__GFP_HIGHMEM`: zone HighMem will do.
    public static let highMem = GFP(rawValue: 0x2)
    /// `__GFP_DMA32`: from zone DMA32 or below.
    public static let dma32 = GFP(rawValue: 0x4)
    /// `__GFP_MOVABLE`: the frames can be moved.
    public static let movable = GFP(rawValue: 0x8)
    /// `__GFP_RECLAIMABLE`: the frames can be given back.
    public static let reclaimable = GFP(rawValue: 0x10)
    /// `__GFP_HIGH`: urgent, may use half of the reserve.
    public static let high = GFP(rawValue: 0x20)
    /// `__GFP_IO`.
    public static let io = GFP(rawValue: 0x40)
    /// `__GFP_FS`.
    public static let fs = GFP(rawValue: 0x80)
    /// `__GFP_ZERO`.
    public static let zero = GFP(rawValue: 0x100)
    /// `__GFP_DIRECT_RECLAIM`: the caller can wait while memory is reclaimed.
    public static let directReclaim = GFP(rawValue: 0x400)
    /// `__GFP_KSWAPD_RECLAIM`: kswapd is woken when memory is low.
    public static let kswapdReclaim = GFP(rawValue: 0x800)
    /// `__GFP_WRITE`.
    public static let write = GFP(rawValue: 0x1000)
    /// `__GFP_NOWARN`.
    public static let noWarn = GFP(rawValue: 0x2000)
    /// `__GFP_RETRY_MAYFAIL`.
    public static let retryMayFail = GFP(rawValue: 0x4000)
    /// `__GFP_NOFAIL`.
    public static let noFail = GFP(rawValue: 0x8000)
    /// `__GFP_NORETRY`.
    public static let noRetry = GFP(rawValue: 0x1_0000)
    /// `__GFP_MEMALLOC`: may use all of the reserve.
    public static let memAlloc = GFP(rawValue: 0x2_0000)
    /// `__GFP_COMP`: make a compound page of the block.
    public static let compound = GFP(rawValue: 0x4_0000)
    /// `__GFP_NOMEMALLOC`: must not use the reserve.
    public static let noMemAlloc = GFP(rawValue: 0x8_0000)
    /// `__GFP_HARDWALL`.
    public static let hardwall = GFP(rawValue: 0x10_0000)
    /// `__GFP_THISNODE`: from the preferred node or not at all.
    public static let thisNode = GFP(rawValue: 0x20_0000)
    /// `__GFP_ACCOUNT`.
    public static let account = GFP(rawValue: 0x40_0000)

    /// `__GFP_RECLAIM`.
    public static let reclaim: GFP = [.directReclaim, .kswapdReclaim]
    /// `GFP_ATOMIC`.
    public static let atomic: GFP = [.high, .kswapdReclaim]
    /// `GFP_KERNEL`.
    public static let kernel: GFP = [.reclaim, .io, .fs]
    /// `GFP_NOWAIT`.
    public static let noWait: GFP = [.kswapdReclaim, .noWarn]
    /// `GFP_NOIO`.
    public static let noIO: GFP = [.reclaim]
    /// `GFP_NOFS`.
    public static let noFS: GFP = [.reclaim, .io]
    /// `GFP_USER`.
    public static let user: GFP = [.reclaim, .io, .fs, .hardwall]
    /// `GFP_HIGHUSER`.
    public static let highUser: GFP = [.user, .highMem]
    /// `GFP_HIGHUSER_MOVABLE`.
    public static let highUserMovable: GFP = [.highUser, .movable]
    /// `GFP_TRANSHUGE_LIGHT`.
    public static let transparentHugeLight = GFP.highUserMovable.union([.compound, .noMemAlloc, .noWarn])
        .subtracting(.reclaim)
    /// `GFP_TRANSHUGE`.
    public static let transparentHuge: GFP = [.transparentHugeLight, .directReclaim]

    /// The migrate type that the flags ask for; both mobility bits together are not allowed, and count as movable.
    ///
    /// *Kernel counterpart:* `gfp_migratetype`.
    public var migrateType: MigrateType {
        contains(.movable) ? .movable : contains(.reclaimable) ? .reclaimable : .unmovable
    }

    /// The highest zone type that the flags allow on a machine with these zones.
    ///
    /// A modifier whose zone is not configured means the next lower one that is; without a modifier it is Normal.
    /// Movable needs both `movable` and `highMem`. *Kernel counterpart:* `gfp_zone`.
    public func highestZone(of zoneTypes: [ZoneType]) -> ZoneType {
        let wanted: ZoneType =
            if contains(.dma) {
                .dma
            } else if contains(.dma32) {
                .dma32
            } else if contains([.movable, .highMem]) {
                .movable
            } else if contains(.highMem) {
                .highMem
            } else {
                .normal
            }
        if zoneTypes.contains(wanted) { return wanted }
        // Without a zone of its own, DMA and DMA32 memory is Normal memory (`OPT_ZONE_DMA`, `OPT_ZONE_DMA32`).
        if wanted <= .normal { return zoneTypes.contains(.normal) ? .normal : zoneTypes.first ?? .normal }
        return zoneTypes.last { $0 <= wanted } ?? zoneTypes.first ?? .normal
    }
}

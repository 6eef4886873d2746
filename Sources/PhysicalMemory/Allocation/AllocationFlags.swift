/// How hard one attempt may try. *Kernel counterpart:* `ALLOC_*`.
public struct AllocationFlags: OptionSet, Hashable, Sendable, Codable {
    /// The kernel's bits.
    public var rawValue: UInt32
    /// Takes the number as it is.
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The bits that name the watermark: 0 min, 1 low, 2 high. *Kernel counterpart:* `ALLOC_WMARK_MASK`.
    public static let watermarkMask: UInt32 = 3
    /// `ALLOC_WMARK_LOW`.
    public static let low = AllocationFlags(rawValue: 1)
    /// `ALLOC_WMARK_HIGH`.
    public static let highMark = AllocationFlags(rawValue: 2)
    /// `ALLOC_NO_WATERMARKS`.
    public static let noWatermarks = AllocationFlags(rawValue: 4)
    /// `ALLOC_OOM`.
    public static let outOfMemory = AllocationFlags(rawValue: 8)
    /// `ALLOC_NON_BLOCK`.
    public static let nonBlock = AllocationFlags(rawValue: 0x10)
    /// `ALLOC_MIN_RESERVE`.
    public static let minReserve = AllocationFlags(rawValue: 0x20)
    /// `ALLOC_CPUSET`.
    public static let cpuset = AllocationFlags(rawValue: 0x40)
    /// `ALLOC_CMA`.
    public static let cma = AllocationFlags(rawValue: 0x80)
    /// `ALLOC_NOFRAGMENT`.
    public static let noFragment = AllocationFlags(rawValue: 0x100)
    /// `ALLOC_HIGHATOMIC`.
    public static let highatomic = AllocationFlags(rawValue: 0x200)
    /// `ALLOC_KSWAPD`.
    public static let kswapd = AllocationFlags(rawValue: 0x800)
    /// The flags that let a request go below the min watermark. *Kernel counterpart:* `ALLOC_RESERVES`.
    public static let reserves: AllocationFlags = [.nonBlock, .minReserve, .highatomic, .outOfMemory]
}

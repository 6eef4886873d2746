/// How latency grows with what is walked through.
public struct LatencyCurves: Hashable, Sendable, Codable {
    /// A random walk through ever larger memory: the caches' steps.
    public var bySize: [CurvePoint] = []
    /// A walk at a constant distance, which prefetchers see: what is left of the latency is what they hide.
    public var byStride: [CurvePoint] = []
    /// A random walk through the same memory in base pages and in huge ones: the difference is the TLB's part.
    public var translation: [TranslationCost] = []

    public init() {}
}

/// One point of a latency curve.
public struct CurvePoint: Hashable, Sendable, Codable {
    /// Index into `cpuNodes`.
    public var row: Int
    /// Index into `memoryNodes`.
    public var column: Int
    public var bufferBytes: Int
    /// From one load to the next, in bytes; nil: in random order.
    @Null public var strideBytes: Int?
    /// What most loads hit, by the caches' sizes: `L1`, `L2`, `L3`, `memory`; nil between two levels.
    @Null public var level: String?
    /// Per load.
    public var nanoseconds: Summary
}

/// What address translation adds to a load.
public struct TranslationCost: Hashable, Sendable, Codable {
    public var row: Int
    public var column: Int
    public var bufferBytes: Int
    /// In base pages: most loads miss the TLB.
    public var basePages: Summary
    /// In huge pages: few do.
    public var hugePages: Summary
    public var hugeKind: PageKind
    /// The difference of the medians, in nanoseconds per load.
    public var tlbNanoseconds: Double
}

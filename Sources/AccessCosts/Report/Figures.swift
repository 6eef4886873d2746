/// A loop that moves memory, as STREAM and its kin have them.
public enum BandwidthKernel: String, Sendable, Codable, CaseIterable {
    /// Loads only.
    case read
    /// Stores only. Without streaming stores each line is fetched before it is written, which is not counted.
    case write
    /// `a = b`: as many bytes loaded as stored, both counted.
    case copy
    /// `a = b + s·c`: two loaded for one stored, all counted.
    case triad

    /// Arrays that it walks through.
    public var arrays: Int {
        switch self {
        case .read, .write: 1
        case .copy: 2
        case .triad: 3
        }
    }

    /// Whether there is a store that could be a streaming one.
    public var stores: Bool { self != .read }
}

/// How fast memory moves in one setting.
public struct BandwidthFigure: Hashable, Sendable, Codable {
    /// Index into `cpuNodes`; nil: every node at once, on its own memory.
    @Null public var row: Int?
    /// Index into `memoryNodes`.
    @Null public var column: Int?
    public var kernel: BandwidthKernel
    /// Stores that go around the caches.
    public var streaming: Bool
    /// One to a CPU.
    public var threads: Int
    /// In 10⁹ bytes per second, a reading per run: the maximum is what STREAM calls the best.
    public var gbps: Summary
    /// All arrays together, in bytes.
    public var bufferBytes: Int
    public var pages: PageKind
}

/// What a dependent load costs while others load the same memory.
public struct LoadedLatency: Hashable, Sendable, Codable {
    /// Index into `cpuNodes`.
    public var row: Int
    /// Index into `memoryNodes`.
    public var column: Int
    /// What the other CPUs moved meanwhile, in 10⁹ bytes per second.
    public var gbps: Double
    /// The median, per load.
    public var nanoseconds: Double
    public var spread: Summary
    /// CPUs that loaded.
    public var threads: Int
    /// What they paused after each 4 KiB, in nanoseconds: none at the full rate. Nil: nobody loaded.
    @Null public var pauseNanoseconds: Double?
}

/// What a spinlock costs two CPUs, or one.
public struct LockCost: Hashable, Sendable, Codable {
    public enum Manner: String, Sendable, Codable {
        /// One CPU takes and releases it, nobody else wants it.
        case uncontended
        /// Two CPUs take it as often as they can.
        case contended
        /// Two CPUs take it in turns, each as soon as the other releases it.
        case handedOver
    }

    public var manner: Manner
    /// `ticket` is a lock of this measurement's own; others say whose they are, as `zone lock (queued)`.
    public var lock: String
    public var cpus: [Int]
    public var nodes: [Int]
    /// Where the lock lies.
    public var memoryNode: Int
    /// Per acquisition, by whichever CPU.
    public var nanoseconds: Summary
}

import HostNUMA

/// What it costs one CPU to load a word of memory that no cache holds, and the proof that it was that memory.
///
/// The loads depend on each other, so this is the time a pointer chase waits per step; independent loads overlap and
/// cost less. Address translation is included: with base pages most loads miss the TLB, with huge pages few do.
public struct Latency: Hashable, Sendable, Codable {
    /// Nanoseconds per load, a reading per run.
    public let nanoseconds: Summary
    /// Loads of all runs.
    public let loads: Int
    /// Where the measuring thread ran.
    public let cpu: HostCPU
    public let memoryNode: HostNodeID
    /// The size of the memory walked through, in bytes.
    public let bufferBytes: Int
    /// The last-level cache of `cpu`, in bytes; nil if unknown.
    public let cacheBytes: Int?
    /// How much of the memory was in huge pages, in bytes; nil if unknown.
    public let hugePageBytes: Int?
    /// What most of its pages were.
    public let pages: PageKind
    /// How the memory was placed: `bound`, `first-touch` or `only-node`.
    public let way: String
    /// Where it was found to be, before the loads.
    public let placement: Placement
    /// Whether the thread was pinned to `cpu`; if not, it was seen on CPUs of its node before and after each run.
    public let isPinned: Bool

    /// Whether the memory is at least twice the cache, so that nearly all loads miss it; nil if the cache is unknown.
    public var exceedsCache: Bool? { cacheBytes.map { bufferBytes / 2 >= $0 } }
}

/// How to measure latencies.
public struct LatencyOptions: Hashable, Sendable {
    /// Time for the loads of one pair; setting the memory up comes on top, about a second per GiB.
    public var secondsPerPair: Double
    /// Readings per pair, at least 1.
    public var runs: Int
    /// Memory to walk through; nil: some last-level caches, from 64 MiB to 2 GiB. Capped by free memory.
    public var bufferBytes: Int?
    /// How many caches that is: one load in as many still hits.
    public var timesCache: Int

    public init(secondsPerPair: Double = 1.5, runs: Int = 7, bufferBytes: Int? = nil, timesCache: Int = 8) {
        self.secondsPerPair = secondsPerPair
        self.runs = runs
        self.bufferBytes = bufferBytes
        self.timesCache = timesCache
    }

    /// For tests and emulated machines: the matrix is complete, the figures mean nothing.
    public static let tiny = LatencyOptions(secondsPerPair: 0.01, runs: 3, bufferBytes: 1 << 20)
}

/// How far a measurement is.
public struct LatencyProgress: Hashable, Sendable {
    public let pairsDone: Int
    public let pairs: Int
    public let cpuNode: HostNodeID
    public let memoryNode: HostNodeID
}

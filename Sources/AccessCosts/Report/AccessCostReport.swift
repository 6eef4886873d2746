/// What access to memory costs on one host, and how each figure was got.
///
/// Its JSON form is a contract: keys are only ever added. Rows of matrices are in the order of `cpuNodes`, columns in
/// that of `memoryNodes`; those of `cacheToCacheNanoseconds` are both in the order of `cpus`. What was not measured is
/// nil, `null` in JSON, and has its reason in `gaps`, or in `missing` if it is a whole part.
public struct AccessCostReport: Hashable, Sendable, Codable {
    public var host: MeasuredHost
    /// What spoils figures, or explains them.
    public var conditions: MeasuringConditions
    public var method: MeasuringMethod
    /// Every node with CPUs, ascending.
    public var cpuNodes: [Int]
    /// Every node with memory, ascending.
    public var memoryNodes: [Int]
    /// Medians, in nanoseconds per dependent load.
    public var latencyNanoseconds: [[Double?]]
    /// The same with spread, place, page size and proof of placement.
    public var latencyDetails: [[Latency?]]
    /// Medians of the best setting (threads, streaming stores or not), in 10⁹ bytes per second.
    public var bandwidthGBps: BandwidthMatrices
    /// Every setting that was tried.
    public var bandwidthDetails: [BandwidthFigure] = []
    /// All CPUs of all nodes at once, each on memory of its own node (or of the nearest, if it has none).
    public var allLocalBandwidth: [BandwidthFigure] = []
    /// Latency while other CPUs load the memory, by pair, each pair's rates rising.
    public var loadedLatency: [LoadedLatency] = []
    /// The CPUs between which lines were passed.
    public var cpus: [Int] = []
    /// Medians of a line's way there and back between two CPUs, in nanoseconds.
    public var cacheToCacheNanoseconds: [[Double?]] = []
    public var locks: [LockCost] = []
    public var pageCosts = PageCosts()
    public var curves = LatencyCurves()
    /// Nil if nobody asked.
    @Null public var policies: PolicyCosts?
    /// Of each pair, 10 for local; nil where nobody says.
    public var firmwareDistances: [[Int?]]
    /// What firmware and kernel say of costs beyond that; nil in results of older versions.
    @Null public var firmware: FirmwareFigures?
    /// Whether each piece of memory that was measured was found on its node, page by page.
    public var placementVerified: Bool
    /// Pairs that were not measured.
    public var gaps: [Gap]
    /// Whole parts that were not measured.
    public var missing: [MissingPart] = []
    /// For people: what makes figures worth less than they look.
    public var warnings: [String] = []
    /// Whether the measurement was stopped before its end.
    public var interrupted = false
    /// How long it took.
    public var seconds = 0.0

    /// Whether there is memory that is remote to some CPU at all.
    public var hasRemotePairs: Bool { Set(cpuNodes).union(memoryNodes).count > 1 }

    /// False under an emulator: its timings are those of a program, not of memory.
    public var timingsMeanSomething: Bool { !host.isEmulated }
}

/// A kernel's figure for each pair of nodes, in 10⁹ bytes per second.
public struct BandwidthMatrices: Hashable, Sendable, Codable {
    public var read: [[Double?]]
    public var write: [[Double?]]
    public var copy: [[Double?]]
    public var triad: [[Double?]]

    /// Nothing measured yet.
    public init(rows: Int, columns: Int) {
        let empty = [[Double?]](repeating: Array(repeating: nil, count: columns), count: rows)
        (read, write, copy, triad) = (empty, empty, empty, empty)
    }

    public subscript(kernel: BandwidthKernel) -> [[Double?]] {
        get {
            switch kernel {
            case .read: read
            case .write: write
            case .copy: copy
            case .triad: triad
            }
        }
        set {
            switch kernel {
            case .read: read = newValue
            case .write: write = newValue
            case .copy: copy = newValue
            case .triad: triad = newValue
            }
        }
    }
}

/// A part of a measurement.
public enum MeasuredPart: String, Sendable, Codable, CaseIterable {
    case latency, curves, bandwidth, loadedLatency, cacheToCache, locks, pageCosts, policies
}

/// A part that was not measured at all, with its reason.
public struct MissingPart: Hashable, Sendable, Codable {
    public var part: MeasuredPart
    /// For people.
    public var reason: String

    public init(_ part: MeasuredPart, reason: String) {
        self.part = part
        self.reason = reason
    }
}

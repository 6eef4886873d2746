import HostNUMA

/// What to measure, and how long.
public struct MeasureOptions: Hashable, Sendable {
    /// Seconds instead of minutes: fewer readings, fewer points.
    public var isQuick: Bool
    /// Passes lines between all CPUs, not just those of one node and one pair per pair of nodes.
    public var passesLinesBetweenAllPairs = false
    /// Compares memory policies, too.
    public var comparesPolicies = false
    /// Only these nodes' CPUs and memory; nil: all.
    public var nodes: [HostNodeID]?
    /// For tests: the result has its full shape, the figures mean nothing.
    public var isTiny = false

    public init(isQuick: Bool = false) { self.isQuick = isQuick }

    /// For tests and emulated machines.
    public static let tiny: MeasureOptions = {
        var options = MeasureOptions(isQuick: true)
        options.isTiny = true
        return options
    }()
}

/// How large and how long, as the options and the host want it.
struct Sizing: Hashable, Sendable {
    /// Readings per figure.
    var runs: Int
    /// Seconds per reading of a bandwidth.
    var reading: Double
    /// Seconds for the latency of one pair.
    var latency: Double
    /// The latency's memory in last-level caches.
    var timesCache: Int
    /// Memory for any one figure at most, in bytes.
    var bufferLimit: Int
    /// Memory is no smaller than this where there is enough.
    var bufferFloor: Int

    init(_ options: MeasureOptions, pairs: Int, isEmulated: Bool) {
        if options.isTiny || isEmulated {
            self.init(
                runs: 3, reading: 0.001, latency: 0.01, timesCache: 1, bufferLimit: 1 << 20, bufferFloor: 1 << 20)
        } else if options.isQuick {
            // Four pairs take half of the fifteen seconds that a quick measurement may.
            self.init(
                runs: 5, reading: min(0.02, 0.2 / Double(max(1, pairs))),
                latency: min(0.5, 3 / Double(max(1, pairs))), timesCache: 8, bufferLimit: 1 << 30,
                bufferFloor: 64 << 20)
        } else {
            self.init(
                runs: 11, reading: 0.05, latency: 3, timesCache: 16, bufferLimit: 2 << 30, bufferFloor: 64 << 20)
        }
    }

    private init(
        runs: Int, reading: Double, latency: Double, timesCache: Int, bufferLimit: Int, bufferFloor: Int
    ) {
        self.runs = runs
        self.reading = reading
        self.latency = latency
        self.timesCache = timesCache
        self.bufferLimit = bufferLimit
        self.bufferFloor = bufferFloor
    }

    /// Memory of some last-level caches, within the limits.
    func bufferBytes(times: Int, cacheBytes: Int?) -> Int {
        let cache = min(max(0, cacheBytes ?? 0), bufferLimit)
        return min(max(cache.multipliedReportingOverflow(by: times).partialValue, bufferFloor), bufferLimit)
    }
}

/// How large and how long, as the options and the host want it.
struct Sizing: Hashable, Sendable {
    /// How often latencies and bandwidths are come back to, after all else was measured: what else runs on the hardware
    /// comes and goes within seconds, and so do the physical pages behind a buffer.
    var visits: Int
    /// Readings per figure of what is measured once.
    var runs: Int
    /// Readings per visit of a pair's latency: many short ones, so that some are undisturbed.
    var chases: Int
    /// Readings per visit of a bandwidth.
    var moves: Int
    /// Seconds per reading of a bandwidth.
    var reading: Double
    /// Seconds per visit for the latency of one pair.
    var latency: Double
    /// Seconds for a point of a curve.
    var point: Double
    /// The latency's memory in last-level caches.
    var timesCache: Int
    /// Memory for any one figure at most, in bytes.
    var bufferLimit: Int
    /// Memory is no smaller than this where there is enough.
    var bufferFloor: Int
    /// Between two looks at the clock, in bytes.
    var pieceBytes: Int
    /// Times that a line is passed or a lock taken per reading.
    var passes: Int
    /// Base pages that are touched, moved or unmapped per reading.
    var basePages: Int
    /// Transparent huge pages that are touched or unmapped per reading.
    var hugePages: Int

    static let tiny = Sizing(
        visits: 2, runs: 3, chases: 3, moves: 2, reading: 0.0005, latency: 0.005, point: 0.001, timesCache: 1,
        bufferLimit: 1 << 20,
        bufferFloor: 1 << 20, pieceBytes: 8 << 10, passes: 100, basePages: 16, hugePages: 1)

    /// `pairs` share the seconds that a quick measurement may take.
    static func quick(pairs: Int) -> Sizing {
        let pairs = Double(max(1, pairs))
        return Sizing(
            visits: 2, runs: 5, chases: 48, moves: 18, reading: min(0.003, max(0.0002, 0.005 / pairs)),
            latency: min(0.25, 0.8 / pairs),
            point: min(0.02, max(0.001, 0.06 / pairs)), timesCache: 8, bufferLimit: 1 << 30, bufferFloor: 64 << 20,
            pieceBytes: MemoryLoop.pieceBytes, passes: 2000, basePages: 1024, hugePages: 8)
    }

    /// Minutes, also with many pairs.
    static func full(pairs: Int) -> Sizing {
        let pairs = Double(max(1, pairs))
        return Sizing(
            visits: 3, runs: 11, chases: 160, moves: 47, reading: min(0.004, max(0.0007, 0.033 / pairs)),
            latency: min(1, max(0.25, 8 / pairs)), point: 0.3, timesCache: 16, bufferLimit: 2 << 30,
            bufferFloor: 64 << 20, pieceBytes: MemoryLoop.pieceBytes, passes: 10_000, basePages: 8192, hugePages: 32)
    }

    static func suiting(_ options: MeasureOptions, pairs: Int, isEmulated: Bool) -> Sizing {
        if options.isTiny || isEmulated { return .tiny }
        return options.isQuick ? .quick(pairs: pairs) : .full(pairs: pairs)
    }

    /// The latency's memory: some last-level caches, within the limits.
    func latencyBytes(cacheBytes: Int?) -> Int { within(cacheBytes, times: timesCache) }

    /// The bandwidths' memory: three arrays, each four times the caches.
    func bandwidthBytes(cacheBytes: Int?) -> Int { within(cacheBytes, times: 12) }

    /// The memory of walks that stay within the last-level cache.
    func cacheBytes(_ cacheBytes: Int?) -> Int { within(cacheBytes, times: 1) }

    private func within(_ cacheBytes: Int?, times: Int) -> Int {
        // Bounded on both sides before it is multiplied: it cannot overflow.
        let cache = min(max(0, cacheBytes ?? 0), bufferLimit)
        return min(max(cache * times, bufferFloor), bufferLimit)
    }
}

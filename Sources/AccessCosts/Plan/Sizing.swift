/// How large and how long, as the options and the host want it.
struct Sizing: Hashable, Sendable {
    /// Readings per figure.
    var runs: Int
    /// Seconds per reading of a bandwidth.
    var reading: Double
    /// Seconds for the latency of one pair.
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
        runs: 3, reading: 0.0005, latency: 0.01, point: 0.001, timesCache: 1, bufferLimit: 1 << 20,
        bufferFloor: 1 << 20, pieceBytes: 8 << 10, passes: 100, basePages: 16, hugePages: 1)

    /// `pairs` share the seconds that a quick measurement may take.
    static func quick(pairs: Int) -> Sizing {
        let pairs = Double(max(1, pairs))
        return Sizing(
            runs: 5, reading: min(0.02, max(0.001, 0.035 / pairs)), latency: min(0.5, 2 / pairs),
            point: min(0.02, max(0.001, 0.06 / pairs)), timesCache: 8, bufferLimit: 1 << 30, bufferFloor: 64 << 20,
            pieceBytes: MemoryLoop.pieceBytes, passes: 2000, basePages: 1024, hugePages: 8)
    }

    static let full = Sizing(
        runs: 11, reading: 0.05, latency: 3, point: 0.3, timesCache: 16, bufferLimit: 2 << 30, bufferFloor: 64 << 20,
        pieceBytes: MemoryLoop.pieceBytes, passes: 10_000, basePages: 8192, hugePages: 32)

    static func suiting(_ options: MeasureOptions, pairs: Int, isEmulated: Bool) -> Sizing {
        if options.isTiny || isEmulated { return .tiny }
        return options.isQuick ? .quick(pairs: pairs) : .full
    }

    /// The latency's memory: some last-level caches, within the limits.
    func latencyBytes(cacheBytes: Int?) -> Int { within(cacheBytes, times: timesCache) }

    /// The bandwidths' memory: three arrays, each four times the caches.
    func bandwidthBytes(cacheBytes: Int?) -> Int { within(cacheBytes, times: 12) }

    private func within(_ cacheBytes: Int?, times: Int) -> Int {
        // Bounded on both sides before it is multiplied: it cannot overflow.
        let cache = min(max(0, cacheBytes ?? 0), bufferLimit)
        return min(max(cache * times, bufferFloor), bufferLimit)
    }
}

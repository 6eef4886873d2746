import CPrimitives

/// How long sampled pairs of an allocation and a free took, in ticks of the cycle counter.
///
/// Buckets are sixteenths of powers of two, so a time is known to 6 %. The two calls of a pair are timed apart, and the
/// counter's own cost, the median of readings one after the other, is taken off. What it cannot tell: differences
/// much smaller than that cost, as some counters advance in steps of about its size.
struct PairTimes: ~Copyable {
    static var bucketCount: Int { 61 * 16 }
    /// One pair of this many is timed.
    static var sampling: Int { 64 }

    private var counts = [Int](repeating: 0, count: PairTimes.bucketCount)
    private(set) var greatest: UInt64 = 0
    private let overhead: UInt64
    private let firstTick: UInt64
    private let begin: ContinuousClock.Instant

    init() {
        var costs: [UInt64] = []
        for _ in 0..<101 {
            let start = Self.now()
            costs.append(Self.now() &- start)
        }
        overhead = costs.sorted()[50]
        firstTick = Self.now()
        begin = .now
    }

    /// The cycle counter, or a clock in nanoseconds where there is none.
    @inline(__always) static func now() -> UInt64 {
        let ticks = cprim_cycles()
        return ticks != 0 ? ticks : clock()
    }

    @inline(never) private static func clock() -> UInt64 {
        UInt64(origin.duration(to: .now) / .nanoseconds(1))
    }

    private static let origin = ContinuousClock.now

    @inline(__always) mutating func record(_ allocation: UInt64, _ free: UInt64) {
        let measured = allocation &+ free
        // A thread that moved between CPUs whose counters differ may read less than nothing.
        let ticks = measured > 2 &* overhead && measured < 1 << 62 ? measured &- 2 &* overhead : 0
        counts[Self.bucket(of: ticks)] &+= 1
        if ticks > greatest { greatest = ticks }
    }

    @inline(__always) static func bucket(of ticks: UInt64) -> Int {
        if ticks < 16 { return Int(ticks) }
        let exponent = 63 - ticks.leadingZeroBitCount
        return (exponent - 3) * 16 + Int(ticks >> UInt64(exponent - 4) & 15)
    }

    /// The least time of a bucket, and how many ticks wide it is.
    static func times(of bucket: Int) -> (least: UInt64, width: UInt64) {
        if bucket < 16 { return (UInt64(bucket), 1) }
        let exponent = UInt64(bucket / 16 + 3)
        return (1 << exponent | UInt64(bucket % 16) << (exponent - 4), 1 << (exponent - 4))
    }

    /// Nanoseconds per tick, from the time since `self` was made: waits until that is a millisecond.
    borrowing func nanosecondsPerTick() -> Double {
        while begin.duration(to: .now) < .milliseconds(1) { cprim_pause() }
        let ticks = Self.now() &- firstTick
        return ticks == 0 ? 1 : begin.duration(to: .now) / .nanoseconds(1) / Double(ticks)
    }

    /// The times recorded, shortest first.
    borrowing func samples() -> [PairSample] {
        let scale = nanosecondsPerTick()
        return counts.indices.filter { counts[$0] > 0 }.map { bucket in
            let (least, width) = Self.times(of: bucket)
            let middle = min(Double(least) + Double(width - 1) / 2, Double(greatest))
            return PairSample(nanoseconds: middle * scale, count: counts[bucket])
        }
    }

    borrowing func overheadNanoseconds() -> Double { Double(overhead) * nanosecondsPerTick() }

    borrowing func greatestNanoseconds() -> Double { Double(greatest) * nanosecondsPerTick() }
}

/// Pairs that took about the same time.
public struct PairSample: Hashable, Sendable {
    /// How long each of them took, in nanoseconds.
    public var nanoseconds: Double
    /// How many there are.
    public var count: Int
}

import CPrimitives

/// Time in ticks of the cycle counter, and what a tick is in nanoseconds.
enum CycleClock {
    private static let origin = (ticks: PairTimes.now(), instant: ContinuousClock.now)

    @inline(__always) static func now() -> UInt64 { PairTimes.now() }

    /// Nanoseconds per tick, from all the time since the clock was first asked: waits until that is two milliseconds.
    static func nanosecondsPerTick() -> Double {
        let origin = origin
        while origin.instant.duration(to: .now) < .milliseconds(2) { cprim_pause() }
        let ticks = now() &- origin.ticks
        return ticks == 0 || ticks > 1 << 62 ? 1 : origin.instant.duration(to: .now) / .nanoseconds(1) / Double(ticks)
    }

    /// A span in ticks; nothing below 0, and nothing that is not a number.
    static func ticks(nanoseconds: Double) -> Int {
        let ticks = nanoseconds / nanosecondsPerTick()
        return ticks > 0 ? Int(min(ticks, 1e15)) : 0
    }
}

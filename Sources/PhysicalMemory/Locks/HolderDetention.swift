import CPrimitives

/// Holders that keep a measured lock longer than their work takes: each hold by chance, wherever in the allocator it
/// is, and only holds of threads that act as CPUs.
public struct HolderDetention: Hashable, Sendable {
    private let delayed: UInt64
    private let preempted: UInt64
    private let ticks: Int
    private let seed: UInt64

    /// - Parameters:
    ///   - delayed: the rate, from 0 to 1, of holds that stay inside and keep their CPU.
    ///   - preempted: the rate of those that stay inside while their CPU runs whoever else wants it.
    ///   - nanoseconds: for how long.
    ///   - seed: the same seed picks the same holds of each lock.
    public init(delayed: Double, preempted: Double, nanoseconds: Int, seed: UInt64) {
        self.delayed = MischiefDice.threshold(delayed)
        self.preempted = MischiefDice.threshold(preempted)
        ticks = CycleClock.ticks(nanoseconds: Double(nanoseconds))
        self.seed = seed
    }

    /// What becomes of a lock's hold of this number.
    func fate(ofHold number: Int) -> (isDelayed: Bool, isPreempted: Bool) {
        var dice = SplitMix(seed: seed &+ UInt64(truncatingIfNeeded: number) &* 0xd134_2543_de82_ef95)
        let roll = dice.next()
        return (roll >> 32 < delayed, roll & 0xffff_ffff < preempted)
    }

    /// Spends the time, with the CPU or without.
    func stay(yielding: Bool) {
        let start = CycleClock.now()
        while Int(truncatingIfNeeded: CycleClock.now() &- start) < ticks {
            if yielding { cprim_yield() } else { cprim_pause() }
        }
    }
}

import PhysicalMemory

/// A lock alone, without an allocator around it, in the manner of the kernel's `locktorture`.
public struct TortureOptions: Hashable, Sendable {
    /// Which lock.
    public enum Target: String, CaseIterable, Hashable, Sendable, Encodable {
        /// The algorithm as a type of its own.
        case algorithm
        /// The zone's lock, which chooses the algorithm at each acquisition.
        case zone
        /// The lock of the per-CPU lists: one thread waits for it, as drains do, the others try it.
        case pcp
    }

    public var target: Target
    public var holdNanoseconds = 0
    public var thinkNanoseconds = 0
    /// Acquisitions in a row without a thought between them.
    public var burst = 1
    /// Threads fight two by two, each pair for a lock of its own.
    public var inPairs = false

    public init(_ target: Target) { self.target = target }

    /// What a lock's torture is, with the mischief's rates of delayed and preempted holders.
    func settings(_ lock: LockAlgorithm, _ mischief: Mischief, isBroken: Bool) -> LockTortureSettings {
        func one(in rate: Double) -> Int { rate > 0 ? max(1, Int((1 / rate).rounded())) : 0 }
        let target: LockTortureTarget =
            switch self.target {
            case _ where isBroken: .broken
            case .algorithm: .algorithm(lock)
            case .zone: .zoneLock(lock)
            case .pcp: .perCPULock
            }
        return LockTortureSettings(
            target: target, holdNanoseconds: holdNanoseconds, thinkNanoseconds: thinkNanoseconds, burst: burst,
            inPairs: inPairs, yieldingHolds: one(in: mischief.preemptedHolders),
            delayedHolds: one(in: mischief.delayedHolders), delayNanoseconds: mischief.delayNanoseconds)
    }
}

/// What disturbs a drive, each by chance: rates are from 0 (never) to 1 (always).
public struct Mischief: Hashable, Sendable {
    /// Frees that another CPU has to do.
    public var wrongCPUFrees = 0.0
    /// Frees that are followed by a drain of some CPU's lists.
    public var drains = 0.0
    /// Allocations that get nothing, though there is memory. *Kernel counterpart:* `fail_page_alloc`.
    public var failedAllocations = 0.0
    /// Holds of a measured lock that stay inside for ``delayNanoseconds``.
    public var delayedHolders = 0.0
    /// Holds of a measured lock that are as long without their CPU.
    public var preemptedHolders = 0.0
    /// Pauses, one after each piece of a ``Driver``'s work, at which a CPU goes if none is away.
    public var cpuDepartures = 0.0
    /// Pauses at which a node goes if none is away: all its CPUs, and its memory as far as it is free.
    public var nodeDepartures = 0.0
    /// How long a delayed holder stays inside the lock.
    public var delayNanoseconds = 20_000

    /// None.
    public init() {}

    /// Whether something is done at single operations.
    var isPerOperation: Bool {
        wrongCPUFrees > 0 || drains > 0 || failedAllocations > 0
    }

    /// What becomes of holders, for the machine's ``LockStatisticsOptions``; `nil`: nothing.
    public func detention(seed: UInt64) -> HolderDetention? {
        guard delayedHolders > 0 || preemptedHolders > 0 else { return nil }
        return HolderDetention(
            delayed: delayedHolders, preempted: preemptedHolders, nanoseconds: delayNanoseconds, seed: seed)
    }

    /// Whether CPUs or nodes come and go.
    var hasDepartures: Bool { cpuDepartures > 0 || nodeDepartures > 0 }
}

/// The dice of one driver's mischief, apart from those of its workload, so that the requests stay the same.
struct MischiefDice {
    let failure: UInt64
    let wrongCPU: UInt64
    let drain: UInt64
    var random: SplitMix

    init(_ mischief: Mischief, seed: UInt64) {
        failure = Self.threshold(mischief.failedAllocations)
        wrongCPU = Self.threshold(mischief.wrongCPUFrees)
        drain = Self.threshold(mischief.drains)
        random = SplitMix(seed: seed ^ 0x6d69_7363_6869_6566)
    }

    /// What a 32-bit draw must stay under.
    static func threshold(_ rate: Double) -> UInt64 { UInt64(max(0, min(rate, 1)) * 0x1p32) }

    @inline(__always) mutating func hits(_ threshold: UInt64) -> Bool {
        threshold != 0 && random.next() &>> 32 < threshold
    }

    mutating func number(below count: Int) -> Int { Int(truncatingIfNeeded: random.next() &>> 33) % count }
}

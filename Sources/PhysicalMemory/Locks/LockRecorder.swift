/// What one lock's use is written down in.
///
/// The holder notes how it got the lock; what that came to is added up after it let go, in memory of its own CPU.
struct LockRecorder: ~Copyable {
    // Written by the holder alone.
    private let lastCPU = SharedInt(Self.nobody)
    private let lastNode = SharedInt(Self.nobody)
    private let share = SharedInt()
    private let acquiredAt = SharedInt()
    /// −1 if the lock was free.
    private let waited = SharedInt()
    let cpuBounces = SharedInt()
    let nodeBounces = SharedInt()
    let handOvers = SharedInt()
    let delayedHolds = SharedInt()
    let preemptedHolds = SharedInt()
    private let holds = SharedInt()
    private let padding = InlineArray<16, UInt64>(repeating: 0)

    let shares: StableArray<LockShare>
    private let memory: ZeroedCounts
    /// The CPU whose lock this is; the first share is its own, the second everybody else's. −1: a share for each CPU,
    /// and one for threads that act as none.
    private let owner: Int32
    private let longTicks: Int
    private let detention: HolderDetention?
    private let contextSwitches: (@Sendable () -> Int)?

    private static var nobody: Int { -2 }
    /// Acquisitions between two looks at the context switches, long waits and holds apart.
    private static var switchesEvery: Int { 256 }

    /// For a lock that all CPUs share.
    init(_ options: LockStatisticsOptions, cpus: Int) { self.init(options, owner: -1, shares: cpus + 1) }

    /// For one CPU's lock.
    init(_ options: LockStatisticsOptions, owner: Int) { self.init(options, owner: Int32(owner), shares: 2) }

    private init(_ options: LockStatisticsOptions, owner: Int32, shares: Int) {
        self.owner = owner
        longTicks = CycleClock.ticks(nanoseconds: options.longNanoseconds)
        detention = options.detention
        contextSwitches = options.contextSwitches
        let memory = ZeroedCounts(count: shares * 4 * LockHistogram.bucketCount)
        self.memory = memory
        self.shares = StableArray(count: shares) { LockShare(memory.suffix(from: $0 * 4 * LockHistogram.bucketCount)) }
    }

    deinit {
        shares.release()
        memory.release()
    }

    /// One hold that has ended.
    struct Use {
        fileprivate let share: Int
        fileprivate let waited: Int
        fileprivate let held: Int
    }

    private borrowing func share(of user: LockUser) -> Int {
        if owner >= 0 { return user.cpu == owner ? 0 : 1 }
        return user.cpu >= 0 ? Int(user.cpu) : shares.count - 1
    }

    /// The shares that count for fairness: of a lock that all CPUs share, not that of threads that are none.
    var sharesOfCPUs: Int { owner >= 0 ? shares.count : shares.count - 1 }

    /// A try found the lock taken.
    borrowing func noteRefused(_ user: LockUser) { shares[share(of: user)].refusals.add(1) }

    /// The caller has got the lock, and has waited for it from `start` on.
    borrowing func noteAcquired(_ user: LockUser, since start: UInt64?) {
        let now = CycleClock.now()
        acquiredAt.store(Int(truncatingIfNeeded: now))
        share.store(share(of: user))
        if let start {
            waited.store(Swift.max(Int(truncatingIfNeeded: now &- start), 0))
            handOvers.addAsOnlyWriter(1)
        } else {
            waited.store(-1)
        }
        // Threads that act as no CPU come from nowhere.
        guard user.cpu >= 0 else { return }
        let isFirst = lastCPU.load() == Self.nobody
        if !isFirst && lastCPU.load() != Int(user.cpu) { cpuBounces.addAsOnlyWriter(1) }
        if !isFirst && lastNode.load() != Int(user.node) { nodeBounces.addAsOnlyWriter(1) }
        lastCPU.store(Int(user.cpu))
        lastNode.store(Int(user.node))
        if let detention { detain(detention) }
    }

    /// Keeps the holder inside if the dice say so.
    @inline(never) private borrowing func detain(_ detention: HolderDetention) {
        holds.addAsOnlyWriter(1)
        let (isDelayed, isPreempted) = detention.fate(ofHold: holds.load())
        if isDelayed {
            delayedHolds.addAsOnlyWriter(1)
            detention.stay(yielding: false)
        }
        if isPreempted {
            preemptedHolds.addAsOnlyWriter(1)
            detention.stay(yielding: true)
        }
    }

    /// Forgets all that came to pass. Nobody may use the lock meanwhile.
    borrowing func reset() {
        lastCPU.store(Self.nobody)
        lastNode.store(Self.nobody)
        for place in 0..<shares.count { shares[place].reset() }
        cpuBounces.store(0)
        nodeBounces.store(0)
        handOvers.store(0)
        delayedHolds.store(0)
        preemptedHolds.store(0)
    }

    /// The holder is about to let go.
    borrowing func endUse() -> Use {
        Use(
            share: share.load(), waited: waited.load(),
            held: Int(truncatingIfNeeded: CycleClock.now()) &- acquiredAt.load())
    }

    /// The lock is another's by now, but the share is the caller's own.
    borrowing func record(_ use: Use) {
        let isLong = use.held >= longTicks || use.waited >= longTicks
        var wasSwitched = false
        if let contextSwitches, isLong || shares[use.share].acquisitions.load() % Self.switchesEvery == 0 {
            let count = contextSwitches()
            let before = shares[use.share].switches.load()
            wasSwitched = isLong && before >= 0 && count != before
            shares[use.share].switches.store(count)
        }
        shares[use.share].acquisitions.add(1)
        if wasSwitched && use.held >= longTicks {
            shares[use.share].switchedHolds.record(use.held)
        } else {
            shares[use.share].holds.record(use.held)
        }
        guard use.waited >= 0 else { return }
        shares[use.share].contentions.add(1)
        if wasSwitched && use.waited >= longTicks {
            shares[use.share].switchedWaits.record(use.waited)
        } else {
            shares[use.share].waits.record(use.waited)
        }
    }
}

/// One CPU's part in a lock's use, on cache lines of its own.
struct LockShare: ~Copyable {
    let acquisitions = SharedInt()
    /// Acquisitions that found the lock taken.
    let contentions = SharedInt()
    /// Tries that found it taken, and let it be.
    let refusals = SharedInt()
    /// The thread's involuntary context switches when they were last looked at; −1: never.
    let switches = SharedInt(-1)
    let waits: LockHistogram
    let holds: LockHistogram
    /// Waits and holds in which the thread lost its CPU.
    let switchedWaits: LockHistogram
    let switchedHolds: LockHistogram
    private let padding = InlineArray<16, UInt64>(repeating: 0)

    init(_ memory: ZeroedCounts) {
        waits = LockHistogram(memory)
        holds = LockHistogram(memory.suffix(from: LockHistogram.bucketCount))
        switchedWaits = LockHistogram(memory.suffix(from: 2 * LockHistogram.bucketCount))
        switchedHolds = LockHistogram(memory.suffix(from: 3 * LockHistogram.bucketCount))
    }

    borrowing func reset() {
        // Memory of a share that nobody used stays untouched.
        guard acquisitions.load() + refusals.load() > 0 else { return }
        acquisitions.store(0)
        contentions.store(0)
        refusals.store(0)
        switches.store(-1)
        waits.reset()
        holds.reset()
        switchedWaits.reset()
        switchedHolds.reset()
    }
}

/// What threads do to a lock in a torture, in the manner of the kernel's `locktorture`.
///
/// No lock here has readers, so all threads write. *Kernel counterpart:* the module parameters of `locktorture`.
public struct LockTortureSettings: Hashable, Sendable {
    /// The lock.
    public var target: LockTortureTarget
    /// What is done while the lock is held, beside the checks, in nanoseconds.
    public var holdNanoseconds: Int
    /// What is done between two bursts, in nanoseconds.
    public var thinkNanoseconds: Int
    /// Acquisitions in a row without a thought between them.
    public var burst: Int
    /// Whether threads 0 and 1, 2 and 3, … fight for a lock of their own, rather than all for one.
    public var inPairs: Bool
    /// One hold of so many is ``delayNanoseconds`` longer and gives its CPU away meanwhile: a holder that was preempted.
    /// 0: none is.
    public var yieldingHolds: Int
    /// One hold of so many is ``delayNanoseconds`` longer. 0: none is.
    public var delayedHolds: Int
    /// How much longer such holds are.
    public var delayNanoseconds: Int

    /// The longest hold, thought or delay: a second.
    public static var nanosecondsLimit: Int { 1_000_000_000 }
    /// The longest burst.
    public static var burstLimit: Int { 1_000_000 }
    /// The most threads.
    public static var threadLimit: Int { 4096 }

    /// A torture of `target`; times in nanoseconds.
    public init(
        target: LockTortureTarget, holdNanoseconds: Int = 0, thinkNanoseconds: Int = 0, burst: Int = 1,
        inPairs: Bool = false, yieldingHolds: Int = 0, delayedHolds: Int = 0, delayNanoseconds: Int = 100_000
    ) {
        self.target = target
        self.holdNanoseconds = holdNanoseconds
        self.thinkNanoseconds = thinkNanoseconds
        self.burst = burst
        self.inPairs = inPairs
        self.yieldingHolds = yieldingHolds
        self.delayedHolds = delayedHolds
        self.delayNanoseconds = delayNanoseconds
    }
}

/// Which lock is tortured.
public enum LockTortureTarget: Hashable, Sendable {
    /// The algorithm as a type of its own.
    case algorithm(LockAlgorithm)
    /// The zone's lock, which chooses the algorithm at each acquisition.
    case zoneLock(LockAlgorithm)
    /// The per-CPU lists' lock. Every thread but the first of a lock tries it, and does something else if it is
    /// taken, as the paths that allocate and free do; the first waits, as drains do.
    case perCPULock
    /// A spinlock that now and then does not wait, and so lets go of another's lock too early: a planted fault, which
    /// a torture with more than one thread catches.
    case broken
}

/// Why a torture could not be prepared.
public enum LockTortureError: Error, Hashable, Sendable, CustomStringConvertible {
    /// So many threads cannot torture a lock.
    case threads(Int)
    /// A burst cannot be so long.
    case burst(Int)
    /// No hold, thought or delay can be so long.
    case nanoseconds(Int)
    /// A rate below 0.
    case rate(Int)

    /// What is wrong, in words for people.
    public var description: String {
        switch self {
        case .threads(let count): "\(count) threads: 1 to \(LockTortureSettings.threadLimit) can torture a lock"
        case .burst(let count): "a burst of \(count): 1 to \(LockTortureSettings.burstLimit) are allowed"
        case .nanoseconds(let span): "\(span) ns: 0 to \(LockTortureSettings.nanosecondsLimit) are allowed"
        case .rate(let rate): "one hold of \(rate): 0 (never) or more is meant"
        }
    }
}

/// Threads that fight for a lock, and look whether it keeps what it promises.
///
/// The caller brings the threads: each runs ``run(thread:acquisitions:)`` with its own number, as often as it likes.
/// What the lock guards are plain counters and an owner's name at both ends of a few cache lines; a thread that finds
/// another's name there, or counters that disagree, has caught the lock.
public final class LockTorture: Sendable {
    /// What is done.
    public let settings: LockTortureSettings
    /// Each thread's node.
    public let nodes: [NodeID]
    private let bench: TortureBench
    private let stopFlag = Stable(SharedFlags())

    /// - Parameters:
    ///   - settings: what the threads do.
    ///   - nodes: each thread's node; as many threads as there are elements.
    ///   - options: how the locks are to be measured; `nil`: not at all. Measured, a thread tries a lock before it
    ///     waits for it, to know whether it had to.
    /// - Throws: ``LockTortureError`` for what is out of range.
    public init(
        _ settings: LockTortureSettings, nodes: [NodeID], measuring options: LockStatisticsOptions? = nil
    ) throws(LockTortureError) {
        guard (1...LockTortureSettings.threadLimit).contains(nodes.count) else { throw .threads(nodes.count) }
        guard (1...LockTortureSettings.burstLimit).contains(settings.burst) else { throw .burst(settings.burst) }
        for span in [settings.holdNanoseconds, settings.thinkNanoseconds, settings.delayNanoseconds] {
            guard (0...LockTortureSettings.nanosecondsLimit).contains(span) else { throw .nanoseconds(span) }
        }
        for rate in [settings.yieldingHolds, settings.delayedHolds] where rate < 0 {
            throw .rate(rate)
        }
        self.settings = settings
        self.nodes = nodes
        bench = Self.bench(settings, threads: nodes.count, options)
    }

    deinit { stopFlag.release() }

    /// The one place where the algorithm is chosen: what follows is made for its type.
    private static func bench(
        _ settings: LockTortureSettings, threads: Int, _ options: LockStatisticsOptions?
    ) -> TortureBench {
        let crowd = TortureCrowd(
            locks: settings.inPairs ? (threads + 1) / 2 : 1, threadsOfEach: settings.inPairs ? 2 : threads,
            options: options)
        switch settings.target {
        case .perCPULock: return TortureBench(crowd, triesOnly: true) { PerCPULock() }
        case .zoneLock(let algorithm): return TortureBench(crowd) { ZoneLock(algorithm) }
        case .broken: return TortureBench(crowd) { BrokenLock() }
        case .algorithm(let algorithm):
            switch algorithm {
            case .tas: return TortureBench(crowd) { TestAndSetLock() }
            case .ttas: return TortureBench(crowd) { SpinLock() }
            case .ticket: return TortureBench(crowd) { TicketLock() }
            case .mcs: return TortureBench(crowd) { MCSLock() }
            case .queued: return TortureBench(crowd) { QueuedLock() }
            case .numa: return TortureBench(crowd) { CompactNUMALock() }
            case .pthread: return TortureBench(crowd) { LibrarySpinLock() }
            case .mutex: return TortureBench(crowd) { LibraryMutex() }
            }
        }
    }

    /// Asks every thread to return soon.
    public func stop() { stopFlag.value.set(1) }

    /// Whether `stop()` has been called.
    public var isStopped: Bool { stopFlag.value.load() != 0 }

    /// Acquires the lock so often, or until ``stop()``, as thread number `thread`. One thread at a time for a number.
    ///
    /// Complexity: O(acquisitions).
    public func run(thread: Int, acquisitions: Int = .max) -> LockTortureFigures {
        precondition(nodes.indices.contains(thread))
        let plan = TorturePlan(
            settings, thread: thread, node: Int32(nodes[thread].rawValue), acquisitions: acquisitions, stop: stopFlag)
        return bench.run(plan)
    }

    /// What came to pass at the locks, when all threads rest; of several, together, and the least even one's fairness.
    /// `nil` if they are not measured.
    ///
    /// - Parameter figures: each thread's, so that one that never got the lock counts for fairness, too.
    public func statistics(_ figures: [LockTortureFigures]) -> LockStatistics? {
        let locks = bench.statistics()
        guard var sum = locks.first else { return nil }
        for lock in locks.dropFirst() { sum = sum.merging(lock) }
        let counts = figures.map(\.acquisitions)
        let size = settings.inPairs ? 2 : Swift.max(counts.count, 1)
        let fairness = stride(from: 0, to: counts.count, by: size).map { first in
            LockFairness(Array(counts[first..<Swift.min(first + size, counts.count)]))
        }
        sum.shares = counts
        sum.fairness = fairness.min { $0.jain < $1.jain } ?? sum.fairness
        return sum
    }

    /// What the lock guarded, when all threads rest: as many changes as the threads made, if they kept out of each
    /// other's way.
    public func check(_ figures: [LockTortureFigures]) -> LockTortureVerdict {
        let made = figures.reduce(0) { $0 + $1.acquisitions }
        return LockTortureVerdict(
            acquisitions: made, guarded: bench.changes(), collisions: figures.reduce(0) { $0 + $1.collisions })
    }
}

/// What one thread saw.
public struct LockTortureFigures: Sendable {
    /// Times that it had the lock.
    public var acquisitions = 0
    /// Acquisitions after which the thread before was another.
    public var handOvers = 0
    /// Of these, those from a thread of another node.
    public var nodeHandOvers = 0
    /// Tries that found the lock taken; of the per-CPU lists' lock.
    public var refusals = 0
    /// Holds that lasted longer on purpose, and those that gave the CPU away.
    public var delayedHolds = 0
    /// Holds in which it gave its CPU away.
    public var yieldingHolds = 0
    /// Times that another thread was found in the guarded part, or its traces.
    public var collisions = 0
    /// From asking for the lock to having it.
    public var waits = LockTimes()

    /// Nothing seen yet.
    public init() {}

    /// Both runs of one thread taken together.
    public func adding(_ other: LockTortureFigures) -> LockTortureFigures {
        var sum = self
        sum.acquisitions += other.acquisitions
        sum.handOvers += other.handOvers
        sum.nodeHandOvers += other.nodeHandOvers
        sum.refusals += other.refusals
        sum.delayedHolds += other.delayedHolds
        sum.yieldingHolds += other.yieldingHolds
        sum.collisions += other.collisions
        sum.waits = waits.merging(other.waits)
        return sum
    }
}

/// Whether a tortured lock kept its threads apart.
public struct LockTortureVerdict: Hashable, Sendable {
    /// By the threads' own count.
    public var acquisitions: Int
    /// By the counters that the lock guarded.
    public var guarded: Int
    /// Times that another's trace was found under the lock.
    public var collisions: Int

    /// Whether the lock kept what it promises.
    public var isClean: Bool { acquisitions == guarded && collisions == 0 }
}

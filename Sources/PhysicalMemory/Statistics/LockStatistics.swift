/// How a machine's locks are to be measured.
public struct LockStatisticsOptions: Sendable {
    /// Waits and holds at least this long are looked at for a context switch.
    public var longNanoseconds: Double
    /// Involuntary context switches of the calling thread so far; `nil`: none are told apart.
    ///
    /// It is called outside the locks, after a long wait or hold and now and then. A switch between two calls counts
    /// for the long wait or hold before the second, though it may have come between the two: the histograms of
    /// switched ones may hold a few that were merely long. A CPU that a hypervisor takes away is not seen.
    public var contextSwitches: (@Sendable () -> Int)?

    /// Holders that are made to stay; `nil`: none is.
    public var detention: HolderDetention?

    /// What to measure; see each property.
    public init(
        longNanoseconds: Double = 10_000, detention: HolderDetention? = nil,
        contextSwitches: (@Sendable () -> Int)? = nil
    ) {
        self.longNanoseconds = longNanoseconds
        self.detention = detention
        self.contextSwitches = contextSwitches
    }

    /// Per-CPU lists (CPUs × zones) that a machine with statistics may have: each list's lock takes 40 kB.
    static var greatestPagesets: Int { 1 << 16 }
}

/// What came to pass at one lock. All counts are exact when nobody uses the lock.
///
/// *Kernel counterpart:* a class's lines in `/proc/lock_stat`.
public struct LockStatistics: Sendable {
    /// Times that the lock was taken.
    public var acquisitions: Int
    /// Acquisitions that found the lock taken and waited. *Kernel counterpart:* `contentions`.
    public var contentions: Int
    /// Tries that found the lock taken and did without.
    public var refusals: Int
    /// Acquisitions that came from a waiter, to whom the lock went as soon as it was free.
    public var handOvers: Int
    /// Acquisitions by another CPU than the one before. *Kernel counterpart:* `acq-bounces`.
    public var cpuBounces: Int
    /// Acquisitions from another node than the one before.
    public var nodeBounces: Int
    /// Holds that were made to stay inside with their CPU, and without.
    public var delayedHolds: Int
    /// Holds in which the holder was made to give its CPU away.
    public var preemptedHolds: Int
    /// How long those waited that had to.
    public var waits: LockTimes
    /// How long the lock was held.
    public var holds: LockTimes
    /// Waits in which the thread lost its CPU; not among ``waits``.
    public var switchedWaits: LockTimes
    /// Holds in which the thread lost its CPU; not among ``holds``.
    public var switchedHolds: LockTimes
    /// Acquisitions by CPU, in the order of the machine's CPUs, and last by threads that act as none; of a per-CPU
    /// list: its own CPU's, and all others'.
    public var shares: [Int]
    /// Among the CPUs that took the lock at all; of a per-CPU list's lock, between its own CPU and the others.
    public var fairness: LockFairness
}

extension LockStatistics {
    /// What came to pass at both locks; the fairness is that of the less even one.
    public func merging(_ other: LockStatistics) -> LockStatistics {
        LockStatistics(
            acquisitions: acquisitions + other.acquisitions, contentions: contentions + other.contentions,
            refusals: refusals + other.refusals, handOvers: handOvers + other.handOvers,
            cpuBounces: cpuBounces + other.cpuBounces, nodeBounces: nodeBounces + other.nodeBounces,
            delayedHolds: delayedHolds + other.delayedHolds, preemptedHolds: preemptedHolds + other.preemptedHolds,
            waits: waits.merging(other.waits), holds: holds.merging(other.holds),
            switchedWaits: switchedWaits.merging(other.switchedWaits),
            switchedHolds: switchedHolds.merging(other.switchedHolds), shares: shares + other.shares,
            fairness: fairness.jain <= other.fairness.jain ? fairness : other.fairness)
    }
}

/// How evenly a lock was shared.
public struct LockFairness: Hashable, Sendable {
    /// The greatest share, the least, as parts of the whole; 0 without any.
    public var luckiest: Double
    /// The least share.
    public var unluckiest: Double
    /// Jain's index: (Σx)² / (n·Σx²). 1 if all got the same, 1/n if one got all; 1 without any.
    public var jain: Double

    /// - Parameter counts: by user; none is below 0.
    public init(_ counts: [Int]) {
        let values = counts.map { Double($0) }
        let sum = values.reduce(0, +)
        let squares = values.reduce(0) { $0 + $1 * $1 }
        luckiest = sum > 0 ? (values.max() ?? 0) / sum : 0
        unluckiest = sum > 0 ? (values.min() ?? 0) / sum : 0
        jain = squares > 0 ? sum * sum / (Double(values.count) * squares) : 1
    }
}

/// Times of one kind, known to 6 %.
public struct LockTimes: Hashable, Sendable {
    /// Shortest first.
    public var samples: [PairSample]
    /// The longest, exactly.
    public var greatestNanoseconds: Double

    /// Times as sampled.
    public init(samples: [PairSample] = [], greatestNanoseconds: Double = 0) {
        self.samples = samples
        self.greatestNanoseconds = greatestNanoseconds
    }

    /// How many there are.
    public var count: Int { samples.reduce(0) { $0 + $1.count } }

    /// The time, in nanoseconds, that `percent` of all do not exceed; `nil` without any.
    public func percentile(_ percent: Double) -> Double? {
        let wanted = Swift.max(1, (Double(count) * percent / 100).rounded(.up))
        var seen = 0
        for sample in samples {
            seen += sample.count
            if Double(seen) >= wanted { return sample.nanoseconds }
        }
        return samples.last?.nanoseconds
    }

    /// The times of both.
    ///
    /// Complexity: O(samples); of one length there is one sample afterwards.
    public func merging(_ other: LockTimes) -> LockTimes {
        var all: [PairSample] = []
        all.reserveCapacity(samples.count + other.samples.count)
        var (mine, theirs) = (samples[...], other.samples[...])
        func add(_ sample: PairSample) {
            if all.last?.nanoseconds == sample.nanoseconds {
                all[all.count - 1].count += sample.count
            } else {
                all.append(sample)
            }
        }
        while let first = mine.first, let second = theirs.first {
            if first.nanoseconds <= second.nanoseconds { add(mine.removeFirst()) } else { add(theirs.removeFirst()) }
        }
        for sample in mine { add(sample) }
        for sample in theirs { add(sample) }
        return LockTimes(
            samples: all, greatestNanoseconds: Swift.max(greatestNanoseconds, other.greatestNanoseconds))
    }
}

/// One lock of a machine, and what came to pass there.
public struct MeasuredLock: Sendable {
    /// The zone that the lock belongs to.
    public var zone: ZoneName
    /// The CPU whose list of the zone it guards; `nil`: the zone's own lock.
    public var cpu: CPUID?
    /// What came to pass there.
    public var statistics: LockStatistics
}

extension Machine {
    /// The zones' locks, in the order of zones; empty unless the machine measures locks. Complexity: O(zones × CPUs).
    public func zoneLockStatistics() -> [MeasuredLock] {
        zones.compactMap { zone in
            zone.value.areas.lock.recorder.map {
                MeasuredLock(zone: zone.value.zoneName, cpu: nil, statistics: $0.value.statistics())
            }
        }
    }

    /// The per-CPU lists' locks that were used, CPU by CPU; empty unless the machine measures locks.
    /// Complexity: O(zones × CPUs).
    public func perCPULockStatistics() -> [MeasuredLock] {
        var result: [MeasuredLock] = []
        for cpu in cpus {
            for place in 0..<cpu.value.pagesets.count {
                let pageset = cpu.value.pagesets[place]
                guard let recorder = pageset.value.lists.lock.recorder, recorder.value.isUsed else { continue }
                result.append(
                    MeasuredLock(
                        zone: pageset.value.zone.value.zoneName, cpu: cpu.value.id,
                        statistics: recorder.value.statistics()))
            }
        }
        return result
    }
}

extension Machine {
    /// Forgets what came to pass at the locks so far: what boot did, before work begins. At rest only.
    /// Complexity: O(zones × CPUs).
    public func resetLockStatistics() {
        for zone in zones { zone.value.areas.lock.recorder?.value.reset() }
        for cpu in cpus {
            for place in 0..<cpu.value.pagesets.count {
                cpu.value.pagesets[place].value.lists.lock.recorder?.value.reset()
            }
        }
    }
}

extension LockRecorder {
    fileprivate var isUsed: Bool {
        (0..<shares.count).contains { shares[$0].acquisitions.load() + shares[$0].refusals.load() > 0 }
    }

    borrowing func statistics() -> LockStatistics {
        var counts: [Int] = []
        var (contentions, refusals) = (0, 0)
        var (waits, holds, switchedWaits, switchedHolds) = (LockTimes(), LockTimes(), LockTimes(), LockTimes())
        for place in 0..<shares.count {
            counts.append(shares[place].acquisitions.load())
            contentions += shares[place].contentions.load()
            refusals += shares[place].refusals.load()
            waits = waits.merging(shares[place].waits.times())
            holds = holds.merging(shares[place].holds.times())
            switchedWaits = switchedWaits.merging(shares[place].switchedWaits.times())
            switchedHolds = switchedHolds.merging(shares[place].switchedHolds.times())
        }
        return LockStatistics(
            acquisitions: counts.reduce(0, +), contentions: contentions, refusals: refusals,
            handOvers: handOvers.load(), cpuBounces: cpuBounces.load(), nodeBounces: nodeBounces.load(),
            delayedHolds: delayedHolds.load(), preemptedHolds: preemptedHolds.load(), waits: waits, holds: holds,
            switchedWaits: switchedWaits, switchedHolds: switchedHolds,
            shares: counts,
            fairness: LockFairness(counts.prefix(sharesOfCPUs).filter { $0 > 0 }))
    }
}

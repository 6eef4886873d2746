import PhysicalMemory

/// What came to pass at one lock, or at several alike. *Kernel counterpart:* a class's lines in `/proc/lock_stat`.
public struct LockFigures: Sendable, Encodable {
    /// Nanoseconds, known to 6 %; `null` without any.
    public struct Times: Sendable, Encodable {
        public var count: Int
        @OrNull public var p50: Double?
        @OrNull public var p99: Double?
        @OrNull public var p999: Double?
        @OrNull public var max: Double?
        /// By powers of two, shortest first; only those that have some.
        public var buckets: [Bucket]

        /// Times that are shorter than this many nanoseconds, and no shorter than half as many.
        public struct Bucket: Sendable, Encodable {
            public var below: Int
            public var count: Int
        }

        init(_ times: LockTimes) {
            count = times.count
            buckets = times.samples.reduce(into: []) { buckets, sample in
                // The first holds everything below 1 ns, the last the longest that is told apart.
                let nanoseconds = UInt64(Swift.min(Swift.max(sample.nanoseconds, 0), 0x1p61))
                let below = 1 << (UInt64.bitWidth - nanoseconds.leadingZeroBitCount)
                if buckets.last?.below == below {
                    buckets[buckets.count - 1].count += sample.count
                } else {
                    buckets.append(Bucket(below: below, count: sample.count))
                }
            }
            let greatest = times.greatestNanoseconds
            func rounded(_ value: Double?) -> Double? {
                value.map { (Swift.min($0, greatest) * 10).rounded() / 10 }
            }
            p50 = rounded(times.percentile(50))
            p99 = rounded(times.percentile(99))
            p999 = rounded(times.percentile(99.9))
            max = count > 0 ? (greatest * 10).rounded() / 10 : nil
        }
    }

    /// How evenly the CPUs that took the lock shared it; of several locks, the least even one's.
    public struct Fairness: Sendable, Encodable {
        /// Jain's index: 1 if all got the same, 1/n if one got all.
        public var jain: Double
        /// The greatest and the least share, as parts of the whole.
        public var luckiest: Double
        public var unluckiest: Double

        init(_ fairness: LockFairness) {
            jain = fairness.jain
            luckiest = fairness.luckiest
            unluckiest = fairness.unluckiest
        }
    }

    public enum Kind: String, Sendable, Encodable {
        case zone
        case pcp
        case torture
    }

    public var kind: Kind
    @OrNull public var node: Int?
    @OrNull public var zone: String?
    /// The CPU whose lists the lock guards; `null`: the zone's lock, or the lists of several CPUs.
    @OrNull public var cpu: Int?
    public var acquisitions: Int
    /// Acquisitions that had to wait.
    public var contentions: Int
    /// Tries that found the lock taken and did without.
    public var refusals: Int
    /// Acquisitions by a waiter, to whom the lock went as soon as it was free.
    public var handOvers: Int
    /// Acquisitions by another CPU than the one before, and those from another node.
    public var cpuBounces: Int
    public var nodeBounces: Int
    /// Of the acquisitions that had to wait.
    public var waitNanoseconds: Times
    public var holdNanoseconds: Times
    /// Waits and holds in which the thread lost its CPU, which are not among the others.
    public var switchedWaitNanoseconds: Times
    public var switchedHoldNanoseconds: Times
    public var fairness: Fairness

    init(_ lock: MeasuredLock) {
        self.init(lock.cpu == nil ? .zone : .pcp, lock.statistics)
        node = lock.zone.node.rawValue
        zone = lock.zone.zone.kernelName
        cpu = lock.cpu?.rawValue
    }

    init(_ kind: Kind, _ statistics: LockStatistics) {
        self.kind = kind
        node = nil
        zone = nil
        cpu = nil
        acquisitions = statistics.acquisitions
        contentions = statistics.contentions
        refusals = statistics.refusals
        handOvers = statistics.handOvers
        cpuBounces = statistics.cpuBounces
        nodeBounces = statistics.nodeBounces
        waitNanoseconds = Times(statistics.waits)
        holdNanoseconds = Times(statistics.holds)
        switchedWaitNanoseconds = Times(statistics.switchedWaits)
        switchedHoldNanoseconds = Times(statistics.switchedHolds)
        fairness = Fairness(statistics.fairness)
    }
}

/// What came to pass at a machine's locks that were used: the zones', then the lists'.
struct MachineLockFigures {
    var locks: [LockFigures]
    /// At all zones' locks.
    var zoneWaits: LockTimes
    var delayedHolders: Int
    var preemptedHolders: Int

    init(_ machine: Machine) {
        let zones = machine.zoneLockStatistics().filter { $0.statistics.acquisitions > 0 }
        let all = zones + machine.perCPULockStatistics()
        locks = all.map(LockFigures.init)
        zoneWaits = zones.reduce(LockTimes()) { $0.merging($1.statistics.waits) }
        delayedHolders = all.reduce(0) { $0 + $1.statistics.delayedHolds }
        preemptedHolders = all.reduce(0) { $0 + $1.statistics.preemptedHolds }
    }
}

import PhysicalMemory

/// What `pgdat stress` found. Its JSON form is a contract: keys are only ever added.
public struct StressReport: Sendable, Encodable {
    /// Nanoseconds; `null` where nothing was measured.
    public struct Times: Sendable, Encodable {
        @OrNull public var p50: Double?
        @OrNull public var p99: Double?
        @OrNull public var max: Double?

        init(p50: Double? = nil, p99: Double? = nil, max: Double? = nil) {
            self.p50 = p50
            self.p99 = p99
            self.max = max
        }

        init(_ times: LockTimes) {
            let figures = LockFigures.Times(times)
            self.init(p50: figures.p50, p99: figures.p99, max: figures.max)
        }
    }

    /// What one thread did.
    public struct Thread: Sendable, Encodable {
        public var cpu: Int
        public var node: Int
        public var hostCPU: Int
        public var operations: Int
        public var zoneLockAcquisitions: Int
        public var zoneLockContentions: Int
        /// `null`: the thread tortured a lock.
        @OrNull public var pairNanoseconds: RunReport.PairTimes?
        /// Times that the host's scheduler took the CPU away.
        public var involuntaryContextSwitches: Int
    }

    /// One combination of lock, list sizes and threads.
    public struct Point: Sendable, Encodable {
        public var lock: String
        public var cpus: Int
        /// More threads than CPUs of the host.
        public var oversubscribed: Bool
        @OrNull public var pcpBatch: Int?
        @OrNull public var pcpHigh: Int?
        public var seconds: Double
        /// Allocations and frees; of a torture, acquisitions.
        public var operations: Int
        public var operationsPerSecond: Double
        /// Jain's index of the threads' operations: from 1 divided by their number (one has all) to 1 (all alike).
        public var fairness: Double
        /// The luckiest and the unluckiest thread's operations, as parts of what an equal share would be.
        public var luckiestShare: Double
        public var unluckiestShare: Double
        /// Of acquisitions of the zones' locks that had to wait; of a torture, of all.
        public var lockWaitNanoseconds = Times()
        /// Sampled pairs of an allocation and a free, over all threads: the median and the worst of their percentiles.
        public var pairNanoseconds = Times()
        public var zoneLockAcquisitions = 0
        public var zoneLockContentions = 0
        public var refills = 0
        public var drains = 0
        public var mischief = RunReport.MischiefFigures.none
        public var threads: [Thread]
        /// The locks that were used, one by one; empty if they were not measured.
        public var locks: [LockFigures] = []
        public var audit = RunReport.AuditFigures()
        public var errors: [String] = []
    }

    public struct Plant: Sendable, Encodable {
        public var fault: String
        /// The checks found it.
        public var caught: Bool
    }

    /// A cache line's way from one CPU of the host to another and back, at the begin and at the end.
    public struct RoundTrip: Sendable, Encodable {
        public var cpus: [Int]
        @OrNull public var before: Double?
        @OrNull public var after: Double?
    }

    /// The lock's name, or `all` if there were several.
    public var lock: String
    public var machine: RunReport.MachineFigures
    public var workload: String
    public var seed: UInt64
    /// CPUs of the machine at work; of several points, the most.
    public var cpus: Int
    /// All points together.
    public var seconds = 0.0
    public var operations = 0
    public var operationsPerSecond = 0.0
    /// The least of all points.
    public var fairness = 1.0
    /// The worst of all points.
    public var lockWaitNanoseconds = Times()
    /// The sums over all points, each with every block still held.
    public var audit = RunReport.AuditFigures()
    public var errors: [String] = []
    public var interrupted = false
    public var oversubscribed = false
    /// What was looked after while it ran.
    public var checks: [String] = []
    @OrNull public var plant: Plant?
    @OrNull public var roundTripNanoseconds: RoundTrip?
    public var points: [Point] = []
    /// What these figures cannot show, and what a reader should know.
    public var notes: [String] = []

    init(machine: RunReport.MachineFigures, plan: StressPlan) {
        self.machine = machine
        let options = plan.options
        lock = options.locks.count == 1 ? options.locks[0].rawValue : "all"
        workload = options.torture.map { "torture-\($0.target.rawValue)" } ?? options.run.drive.workload.rawValue
        seed = options.run.drive.seed
        cpus = plan.points.map(\.threads).max() ?? 0
    }

    /// Acquisitions of the zones' locks for each operation.
    var zoneLockTraffic: Double {
        operations > 0 ? Double(points.reduce(0) { $0 + $1.zoneLockAcquisitions }) / Double(operations) : 0
    }

    /// A lock alone, without an allocator.
    public var isTorture: Bool { workload.hasPrefix("torture") }

    /// No check failed.
    public var isSound: Bool { errors.isEmpty }

    mutating func add(_ point: Point, label: String?) {
        points.append(point)
        seconds += point.seconds
        operations += point.operations
        operationsPerSecond = seconds > 0 ? Double(operations) / seconds : 0
        fairness = min(fairness, point.fairness)
        lockWaitNanoseconds.keepWorst(point.lockWaitNanoseconds)
        audit.add(point.audit)
        oversubscribed = oversubscribed || point.oversubscribed
        errors += point.errors.map { error in label.map { "\($0): \(error)" } ?? error }
    }
}

extension StressReport.Times {
    mutating func keepWorst(_ other: Self) {
        func worst(_ a: Double?, _ b: Double?) -> Double? { a.map { Swift.max($0, b ?? $0) } ?? b }
        p50 = worst(p50, other.p50)
        p99 = worst(p99, other.p99)
        max = worst(max, other.max)
    }
}

extension RunReport.AuditFigures {
    mutating func add(_ other: Self) {
        frames += other.frames
        free += other.free
        pcp += other.pcp
        allocated += other.allocated
        reserved += other.reserved
        lost += other.lost
        duplicated += other.duplicated
        problems += other.problems
    }
}

extension StressReport.Point {
    /// The part that a torture has, too.
    init(
        _ point: StressPlan.Point, workers: [HostAssignment.CPU], counts: [Int], switches: [Int], seconds: Double
    ) {
        lock = point.lock.rawValue
        cpus = workers.count
        oversubscribed = point.isOversubscribed
        pcpBatch = point.batch
        pcpHigh = point.high
        self.seconds = seconds
        operations = counts.reduce(0, +)
        operationsPerSecond = seconds > 0 ? Double(operations) / seconds : 0
        let evenness = LockFairness(counts)
        fairness = evenness.jain
        luckiestShare = evenness.luckiest * Double(counts.count)
        unluckiestShare = evenness.unluckiest * Double(counts.count)
        threads = workers.indices.map {
            StressReport.Thread(
                cpu: workers[$0].cpu.rawValue, node: workers[$0].node.rawValue, hostCPU: workers[$0].hostCPU.rawValue,
                operations: counts[$0], zoneLockAcquisitions: 0, zoneLockContentions: 0, pairNanoseconds: nil,
                involuntaryContextSwitches: switches[$0])
        }
    }

    init(_ point: StressPlan.Point, workers: [HostAssignment.CPU], _ run: RunReport) {
        self.init(
            point, workers: workers, counts: run.cpus.map(\.operations),
            switches: run.cpus.map(\.involuntaryContextSwitches), seconds: run.seconds)
        for (place, cpu) in run.cpus.enumerated() {
            threads[place].zoneLockAcquisitions = cpu.zoneLockAcquisitions
            threads[place].zoneLockContentions = cpu.zoneLockContentions
            threads[place].pairNanoseconds = cpu.pairNanoseconds
        }
        let medians = run.cpus.compactMap(\.pairNanoseconds.p50).sorted()
        pairNanoseconds = .init(
            p50: medians.isEmpty ? nil : medians[medians.count / 2],
            p99: run.cpus.compactMap(\.pairNanoseconds.p99).max(),
            max: run.cpus.compactMap(\.pairNanoseconds.max).max())
        zoneLockAcquisitions = run.cpus.reduce(0) { $0 + $1.zoneLockAcquisitions }
        zoneLockContentions = run.cpus.reduce(0) { $0 + $1.zoneLockContentions }
        refills = run.cpus.reduce(0) { $0 + $1.refills }
        drains = run.cpus.reduce(0) { $0 + $1.drains }
        mischief = run.mischief
        audit = run.audit
        errors = run.findings
    }
}

extension RunReport {
    /// All that must not be, one sentence each.
    var findings: [String] {
        var result: [String] = []
        for fault in faults where !result.contains(fault) { result.append(fault) }
        for (audit, when) in [(audit, "audit"), (auditAfterRelease, "audit after all was freed")] {
            if audit.lost != 0 { result.append("\(when): \(audit.lost) frames lost") }
            if audit.duplicated != 0 { result.append("\(when): \(audit.duplicated) frames in two places") }
            result += audit.problems.map { "\(when): \($0)" }
        }
        if auditAfterRelease.allocated != 0 {
            result.append("audit after all was freed: \(auditAfterRelease.allocated) frames still held")
        }
        return result
    }
}

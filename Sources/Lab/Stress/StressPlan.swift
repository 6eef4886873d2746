import HostNUMA
import KernelFormats
import PhysicalMemory

/// The points of a stress run, each known to be possible.
public struct StressPlan: Sendable {
    /// One combination of lock, list sizes and threads.
    public struct Point: Hashable, Sendable {
        public var lock: LockAlgorithm
        public var threads: Int
        /// Values of `pcp.batch` and `pcp.high`; `nil`: the machine's own.
        public var batch: Int?
        public var high: Int?
        /// More threads than CPUs of the host: the host's scheduler interrupts them, inside a lock, too.
        public var isOversubscribed: Bool
    }

    public let host: Host
    public let options: StressOptions
    public let points: [Point]
    /// The CPUs of the host that threads are pinned to.
    public let hostCPUs: [HostCPU]
    /// The machine; of a scaling run, with as many CPUs as the largest point needs.
    let layout: MachineLayout
    /// CPUs that were added to the machine for that.
    let addedCPUs: Int
    /// In the order in which threads are added: CPUs of the host that have none yet come first.
    private let cpus: [HostAssignment.CPU]
    private let standsForHost: Bool

    /// Throws ``RunError`` if a point is not possible.
    public init(_ full: MachineLayout, on host: Host, options: StressOptions) throws(RunError) {
        self.host = host
        self.options = options
        let hostCount = max(1, host.topology.cpus.count)
        var least = 0
        if options.run.cpus == nil {
            if options.isScale && options.threads == nil { least = 2 * hostCount }
            // A tortured lock has no machine around it that would have to hold the threads.
            if options.torture != nil, let threads = options.threads {
                guard threads <= LockTortureSettings.threadLimit else {
                    throw .tooManyThreads(threads, most: LockTortureSettings.threadLimit)
                }
                least = threads
            }
        }
        layout = full.widened(to: least)
        addedCPUs = layout.onlineCPUCount - full.onlineCPUCount
        standsForHost = options.run.standsForHost && layout == full
        var assignment = HostAssignment(layout, host, isHost: standsForHost)
        if let wanted = options.run.cpus {
            let known = Set(layout.nodes.flatMap(\.cpus))
            if let missing = wanted.first(where: { !known.contains($0) }) { throw .noSuchCPU(missing) }
            assignment.keepCPUs { wanted.contains($0.cpu) }
        }
        if let nodes = options.run.nodes { assignment.keepCPUs { nodes.contains($0.node) } }
        guard !assignment.cpus.isEmpty else { throw .noCPU }
        hostCPUs = Set(assignment.cpus.map(\.hostCPU)).sorted()
        cpus = Self.order(assignment.cpus)
        let distinct = hostCPUs.count
        // A tortured lock unasked gets as many threads as can run at once.
        let usual = options.isScale ? min(cpus.count, 2 * distinct) : options.torture != nil ? distinct : cpus.count
        let greatest = options.threads ?? usual
        guard (1...cpus.count).contains(greatest) else { throw .tooManyThreads(greatest, most: cpus.count) }
        let counts = options.isScale ? Self.scale(to: greatest, hostCPUs: distinct) : [greatest]
        var points: [Point] = []
        for lock in options.locks {
            for batch in options.batches.isEmpty ? [nil] : options.batches.map(Optional.init) {
                for high in options.highs.isEmpty ? [nil] : options.highs.map(Optional.init) {
                    for threads in counts {
                        points.append(
                            Point(
                                lock: lock, threads: threads, batch: batch, high: high,
                                isOversubscribed: threads > distinct))
                    }
                }
            }
        }
        self.points = points
        if options.torture == nil {
            for point in points { _ = try plan(of: point) }
        }
    }

    /// Powers of two up to the host's CPUs, these, and then what is beyond.
    static func scale(to greatest: Int, hostCPUs: Int) -> [Int] {
        var counts: Set<Int> = [greatest, min(greatest, hostCPUs)]
        var count = 1
        while count <= min(greatest, hostCPUs) {
            counts.insert(count)
            count *= 2
        }
        return counts.sorted()
    }

    private static func order(_ cpus: [HostAssignment.CPU]) -> [HostAssignment.CPU] {
        var seen: [HostCPU: Int] = [:]
        var turns: [(turn: Int, cpu: HostAssignment.CPU)] = []
        for cpu in cpus {
            turns.append((seen[cpu.hostCPU, default: 0], cpu))
            seen[cpu.hostCPU, default: 0] += 1
        }
        return turns.sorted { ($0.turn, $0.cpu.cpu) < ($1.turn, $1.cpu.cpu) }.map(\.cpu)
    }

    /// Who the threads of a point act as.
    func workers(of point: Point) -> [HostAssignment.CPU] { Array(cpus.prefix(point.threads)) }

    /// The run that a point is.
    func plan(of point: Point) throws(RunError) -> RunPlan {
        var run = options.run
        run.lock = point.lock
        run.standsForHost = standsForHost
        run.measuresLocks = options.measuresLocks
        run.cpus = workers(of: point).map(\.cpu).sorted()
        var layout = layout
        if let batch = point.batch { layout.tuning.pcpBatch = batch }
        if let high = point.high {
            layout.tuning.pcpHighMin = high
            layout.tuning.pcpHighMax = high
        }
        return try RunPlan(layout.retuned(), on: host, options: run)
    }

    /// Nodes of the machine with memory or CPUs at work.
    public var nodeCount: Int {
        let cpus = Set(cpus.map(\.cpu))
        return layout.nodes.count { $0.presentPages > 0 || !cpus.isDisjoint(with: $0.cpus) }
    }

    /// What will happen, for people, before it does.
    public var announcement: String {
        guard let first = points.first else { return "nothing to do" }
        let run = options.run
        let length = run.operations.map { "\(Text.count($0)) operations" } ?? "\(Text.decimal(run.seconds ?? 0)) s"
        let what = options.torture.map { "torture of the lock (\($0.target.rawValue))" } ?? run.drive.workload.rawValue
        var text = "\(PrintableText.escaped(layout.name, isOneLine: true)): \(what), lock "
        text += options.locks.count == 1 ? first.lock.rawValue : "by turns \(options.locks.count)"
        let threads = Set(points.map(\.threads)).sorted()
        text += ", \(Text.list(threads)) thread\(threads == [1] ? "" : "s") "
        text += "on this host's CPU \(Text.list(hostCPUs.map(\.rawValue)))"
        text += points.count == 1 ? ", for \(length)" : "; \(points.count) points of \(length) each"
        return text + "."
    }
}

extension MachineLayout {
    /// The machine with more CPUs, dealt out to its nodes in turn, so that it has `count` of them.
    func widened(to count: Int) -> MachineLayout {
        let present = nodes.flatMap(\.cpus)
        guard present.count < count, var next = present.max()?.rawValue else { return self }
        var wide = self
        let places = nodes.indices.filter { !nodes[$0].cpus.isEmpty }
        for turn in 0..<count - present.count where next + 1 < CPUID.limit {
            next += 1
            wide.nodes[places[turn % places.count]].cpus.append(CPUID(next))
        }
        return wide.retuned()
    }
}

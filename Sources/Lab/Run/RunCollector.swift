import HostNUMA
import Histogram
import PhysicalMemory

/// Gathers a run's report from its parts.
struct RunCollector {
    let plan: RunPlan
    let machine: Machine
    let elapsed: Double
    let audit: Audit
    var auditAfterRelease: Audit?
    var statuses: [ZoneStatus] = []
    var faults: [String] = []
    var departures = DepartureFigures()
    var kswapd: [(node: NodeID, figures: (runs: Int, boostPages: PageCount))] = []
    private var cpus: [RunReport.CPU] = []
    private var reports: [DriverReport] = []
    private var numaStats: [NodeID: NUMAStat] = [:]
    private var placement = RunReport.Placement(bound: false, reason: "the machine has no memory behind its frames")
    private var notes: [String] = []

    /// `audit`: with everything still held.
    init(plan: RunPlan, machine: Machine, elapsed: Double, audit: Audit) {
        self.audit = audit
        self.plan = plan
        self.machine = machine
        self.elapsed = elapsed
        notes = plan.notes
    }

    mutating func addFigures(_ outcomes: [CPUOutcome], _ executors: [PinnedExecutor]) {
        for node in plan.layout.nodes { numaStats[node.id] = machine.numaStat(of: node.id) }
        for (place, outcome) in outcomes.enumerated() {
            guard let report = outcome.report else { continue }
            let assigned = plan.assignment.cpus[place]
            let executor = executors[place]
            reports.append(report)
            faults += report.faults.map(\.description)
            cpus.append(
                RunReport.CPU(
                    cpu: assigned.cpu.rawValue, node: assigned.node.rawValue, hostCPU: assigned.hostCPU.rawValue,
                    observedCPUs: executor.observedCPUs.map(\.rawValue), isPinned: executor.pinning.isPinned,
                    operations: report.operations, allocations: report.allocations, frees: report.frees,
                    failedAllocations: report.failures, pairNanoseconds: RunReport.PairTimes(report),
                    pcpHits: report.pcpHits, refills: report.refills, drains: report.drains,
                    zoneLockAcquisitions: report.zoneLockAcquisitions,
                    zoneLockContentions: report.zoneLockContentions, fallbacks: report.fallbacks,
                    handedOver: report.handedOver, taskMoves: report.tasksGiven,
                    involuntaryContextSwitches: outcome.involuntarySwitches))
        }
    }

    mutating func addPlacement(_ backing: Backing, _ machine: Machine) throws(HostError) {
        let placements = try backing.placements()
        let isBound = backing.zones.allSatisfy { $0.way == .bound }
        var reason: String?
        if !isBound {
            let ways = Set(backing.zones.filter { $0.way != .bound }.map { "\($0.way)" }).sorted()
            reason = ways.joined(separator: ", ")
            if case .refused(let why) = plan.host.binding.mbind { reason = "\(reason ?? ""): \(why)" }
        }
        placement = RunReport.Placement(bound: isBound, reason: reason)
        placement.checkedPages = placements.reduce(0) { $0 + $1.checkedPages }
        placement.onExpectedNode = placements.reduce(0) { $0 + $1.onExpectedNode }
        placement.methods = Set(placements.map(\.method.rawValue)).sorted()
        placement.ways = Set(backing.zones.map { "\($0.way)" }).sorted()
        placement.hugePageBytes = try backing.hugePageBytes()
        placement.backedBytes = plan.backedBytes.rawValue
        for node in plan.layout.nodes {
            guard let expected = plan.assignment.nodes[node.id] else { continue }
            for range in node.zones.flatMap(\.managedRanges) {
                let pages = machine.pages(of: range)
                guard let start = pages.baseAddress else { continue }
                let found = try Placement(
                    of: UnsafeMutableRawPointer(mutating: start), byteCount: pages.count, expected: expected,
                    samples: 16)
                guard found.method == .movePages || found.method == .getMempolicy else { continue }
                placement.framesMetadata.checkedPages += found.checkedPages
                placement.framesMetadata.onExpectedNode += found.onExpectedNode
            }
        }
    }

    func report() -> RunReport {
        let layout = plan.layout
        var report = RunReport(
            machine: .init(
                name: layout.name, nodes: layout.nodes.count, cpus: layout.nodes.reduce(0) { $0 + $1.cpus.count },
                frames: audit.frames.rawValue, pageSize: layout.pageSize.rawValue))
        report.workload = plan.options.drive.workload.rawValue
        report.seed = plan.options.drive.seed
        report.seconds = elapsed
        report.cpus = cpus
        report.nodes = layout.nodes.map(figures)
        report.zones = statuses.map(RunReport.Zone.init)
        report.placement = placement
        report.audit = RunReport.AuditFigures(audit)
        report.auditAfterRelease = auditAfterRelease.map(RunReport.AuditFigures.init) ?? report.audit
        report.locality = .init(
            heldFrames: reports.reduce(0) { $0 + $1.heldFrames },
            localWhenAllocated: reports.reduce(0) { $0 + $1.localWhenAllocated },
            localNow: reports.reduce(0) { $0 + $1.localNow },
            taskMoves: reports.reduce(0) { $0 + $1.tasksGiven })
        report.oversubscribed = plan.assignment.isOversubscribed
        report.faults = faults
        report.notes = notes
        report.mischief = RunReport.MischiefFigures(reports, departures)
        return report
    }

    private func figures(of node: NodeLayout) -> RunReport.Node {
        var managed = PageCount.zero
        for zone in node.zones { managed = managed + zone.managedPages }
        var figures = RunReport.Node(
            id: node.id.rawValue, hostNode: plan.assignment.nodes[node.id]?.rawValue, cpus: node.cpus.map(\.rawValue),
            presentPages: node.presentPages.rawValue, managedPages: managed.rawValue,
            numastat: numaStats[node.id] ?? NUMAStat())
        if let daemon = kswapd.first(where: { $0.node == node.id }) {
            figures.kswapd = .init(
                wakeups: machine.kswapdRequest(of: node.id)?.wakeups ?? 0, runs: daemon.figures.runs,
                boostPagesTakenBack: daemon.figures.boostPages.rawValue)
        }
        return figures
    }
}

extension RunReport.PairTimes {
    /// Percentiles of a CPU's sampled pairs, in nanoseconds to a tenth; all absent without samples.
    init(_ report: DriverReport) {
        var histogram = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
        var count = 0
        for sample in report.pairs {
            _ = histogram.record(UInt64(min(sample.nanoseconds * 10, 1e15)), count: UInt64(sample.count))
            count += sample.count
        }
        self.init(samples: count, counterCost: (report.counterNanoseconds * 100).rounded() / 100)
        guard count > 0 else { return }
        let greatest = (report.greatestPairNanoseconds * 10).rounded() / 10
        p50 = Swift.min(Double(histogram.valueAtPercentile(50)) / 10, greatest)
        p99 = Swift.min(Double(histogram.valueAtPercentile(99)) / 10, greatest)
        max = greatest
    }
}

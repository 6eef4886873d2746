import Lab
import PhysicalMemory

/// A stress report for people.
struct StressText {
    private(set) var text = ""
    private let report: StressReport
    private let style: TextStyle

    init(_ report: StressReport, style: TextStyle) {
        self.report = report
        self.style = style
        addHeading()
        if report.points.count == 1 {
            addThreads(report.points[0])
            addLocks(report.points[0])
        } else {
            addPoints()
            if Set(report.points.map(\.cpus)).count > 1 { addBars() }
        }
        addMischief()
        addVerdicts()
        addNotes()
    }

    private var isTorture: Bool { report.isTorture }

    private mutating func line(_ words: String = "") { text += words + "\n" }

    private mutating func addTable(_ rows: [[String]]) {
        text += TextTable(rows: rows).text(style)
    }

    private mutating func addHeading() {
        let machine = report.machine
        line(
            style.bold("stress") + "  \(report.workload) on \(machine.name): \(machine.nodes) "
                + "node\(machine.nodes == 1 ? "" : "s"), \(machine.cpus) CPUs; lock \(report.lock), "
                + "up to \(report.cpus) thread\(report.cpus == 1 ? "" : "s"), seed \(report.seed)")
        line(
            "  \(Text.count(report.operations)) operations in \(Text.decimal(report.seconds)) s, "
                + "\(Text.count(Int(report.operationsPerSecond))) a second; fairness \(Self.fairness(report.fairness))")
        if let trip = report.roundTripNanoseconds {
            line(
                "  a cache line from CPU \(trip.cpus[0]) to CPU \(trip.cpus[1]) and back: "
                    + "\(Self.number(trip.before)) ns before, \(Self.number(trip.after)) ns after")
        }
        line()
    }

    private mutating func addThreads(_ point: StressReport.Point) {
        var rows = [
            isTorture
                ? ["thread of CPU", "node", "host CPU", "acquisitions", "switches"]
                : [
                    "CPU", "node", "host CPU", "operations", "p50 ns", "p99 ns", "max ns", "locks", "contended",
                    "switches",
                ]
        ]
        for thread in point.threads {
            var row = [
                String(thread.cpu), String(thread.node), String(thread.hostCPU), Text.count(thread.operations),
            ]
            if !isTorture {
                let times = thread.pairNanoseconds
                row += [
                    Self.number(times?.p50), Self.number(times?.p99), Self.number(times?.max),
                    Text.count(thread.zoneLockAcquisitions), Text.count(thread.zoneLockContentions),
                ]
            }
            rows.append(row + [String(thread.involuntaryContextSwitches)])
        }
        addTable(rows)
        let pairs = isTorture ? "" : "ns: one allocation and its free, sampled; "
        line("  \(pairs)switches: times that the host took the CPU away")
        line()
    }

    /// The zones' locks, and of the lists' locks those that were fought for most: who took them, and for how long.
    private mutating func addLocks(_ point: StressReport.Point) {
        guard !point.locks.isEmpty else { return }
        let fought = point.locks.filter { $0.kind == .pcp }.sorted {
            $0.contentions + $0.refusals > $1.contentions + $1.refusals
        }
        let shown = point.locks.filter { $0.kind != .pcp } + fought.prefix(Self.listLocksShown)
        addTable(
            [
                [
                    "lock", "taken", "waited", "refused", "hand-overs", "CPU bounces", "node bounces", "luckiest",
                    "unluckiest", "Jain",
                ]
            ]
                + shown.map { lock in
                    [
                        Self.name(lock), Text.count(lock.acquisitions), Text.count(lock.contentions),
                        Text.count(lock.refusals), Text.count(lock.handOvers), Text.count(lock.cpuBounces),
                        Text.count(lock.nodeBounces), Self.percent(lock.fairness.luckiest),
                        Self.percent(lock.fairness.unluckiest), Self.fairness(lock.fairness.jain),
                    ]
                })
        let hidden = fought.count - min(fought.count, Self.listLocksShown)
        if hidden > 0 { line("  \(hidden) more pcp lock\(hidden == 1 ? "" : "s"), fought for less: --json has all") }
        line(
            "  hand-overs: to a waiter; refused: tries that did without; luckiest, unluckiest: shares of what was taken"
        )
        line()
        addTable(
            [
                [
                    "lock", "wait p50 ns", "p99", "p99.9", "max", "hold p50 ns", "p99", "p99.9", "max",
                    "switched waits", "holds",
                ]
            ]
                + shown.map { lock in
                    let (waits, holds) = (lock.waitNanoseconds, lock.holdNanoseconds)
                    return [
                        Self.name(lock), Self.number(waits.p50), Self.number(waits.p99), Self.number(waits.p999),
                        Self.number(waits.max), Self.number(holds.p50), Self.number(holds.p99),
                        Self.number(holds.p999), Self.number(holds.max), Text.count(lock.switchedWaitNanoseconds.count),
                        Text.count(lock.switchedHoldNanoseconds.count),
                    ]
                })
        line("  switched: waits and holds in which the thread lost its CPU, which are not among the others")
        line()
    }

    private static var listLocksShown: Int { 8 }

    private static func name(_ lock: LockFigures) -> String {
        switch lock.kind {
        case .torture: "tortured"
        case .zone: "node \(lock.node ?? 0) \(lock.zone ?? "")"
        case .pcp: "pcp of CPU \(lock.cpu ?? 0), node \(lock.node ?? 0) \(lock.zone ?? "")"
        }
    }

    /// Throughput and tail latency by lock and threads, as bars; threads beyond the host's CPUs have a scale of their
    /// own.
    private mutating func addBars() {
        for isCrowded in [false, true] {
            let points = report.points.filter { $0.oversubscribed == isCrowded }
            let crowd = isCrowded ? ", more threads than CPUs" : ""
            addBars("\(isTorture ? "acquisitions" : "operations") a second\(crowd)", points, \.operationsPerSecond) {
                Text.count(Int($0))
            }
            let waits = isTorture ? "ns from asking for the lock to having it" : "ns of waiting for the lock"
            addBars("\(waits), not exceeded in 99 %\(crowd)", points, \.lockWaitNanoseconds.p99, Text.decimal)
        }
    }

    private mutating func addBars(
        _ title: String, _ points: [StressReport.Point], _ value: (StressReport.Point) -> Double?,
        _ words: (Double) -> String
    ) {
        let greatest = points.compactMap(value).max() ?? 0
        guard greatest > 0 else { return }
        line(style.bold(title))
        var last = ""
        for point in points {
            let label = Text.left(point.lock == last ? "" : point.lock, 8)
            last = point.lock
            let number = value(point)
            let bar = String(repeating: "█", count: Int(((number ?? 0) / greatest * 40).rounded()))
            let threads = Text.right(String(point.cpus), 4) + (point.oversubscribed ? "*" : " ")
            line("  \(label)\(threads) \(style.cyan(bar)) \(number.map(words) ?? "-")")
        }
        line()
    }

    private mutating func addPoints() {
        let hasBatch = report.points.contains { $0.pcpBatch != nil }
        let hasHigh = report.points.contains { $0.pcpHigh != nil }
        var heading = ["lock", "threads"]
        if hasBatch { heading.append("pcp.batch") }
        if hasHigh { heading.append("pcp.high") }
        heading += [isTorture ? "acquisitions/s" : "operations/s", "fairness"]
        if !isTorture { heading += ["pair p50 ns", "p99"] }
        heading += ["wait p50 ns", "p99", "max"]
        if !isTorture { heading += ["locks", "contended"] }
        var rows = [heading]
        for point in report.points {
            var row = [point.lock, String(point.cpus) + (point.oversubscribed ? "*" : "")]
            if hasBatch { row.append(point.pcpBatch.map(String.init) ?? "-") }
            if hasHigh { row.append(point.pcpHigh.map(String.init) ?? "-") }
            row += [Text.count(Int(point.operationsPerSecond)), Self.fairness(point.fairness)]
            if !isTorture { row += [Self.number(point.pairNanoseconds.p50), Self.number(point.pairNanoseconds.p99)] }
            let waits = point.lockWaitNanoseconds
            row += [Self.number(waits.p50), Self.number(waits.p99), Self.number(waits.max)]
            if !isTorture { row += [Text.count(point.zoneLockAcquisitions), Text.count(point.zoneLockContentions)] }
            rows.append(row)
        }
        addTable(rows)
        if report.oversubscribed { line("  *: more threads than CPUs of this host") }
        line()
    }

    private mutating func addMischief() {
        var counts = RunReport.MischiefFigures.none
        for point in report.points { counts.add(point.mischief) }
        let words = [
            (counts.wrongCPUFrees, "frees on another CPU"), (counts.drainsOfOthers, "drains"),
            (counts.failedAllocations, "allocations failed on purpose"), (counts.delayedHolders, "holders delayed"),
            (counts.preemptedHolders, "holders preempted"),
            (counts.departures.cpuDepartures, "CPUs went and came back"),
            (counts.departures.nodeDepartures, "nodes went and came back"),
            (counts.departures.isolatedPageblocks, "pageblocks isolated meanwhile"),
        ].filter { $0.0 > 0 }.map { "\(Text.count($0.0)) \($0.1)" }
        guard !words.isEmpty else { return }
        line(style.bold("disturbed") + "  " + words.joined(separator: ", "))
    }

    private mutating func addVerdicts() {
        let audit = report.audit
        let verdict = report.isSound ? style.green("clean") : style.red("NOT CLEAN")
        line(
            audit.frames == 0
                ? style.bold("lock") + "  \(verdict)"
                : style.bold("audit")
                    + "  \(verdict): \(audit.frames) frames = \(audit.free) free + \(audit.pcp) pcp + "
                    + "\(audit.allocated) allocated + \(audit.reserved) reserved + \(audit.lost) lost; "
                    + "\(audit.duplicated) duplicated")
        if let plant = report.plant {
            line(
                style.bold("planted") + "  \(plant.fault): "
                    + (plant.caught ? style.green("found by the checks") : style.red("NOT FOUND")))
        }
        for error in report.errors { line("  " + style.red(error)) }
        line(style.bold("checked") + "  " + report.checks.joined(separator: "; "))
    }

    private mutating func addNotes() {
        if report.interrupted { line(style.yellow("interrupted: this is what was done until then")) }
        for note in report.notes { line(style.dim("note: \(note)")) }
    }

    static func number(_ value: Double?) -> String { value.map(Text.decimal) ?? "-" }
    private static func percent(_ part: Double) -> String { Text.decimal(part * 100) + " %" }
    static func fairness(_ value: Double) -> String { Text.decimal((value * 1000).rounded() / 1000) }
}

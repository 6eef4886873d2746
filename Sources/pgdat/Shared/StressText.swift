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
        if report.points.count == 1 { addThreads(report.points[0]) } else { addPoints() }
        addMischief()
        addVerdicts()
        addNotes()
    }

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
            ["CPU", "node", "host CPU", "operations", "p50 ns", "p99 ns", "max ns", "locks", "contended", "switches"]
        ]
        for thread in point.threads {
            let times = thread.pairNanoseconds
            rows.append([
                String(thread.cpu), String(thread.node), String(thread.hostCPU), Text.count(thread.operations),
                Self.number(times.p50), Self.number(times.p99), Self.number(times.max),
                Text.count(thread.zoneLockAcquisitions), Text.count(thread.zoneLockContentions),
                String(thread.involuntaryContextSwitches),
            ])
        }
        addTable(rows)
        line("  ns: one allocation and its free, sampled; switches: times that the host took the CPU away")
        line()
    }

    private mutating func addPoints() {
        let hasBatch = report.points.contains { $0.pcpBatch != nil }
        let hasHigh = report.points.contains { $0.pcpHigh != nil }
        var heading = ["lock", "threads"]
        if hasBatch { heading.append("pcp.batch") }
        if hasHigh { heading.append("pcp.high") }
        heading += [
            "operations/s", "fairness", "pair p50 ns", "p99", "wait p50 ns", "p99", "max", "locks", "contended",
        ]
        var rows = [heading]
        for point in report.points {
            var row = [point.lock, String(point.cpus) + (point.oversubscribed ? "*" : "")]
            if hasBatch { row.append(point.pcpBatch.map(String.init) ?? "-") }
            if hasHigh { row.append(point.pcpHigh.map(String.init) ?? "-") }
            row += [
                Text.count(Int(point.operationsPerSecond)), Self.fairness(point.fairness),
                Self.number(point.pairNanoseconds.p50), Self.number(point.pairNanoseconds.p99),
                Self.number(point.lockWaitNanoseconds.p50), Self.number(point.lockWaitNanoseconds.p99),
                Self.number(point.lockWaitNanoseconds.max), Text.count(point.zoneLockAcquisitions),
                Text.count(point.zoneLockContentions),
            ]
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
            style.bold("audit") + "  \(verdict): \(audit.frames) frames = \(audit.free) free + \(audit.pcp) pcp + "
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
    static func fairness(_ value: Double) -> String { Text.decimal((value * 1000).rounded() / 1000) }
}

/// A stress report as one page that needs nothing else: charts, and the same figures in tables.
public struct StressPage {
    public private(set) var html = ""
    private let report: StressReport

    public init(_ report: StressReport) {
        self.report = report
        html = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        html += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        html +=
            "<title>pgdat stress: \(HTML.escaped(report.machine.name))</title><style>\(Self.style)</style></head><body>"
        addHeading()
        addCharts()
        addPoints()
        addLocks()
        addNotes()
        html += "</body></html>\n"
    }

    private static let style = """
        :root{color-scheme:light dark;--ink:#1c2024;--dim:#5b6470;--paper:#fff;--line:#d4d9df;--good:#18794e;\
        --bad:#c62a2f;--c0:#0b68cb;--c1:#c2410c;--c2:#18794e;--c3:#8e3bb5;--c4:#946800;--c5:#0f766e;--c6:#be185d;\
        --c7:#5b6470}
        @media(prefers-color-scheme:dark){:root{--ink:#e8eaed;--dim:#9aa4b0;--paper:#15181c;--line:#363c44;\
        --good:#4cc38a;--bad:#ff6369;--c0:#6cb6ff;--c1:#ff9f5a;--c2:#4cc38a;--c3:#d08cf0;--c4:#e5c04b;--c5:#4fd1c5;\
        --c6:#f58ab8;--c7:#9aa4b0}}
        body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);margin:2rem auto;\
        max-width:70rem;padding:0 1rem}
        h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}p,li{max-width:48rem}
        table{border-collapse:collapse;font-variant-numeric:tabular-nums}.wide{overflow-x:auto}
        th,td{padding:.2rem .7rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
        th:first-child,td:first-child{text-align:left}th{font-weight:600;color:var(--dim)}
        .good{color:var(--good)}.bad{color:var(--bad)}.dim{color:var(--dim)}
        svg{max-width:100%;height:auto;display:block}svg text{fill:var(--ink);font:12px system-ui,sans-serif}
        .charts{display:flex;flex-wrap:wrap;gap:1.5rem}
        """

    private static func number(_ value: Double?) -> String { value.map(Text.decimal) ?? "–" }

    private mutating func addHeading() {
        let machine = report.machine
        html += "<h1>pgdat stress: \(HTML.escaped(report.workload)) on \(HTML.escaped(machine.name))</h1>"
        html +=
            "<p>\(machine.nodes) node\(machine.nodes == 1 ? "" : "s"), \(machine.cpus) CPUs, lock \(report.lock), seed \(report.seed): "
        html += "\(Text.count(report.operations)) operations in \(Text.decimal(report.seconds)) s. "
        if let trip = report.roundTripNanoseconds {
            html += "A cache line went from CPU \(trip.cpus[0]) to CPU \(trip.cpus[1]) and back in "
            html += "\(Self.number(trip.before)) ns before and \(Self.number(trip.after)) ns after. "
        }
        html += report.isSound ? "<b class=\"good\">All checks passed.</b>" : "<b class=\"bad\">A check failed.</b>"
        if report.interrupted { html += " Interrupted: this is what was done until then." }
        html += "</p>"
        if !report.errors.isEmpty {
            html += "<ul>" + report.errors.map { "<li class=\"bad\">\(HTML.escaped($0))</li>" }.joined() + "</ul>"
        }
    }

    /// Threads beyond the host's CPUs have charts of their own: what they show is how a lock bears a holder without a
    /// CPU, on a scale that would flatten all else.
    private mutating func addCharts() {
        guard Set(report.points.map(\.cpus)).count > 1 else { return }
        let isTorture = report.isTorture
        let throughput = "\(isTorture ? "acquisitions" : "operations") a second"
        let waits = "99th percentile of \(isTorture ? "the way to the lock" : "waits for the lock"), ns"
        let within = report.points.filter { !$0.oversubscribed }
        if !within.isEmpty {
            html += "<h2>By number of threads</h2><div class=\"charts\">"
            html += StressChart(throughput, within, mayBeLogarithmic: false) { $0.operationsPerSecond }.svg
            if within.contains(where: { $0.lockWaitNanoseconds.p99 != nil }) {
                html += StressChart(waits, within, mayBeLogarithmic: true) { $0.lockWaitNanoseconds.p99 }.svg
            }
            html += "</div>"
        }
        let beyond = report.points.filter(\.oversubscribed)
        guard !beyond.isEmpty else { return }
        html += "<h2>More threads than CPUs of this host *</h2><p>The host takes the CPU from a holder, or from the "
        html += "next in the queue, as it never happens to a kernel's spinlock: this shows how a lock bears that, and "
        html += "nothing about scaling.</p><div class=\"charts\">"
        html += StressBars(throughput, beyond, mayBeLogarithmic: false) { $0.operationsPerSecond }.svg
        if beyond.contains(where: { $0.lockWaitNanoseconds.p99 != nil }) {
            html += StressBars(waits, beyond, mayBeLogarithmic: true) { $0.lockWaitNanoseconds.p99 }.svg
        }
        html += "</div>"
    }

    private mutating func addTable(_ heading: [String], _ rows: [[String]]) {
        html += "<div class=\"wide\"><table><thead><tr>"
        html += heading.map { "<th scope=\"col\">\(HTML.escaped($0))</th>" }.joined() + "</tr></thead><tbody>"
        for row in rows { html += "<tr>" + row.map { "<td>\(HTML.escaped($0))</td>" }.joined() + "</tr>" }
        html += "</tbody></table></div>"
    }

    private mutating func addPoints() {
        let isTorture = report.isTorture
        var columns: [(String, (StressReport.Point) -> String)] = [
            ("lock", { $0.lock }), ("threads", { "\($0.cpus)\($0.oversubscribed ? "*" : "")" }),
        ]
        if report.points.contains(where: { $0.pcpBatch != nil }) {
            columns.append(("pcp.batch", { $0.pcpBatch.map(String.init) ?? "–" }))
        }
        if report.points.contains(where: { $0.pcpHigh != nil }) {
            columns.append(("pcp.high", { $0.pcpHigh.map(String.init) ?? "–" }))
        }
        columns += [
            (isTorture ? "acquisitions/s" : "operations/s", { Text.count(Int($0.operationsPerSecond)) }),
            ("fairness", { Text.decimal(($0.fairness * 1000).rounded() / 1000) }),
        ]
        if !isTorture {
            columns += [
                ("pair p50 ns", { Self.number($0.pairNanoseconds.p50) }),
                ("p99", { Self.number($0.pairNanoseconds.p99) }),
            ]
        }
        columns += [
            ("wait p50 ns", { Self.number($0.lockWaitNanoseconds.p50) }),
            ("p99", { Self.number($0.lockWaitNanoseconds.p99) }),
            ("max", { Self.number($0.lockWaitNanoseconds.max) }),
        ]
        if !isTorture {
            columns += [
                ("zone lock taken", { Text.count($0.zoneLockAcquisitions) }),
                ("contended", { Text.count($0.zoneLockContentions) }),
            ]
        }
        html += "<h2>Points</h2>"
        addTable(columns.map(\.0), report.points.map { point in columns.map { $0.1(point) } })
    }

    private mutating func addLocks() {
        let rows = report.points.flatMap { point in
            point.locks.filter { $0.kind != .pcp }.map { lock in
                [
                    point.lock, "\(point.cpus)\(point.oversubscribed ? "*" : "")",
                    lock.zone.map { "node \(lock.node ?? 0) \($0)" } ?? "tortured",
                    Text.count(lock.acquisitions), Text.count(lock.contentions), Text.count(lock.handOvers),
                    Text.count(lock.cpuBounces), Text.count(lock.nodeBounces),
                    "\(Text.decimal(lock.fairness.luckiest * 100)) %",
                    "\(Text.decimal(lock.fairness.unluckiest * 100)) %",
                    Text.decimal((lock.fairness.jain * 1000).rounded() / 1000), Self.number(lock.waitNanoseconds.p50),
                    Self.number(lock.waitNanoseconds.p99), Self.number(lock.waitNanoseconds.p999),
                    Self.number(lock.waitNanoseconds.max), Self.number(lock.holdNanoseconds.p50),
                    Self.number(lock.holdNanoseconds.p99), Self.number(lock.holdNanoseconds.p999),
                    Self.number(lock.holdNanoseconds.max),
                ]
            }
        }
        guard !rows.isEmpty else { return }
        html += "<h2>Locks</h2>"
        addTable(
            [
                "lock", "threads", "where", "taken", "waited", "hand-overs", "CPU bounces", "node bounces", "luckiest",
                "unluckiest", "Jain", "wait p50 ns", "p99", "p99.9", "max", "hold p50 ns", "p99", "p99.9", "max",
            ], rows)
    }

    private mutating func addNotes() {
        html += "<h2>What was checked, and what cannot be seen</h2><ul>"
        for text in report.checks + report.notes { html += "<li>\(HTML.escaped(text))</li>" }
        html += "</ul>"
    }
}

import Lab

/// A replay's report for people.
struct ReplayText {
    private(set) var text = ""
    private let style: TextStyle

    init(_ report: ReplayReport, style: TextStyle) {
        self.style = style
        for assumption in report.assumptions { say(style.yellow(assumption)) }
        if report.lostEvents > 0 {
            say(style.yellow("the tracer lost \(report.lostEvents) events: this is not the whole demand"))
        }
        if !report.otherEvents.isEmpty {
            let names = report.otherEvents.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            say(style.dim("events passed over: " + names.joined(separator: ", ")))
        }
        if report.skippedRecords > 0 { say(style.yellow("\(report.skippedRecords) records passed over")) }
        if report.interrupted { say(style.yellow("interrupted: this is what was replayed until then")) }
        if let changes = report.changes { tell(changes) } else { tell(report) }
    }

    private mutating func say(_ line: String) { text += line + "\n" }

    private mutating func tell(_ report: ReplayReport) {
        let events = report.allocations + report.frees
        guard report.assumptions.isEmpty else {
            say("\(report.allocations) requests that were met, \(report.exact) of them here with the recorded frame")
            say("\(report.recordedFailures) requests that got nothing when they were recorded")
            say("\(report.frees) frees, \(report.strayFrees) of frames allocated before")
            return
        }
        say(
            "\(verdict(report.exact == report.allocations)) \(report.exact) of \(report.allocations) frames as recorded"
        )
        say("   \(report.zonesExact) of \(report.allocations) zones chosen as recorded")
        say("\(verdict(report.strayFrees == 0)) \(report.frees) frees, \(report.strayFrees) of frames not held")
        if let final = report.finalState {
            say(
                "\(verdict(final.isExact)) at the end \(final.framesInPlace) of \(final.frames) listed frames in place; "
                    + "lists \(final.listsEqual ? "equal" : "differ"), "
                    + "pageblocks \(final.pageblocksEqual ? "equal" : "differ"), "
                    + "counters \(final.countersEqual ? "equal" : "differ")")
            for difference in final.differences { say("   \(difference)") }
        } else if !report.interrupted {
            say("   no recorded state to compare the end with")
        }
        if let difference = report.firstDifference {
            say(style.bold("first difference: events.txt:\(difference.line): \(difference.what)"))
            say("   recorded \(difference.expected), model \(difference.found)")
            for line in difference.state { say("   " + style.dim(line)) }
        }
        let rate = report.seconds > 0 ? Double(events) / report.seconds / 1e6 : 0
        say(
            style.dim(
                "\(events) requests and frees in \(Text.decimal(report.seconds)) s, "
                    + "\(Text.decimal(rate)) million a second"))
    }

    private func verdict(_ isGood: Bool) -> String { isGood ? style.green("ok") : style.red("no") }

    private mutating func tell(_ changes: ReplayChanges) {
        say("The same demand with \(changes.settings.joined(separator: ", ")):")
        func row(_ name: String, _ before: Int, _ after: Int) {
            let percent = before == 0 ? 0 : Double(after - before) / Double(before) * 100
            let delta = before == 0 ? "" : (percent < 0 ? "" : "+") + Text.decimal(percent) + " %"
            say(
                Text.left(name, 26) + column("\(before)") + column("\(after)")
                    + column(delta))
        }
        say(style.bold(Text.left("", 26) + column("recorded") + column("changed")))
        let (a, b) = (changes.unchanged, changes.changed)
        row("zone lock acquisitions", a.zoneLockAcquisitions, b.zoneLockAcquisitions)
        row("refills", a.refills, b.refills)
        row("drains", a.drains, b.drains)
        row("blocks split", a.splits, b.splits)
        row("blocks merged", a.merges, b.merges)
        row("pageblocks claimed", a.claims, b.claims)
        row("blocks stolen", a.steals, b.steals)
        row("watermark boosts", a.boosts, b.boosts)
        row("remote allocations", a.remoteAllocations, b.remoteAllocations)
        row("failed requests", a.failures, b.failures)
    }

    private func column(_ text: String) -> String {
        String(repeating: " ", count: max(1, 14 - text.count)) + text
    }
}

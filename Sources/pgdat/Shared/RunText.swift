import Lab
import PhysicalMemory

/// A run's report for people: the hierarchy from system memory down to zones, what each CPU did, and what it cost.
struct RunText {
    private(set) var text = ""
    private let report: RunReport
    private let style: TextStyle

    init(_ report: RunReport, style: TextStyle) {
        self.report = report
        self.style = style
        addMachine()
        addCPUs()
        addNUMAStat()
        addVerdicts()
        addCosts()
        addNotes()
    }

    private mutating func line(_ words: String = "") { text += words + "\n" }

    private mutating func addMachine() {
        let machine = report.machine
        line(
            style.bold("system memory") + "  \(machine.name): \(machine.nodes) node\(plural(machine.nodes)), "
                + "\(machine.cpus) CPU\(plural(machine.cpus)), \(machine.frames) frames, "
                + size(machine.frames))
        for (index, node) in report.nodes.enumerated() {
            let isLast = index == report.nodes.count - 1
            var words = "\(isLast ? "└" : "├")─ " + style.bold("node \(node.id)")
            words += node.cpus.isEmpty ? "  no CPU" : "  CPU \(Text.list(node.cpus))"
            words += node.presentPages == 0 ? ", no memory" : ", \(size(node.presentPages))"
            if node.managedPages > 0 { words += ", of which \(size(node.managedPages)) run" }
            if let host = node.hostNode, machine.name != "host" { words += ", on this host's node \(host)" }
            line(words)
            let zones = report.zones.filter { $0.node == node.id }
            for (place, zone) in zones.enumerated() {
                let stem = (isLast ? "   " : "│  ") + (place == zones.count - 1 ? "└─ " : "├─ ")
                line(
                    stem + Text.left(zone.name, 8) + Text.right(String(zone.managedPages), 9) + " frames, "
                        + Text.right(String(zone.freePages), 8) + " free; min \(zone.watermarks.min) "
                        + "low \(zone.watermarks.low) high \(zone.watermarks.high); lock taken "
                        + "\(Text.count(zone.lockAcquisitions)) times, \(Text.count(zone.lockContentions)) contended")
            }
        }
        line()
    }

    private mutating func addCPUs() {
        let seconds = max(report.seconds, 1e-9)
        line(
            style.bold(report.workload)
                + "  \(Text.count(report.operations)) operations in \(Text.decimal(report.seconds)) s, "
                + "\(Text.count(Int(Double(report.operations) / seconds))) a second")
        var rows = [
            [
                "CPU", "node", "ran on", "operations", "p50 ns", "p99 ns", "max ns", "pcp hits", "refills", "locks",
                "contended", "fallbacks",
            ]
        ]
        for cpu in report.cpus {
            let times = cpu.pairNanoseconds
            let allocations = max(1, cpu.allocations)
            rows.append([
                String(cpu.cpu), String(cpu.node), Text.list(cpu.observedCPUs) + (cpu.isPinned ? "" : " (unpinned)"),
                Text.count(cpu.operations), times.p50.map(Text.decimal) ?? "-", times.p99.map(Text.decimal) ?? "-",
                times.max.map(Text.decimal) ?? "-",
                cpu.allocations == 0 ? "-" : Text.decimal(Double(cpu.pcpHits) * 100 / Double(allocations)) + " %",
                Text.count(cpu.refills), Text.count(cpu.zoneLockAcquisitions), Text.count(cpu.zoneLockContentions),
                Text.count(cpu.fallbacks),
            ])
        }
        addTable(rows)
        let cost = report.cpus.map(\.pairNanoseconds.counterCost).max() ?? 0
        line(
            "  ns: one allocation and its free, sampled, less the \(Text.decimal(cost)) ns of each look at the counter; "
                + "locks: the zones' locks, taken by this CPU")
        line()
    }

    private mutating func addNUMAStat() {
        var rows = [["", "numa_hit", "numa_miss", "numa_foreign", "interleave_hit", "local_node", "other_node"]]
        for node in report.nodes {
            let stat = node.numastat
            rows.append(
                ["node \(node.id)"]
                    + [
                        stat.numaHit, stat.numaMiss, stat.numaForeign, stat.interleaveHit, stat.localNode,
                        stat.otherNode,
                    ].map(String.init))
        }
        addTable(rows)
        line()
    }

    private mutating func addVerdicts() {
        let audit = report.audit
        let verdict = report.isSound ? style.green("clean") : style.red("NOT CLEAN")
        line(
            style.bold("audit") + "      \(verdict): \(audit.frames) frames = \(audit.free) free + \(audit.pcp) pcp + "
                + "\(audit.allocated) allocated + \(audit.reserved) reserved + \(audit.lost) lost; "
                + "\(audit.duplicated) duplicated")
        for problem in audit.problems + report.auditAfterRelease.problems + report.faults {
            line("           " + style.red(problem))
        }
        let placement = report.placement
        if placement.backedBytes > 0 {
            let isRight = placement.checkedPages > 0 && placement.checkedPages == placement.onExpectedNode
            let found = "\(placement.onExpectedNode) of \(placement.checkedPages) sampled pages on their node"
            line(
                style.bold("placement") + "  \(placement.ways.joined(separator: ", ")): "
                    + (placement.checkedPages == 0
                        ? "nobody here says where a page is" : isRight ? style.green(found) : style.red(found))
                    + " (\(placement.methods.joined(separator: ", ")))"
                    + (placement.hugePageBytes.map { "; \(Text.size(ByteCount($0))) in huge pages" } ?? ""))
        } else {
            line(style.bold("placement") + "  \(placement.reason ?? "none")")
        }
        let locality = report.locality
        if locality.heldFrames > 0 {
            line(
                style.bold("locality")
                    + "   of \(locality.heldFrames) held frames, \(locality.localWhenAllocated) were "
                    + "local when allocated, \(locality.localNow) are local now; \(locality.taskMoves) task moves")
        }
        line()
    }

    private mutating func addCosts() {
        guard let costs = report.accessCosts else { return }
        line(style.bold("access cost") + "  ns per dependent load (firmware's distance); rows: CPUs, columns: memory")
        var rows = [[""] + costs.memoryNodes.map { "node \($0)" }]
        for (row, node) in costs.cpuNodes.enumerated() {
            rows.append(
                ["node \(node)"]
                    + costs.memoryNodes.indices.map { column in
                        let distance = costs.firmwareDistances[row][column].map { " (\($0))" } ?? ""
                        return (costs.latencyNanoseconds[row][column].map(Text.decimal) ?? "-") + distance
                    })
        }
        addTable(rows)
        for gap in costs.gaps {
            line("  node \(costs.cpuNodes[gap.row]) to node \(costs.memoryNodes[gap.column]): \(gap.reason)")
        }
        if !costs.hasRemotePairs { line("  one node: no remote memory to measure") }
        line()
    }

    private mutating func addNotes() {
        if report.interrupted { line(style.yellow("interrupted: this is what was done until then")) }
        for note in report.notes { line(style.dim("note: \(note)")) }
        if text.hasSuffix("\n\n") { text.removeLast() }
    }

    private mutating func addTable(_ rows: [[String]]) { text += TextTable(rows: rows).text(style) }

    private func size(_ pages: Int) -> String { Text.size(ByteCount(pages * report.machine.pageSize)) }

    private func plural(_ count: Int) -> String { count == 1 ? "" : "s" }
}

import AccessCosts
import Lab

/// What a measurement means, for people: the end of its report.
struct SenseText {
    private(set) var text = "\n"
    private let style: TextStyle

    init(_ report: AccessCostReport, _ sense: CostSense, style: TextStyle) {
        self.style = style
        if report.hasRemotePairs {
            addDistances(report, sense.distances)
            addFallback(sense.fallback)
        }
        text += style.bold("settings worth considering") + "\n"
        if let none = sense.noAdvice { text += "  \(none)\n" }
        for advice in sense.advice {
            text += "  \(style.cyan(advice.setting)): \(advice.advice)\n      \(style.dim(advice.because))\n"
        }
    }

    private mutating func addDistances(_ report: AccessCostReport, _ distances: DistanceSense) {
        guard distances.pairs.contains(where: { $0.measured != nil }) else { return }
        text += style.bold("distances") + "  by measured latency, own memory 10 (firmware's)\n"
        var rows = [[""] + report.memoryNodes.map { "node \($0)" }]
        for node in report.cpuNodes {
            let cells = distances.pairs.filter { $0.cpuNode == node }.map { pair in
                (pair.measured.map(Text.decimal) ?? "-") + " (\(pair.firmware.map(String.init) ?? "-"))"
            }
            rows.append(["node \(node)"] + cells)
        }
        text += TextTable(rows: rows).text(style)
        addStated(distances.stated)
        for verdict in distances.verdicts { text += "  \(verdict)\n" }
        let percent = Int(DistanceSense.threshold * 100 - 100)
        text +=
            style.dim("  compared: a ratio beyond \(percent) %, another order from 10 %, HMAT's figures from half")
            + "\n\n"
    }

    private mutating func addStated(_ costs: [StatedCost]) {
        guard !costs.isEmpty else { return }
        let rows = costs.map { cost in
            [
                "node \(cost.memoryNode) \(cost.quantity)", "\(cost.accessClass)", Text.list(cost.initiators),
                "\(Text.decimal(cost.stated)) \(cost.unit)",
                cost.measured.map { "\(Text.decimal($0)) \(cost.unit)" } ?? "-",
            ]
        }
        text += TextTable(rows: [["HMAT", "access", "from nodes", "says", "measured"]] + rows).text(style)
    }

    private mutating func addFallback(_ fallback: MeasuredFallback) {
        func words(_ nodes: [Int]?) -> String { nodes.map { $0.map(String.init).joined(separator: " ") } ?? "unknown" }
        text += style.bold("fallback order") + "  by the kernel's rule\n"
        if fallback.orders.allSatisfy({ $0.kernel != nil && !$0.differs && $0.measured != nil }) {
            for order in fallback.orders { text += "  node \(order.node): \(words(order.kernel))\n" }
            text += "  measured latencies would give the same\n\n"
            return
        }
        let rows = fallback.orders.map { order in
            ["node \(order.node)", words(order.kernel), words(order.measured), order.differs ? "differs" : ""]
        }
        text += TextTable(rows: [["", "by firmware", "by latency", ""]] + rows, leftColumns: 4).text(style) + "\n"
    }
}

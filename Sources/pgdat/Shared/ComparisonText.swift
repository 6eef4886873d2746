import Lab

/// Two results beside each other, for people.
struct ComparisonText {
    private(set) var text = ""

    init(_ comparison: CostComparison, style: TextStyle) {
        for note in comparison.notes { text += style.yellow("note: \(note)") + "\n" }
        if !comparison.notes.isEmpty { text += "\n" }
        let shown = comparison.differences.filter(\.isOutsideSpread)
        if !shown.isEmpty {
            let rows = shown.map { one in
                [
                    one.figure, Text.decimal(one.old), Text.decimal(one.new), one.unit, Self.percent(one.ratio),
                    one.isWorse ? "worse" : "better",
                ]
            }
            var table = TextTable(rows: [["figure", "old", "new", "", "change", ""]] + rows)
            table.accent = { row, column, cell in
                guard column >= 4 else { return cell }
                return shown[row - 1].isWorse ? style.red(cell) : style.green(cell)
            }
            text += table.text(style) + "\n"
        }
        addAgreement(comparison.agreement, style)
        let same = comparison.differences.count - shown.count
        text +=
            "\(comparison.differences.count) figures in both: \(shown.filter(\.isWorse).count) worse, "
            + "\(shown.filter { !$0.isWorse }.count) better, \(same) within their spread\n"
        if !comparison.onlyOld.isEmpty { text += "\(comparison.onlyOld.count) only in the old result\n" }
        if !comparison.onlyNew.isEmpty { text += "\(comparison.onlyNew.count) only in the new result\n" }
    }

    /// How far apart the two are, kind by kind: what repeats, and how well.
    private mutating func addAgreement(_ agreement: [CostComparison.Agreement], _ style: TextStyle) {
        guard !agreement.isEmpty else { return }
        func cells(_ apart: CostComparison.Apart?) -> [String] {
            guard let apart else { return ["-", "-", "-"] }
            return [String(apart.within3Percent), "\(Text.decimal(apart.median)) %", "\(Text.decimal(apart.worst)) %"]
        }
        text += style.bold("apart") + "  the medians of the two; and their best readings\n"
        let heading = ["", "figures", "within 3 %", "middle", "worst", "best: within 3 %", "middle", "worst"]
        text +=
            TextTable(
                rows: [heading]
                    + agreement.map { one in
                        [one.quantity, String(one.figures)] + cells(one.medians) + cells(one.bestReadings)
                    }
            ).text(style) + "\n"
    }

    private static func percent(_ ratio: Double) -> String {
        let percent = (ratio - 1) * 100
        return (percent > 0 ? "+" : "") + Text.decimal(percent) + " %"
    }
}

import AccessCosts
import ArgumentParser
import KernelFormats
import Lab

/// In which form a measurement is shown, and what it is held against.
struct MeasureForm: ParsableArguments {
    @Flag(help: "Print comma-separated values.")
    var csv = false

    @Flag(help: "Print OpenMetrics, for node_exporter's textfile collector.")
    var openmetrics = false

    @Option(
        help: ArgumentHelp("Write a page with heat maps and curves too; it needs no other file.", valueName: "file"))
    var html: String?

    @Flag(help: "Print the commands that set weighted-interleave weights by the measured bandwidths.")
    var weights = false

    @Option(help: ArgumentHelp("Show what changed since an earlier result (--json).", valueName: "old.json"))
    var compare: String?

    @Option(
        help: ArgumentHelp(
            "With --compare: exit status 1 if a figure became worse by more per cent than this, and beyond its spread.",
            valueName: "percent"))
    var threshold: Double?

    @Option(help: ArgumentHelp("Show a stored result (--json); measure nothing.", valueName: "result.json"))
    var from: String?

    mutating func validate() throws {
        let chosen = [csv ? "--csv" : nil, openmetrics ? "--openmetrics" : nil, weights ? "--weights" : nil]
            .compactMap { $0 }
        let forms = chosen + (compare == nil || weights ? [] : ["--compare"])
        guard forms.count <= 1 else {
            throw ValidationError("\(forms.joined(separator: " and ")) exclude each other")
        }
        if let threshold {
            guard compare != nil else { throw ValidationError("--threshold goes with --compare") }
            guard threshold >= 0, threshold <= 1e6 else {
                throw ValidationError("--threshold must be from 0 to 1000000 per cent")
            }
        }
    }

    /// The earlier results, read before anything is measured.
    struct Inputs {
        var stored: AccessCostReport?
        var old: AccessCostReport?
    }

    func inputs(_ output: OutputOptions) throws -> Inputs {
        if output.json, csv || openmetrics || weights {
            throw Failure(
                .usage, "--json and --\(csv ? "csv" : openmetrics ? "openmetrics" : "weights") exclude each other")
        }
        if let html { try Output.checkPlace(of: html) }
        return Inputs(
            stored: try from.map(AccessCostReport.init(file:)), old: try compare.map(AccessCostReport.init(file:)))
    }

    /// Shows `report` in the form wanted.
    func show(_ report: AccessCostReport, _ inputs: Inputs, _ output: OutputOptions) throws {
        let sense = CostSense(report)
        if report.interrupted, csv || openmetrics || weights {
            output.remark("interrupted: this is what was measured until then")
        }
        if let html { try Output.save(CostPage(report, sense).text, to: html) }
        if let old = inputs.old {
            let comparison = CostComparison(old: old, new: report)
            if output.json {
                try output.print(MeasureDocument(report: report, sense: sense, comparison: comparison))
            } else {
                try Output.write(ComparisonText(comparison, style: output.style).text)
            }
            if let threshold, (comparison.worstFactor - 1) * 100 > threshold { throw Failure.checkFailed }
        } else if output.json {
            try output.print(MeasureDocument(report: report, sense: sense, comparison: nil))
        } else if csv {
            try Output.write(report.csv)
        } else if openmetrics {
            try Output.write(report.openMetrics)
        } else if weights {
            guard let proposal = sense.weights else {
                // What a Ctrl-C ended has done what it could.
                if report.interrupted { return }
                throw Failure(
                    from == nil ? .unavailable : .badData,
                    "\(from ?? "--weights"): not each node's bandwidth was measured, so there are no weights")
            }
            try Output.write(proposal.commands)
        } else {
            try Output.write(
                MeasureText(report, style: output.style).text + SenseText(report, sense, style: output.style).text)
        }
    }
}

/// A result in JSON: the report's own keys, and beside them what it means.
private struct MeasureDocument: Encodable {
    let report: AccessCostReport
    let sense: CostSense
    let comparison: CostComparison?

    enum CodingKeys: CodingKey { case sense, comparison }

    func encode(to encoder: any Encoder) throws {
        try report.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(sense, forKey: .sense)
        try container.encodeIfPresent(comparison, forKey: .comparison)
    }
}

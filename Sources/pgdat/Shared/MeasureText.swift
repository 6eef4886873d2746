import AccessCosts
import Lab
import PhysicalMemory

/// A measurement for people: tables of what was measured, then what was not, and what to think of it.
struct MeasureText {
    private(set) var text = ""
    let report: AccessCostReport
    let style: TextStyle

    init(_ report: AccessCostReport, style: TextStyle) {
        self.report = report
        self.style = style
        addHost()
        addLatency()
        addMatrices()
        addParts()
        addGaps()
        addWarnings()
    }

    mutating func line(_ words: String = "") { text += words + "\n" }

    mutating func heading(_ name: String, _ words: String) { line(style.bold(name) + "  " + words) }

    private mutating func addHost() {
        let host = report.host
        let cpus = host.nodes.reduce(0) { $0 + $1.cpus.count }
        var words = "\(host.cpuModel ?? host.architecture), \(plural(host.nodes.count, "node")), \(plural(cpus, "CPU"))"
        words += host.hypervisor.map { ", virtual (\($0))" } ?? ""
        heading("host", words + ", Linux \(host.kernel)")
        for cache in host.caches { line("  L\(cache.level) \(Text.size(ByteCount(cache.byteCount)))") }
        line()
    }

    private mutating func addLatency() {
        heading("latency", "ns per dependent load (firmware's distance); rows: CPUs of, columns: memory of")
        if let matrix = report.matrices.first(where: { $0.name == "latency" }) {
            text += TextTable(matrix, style: style) { row, column in
                report.firmwareDistances[row][column].map { " (\($0))" } ?? ""
            }.text(style)
        }
        for (column, bytes) in report.method.latencyBufferBytes.enumerated() {
            guard let bytes else { continue }
            var words = "  node \(report.memoryNodes[column]): \(Text.size(ByteCount(bytes)))"
            words += report.method.timesCache[column].map { ", \(Text.decimal($0)) last-level caches" } ?? ""
            words += report.method.latencyPages[column].map { ", \($0.words)" } ?? ""
            words += report.method.placement[column].map { ", \($0)" } ?? ""
            line(style.dim(words))
        }
        for (row, cells) in report.latencyDetails.enumerated() {
            for (column, cell) in cells.enumerated() {
                guard let figure = cell?.nanoseconds else { continue }
                line(
                    style.dim(
                        "  node \(report.cpuNodes[row]) to \(report.memoryNodes[column]): the median of "
                            + "\(figure.count) readings; the quickest \(Text.decimal(figure.minimum)), a quarter below "
                            + "\(Text.decimal(figure.lowerQuartile)), a quarter above "
                            + "\(Text.decimal(figure.upperQuartile))"))
            }
        }
        if !report.hasRemotePairs { line("  one node: there is no remote memory to measure") }
        line()
    }

    /// Bandwidths and ways between caches. A matrix of one cell says nothing that the table by threads does not.
    private mutating func addMatrices() {
        for matrix in report.matrices where matrix.name != "latency" && matrix.rows.count * matrix.columns.count > 1 {
            heading(matrix.title, "in \(matrix.unit)")
            text += TextTable(matrix, style: style).text(style)
            line()
        }
    }

    private mutating func addGaps() {
        // What has no other side by its nature needs no word in a text.
        for gap in report.gaps where gap.part != .cacheToCache {
            let pair = "node \(report.cpuNodes[gap.row]) to node \(report.memoryNodes[gap.column])"
            line("not measured: \(gap.part.rawValue), \(pair): \(gap.reason)")
        }
        for missing in report.missing { line("not measured: \(missing.part.rawValue): \(missing.reason)") }
    }

    private mutating func addWarnings() {
        if report.interrupted { line(style.yellow("interrupted: this is what was measured until then")) }
        for warning in report.warnings { line(style.yellow("warning: \(warning)")) }
        let placed = report.placementVerified
        line(
            placed
                ? style.green("placement verified: every page measured was on its node")
                : style.red("placement not verified"))
        if let policies = report.policies { line(style.bold(policies.verdict)) }
    }

    mutating func table(_ rows: [[String]]) { text += TextTable(rows: rows).text(style) }

    func plural(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
}

extension PageKind {
    /// For people.
    var words: String {
        switch self {
        case .base: "base pages"
        case .transparentHuge: "transparent huge pages"
        case .huge2M: "2 MiB pages"
        case .huge1G: "1 GiB pages"
        }
    }
}

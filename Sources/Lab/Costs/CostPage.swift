import AccessCosts
import PhysicalMemory

/// A measurement as one HTML page that needs nothing else: matrices as heat maps, curves drawn, tables behind them.
public struct CostPage {
    private let report: AccessCostReport
    private let sense: CostSense
    private let drawings: [CurveDrawing]

    public init(_ report: AccessCostReport, _ sense: CostSense) {
        self.report = report
        self.sense = sense
        drawings = report.drawings
    }

    /// The page. It opens from a file, in light and dark, and asks for nothing from elsewhere.
    public var text: String {
        var html = HTML()
        html.element("html", ["lang": "en"]) { html in
            html.element("head") { html in
                html.void("meta", ["charset": "utf-8"])
                html.void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
                html.element("title", "What memory costs: \(report.host.cpuModel ?? report.host.architecture)")
                html.style(Self.sheet)
            }
            html.element("body") { html in
                addHost(to: &html)
                html.element("div", ["class": "matrices"]) { html in
                    for matrix in report.matrices { add(matrix, to: &html) }
                }
                addCurves(to: &html)
                addPolicies(to: &html)
                addSense(to: &html)
                addAll(to: &html)
            }
        }
        return "<!DOCTYPE html>\n" + html.text + "\n"
    }

    private func addHost(to html: inout HTML) {
        let host = report.host
        html.element("h1", "What memory costs")
        html.element("p") { html in
            html.element("strong", host.cpuModel ?? host.architecture)
            let cpus = host.nodes.reduce(0) { $0 + $1.cpus.count }
            html.add(
                ", \(host.nodes.count) node\(host.nodes.count == 1 ? "" : "s"), "
                    + "\(cpus) CPU\(cpus == 1 ? "" : "s"), Linux \(host.kernel)"
                    + (host.hypervisor.map { ", virtual (\($0))" } ?? ""))
        }
        html.element("p", ["class": report.placementVerified ? "good" : "bad"]) { html in
            html.add(
                report.placementVerified
                    ? "Placement verified: every page measured was on its node." : "Placement not verified.")
        }
        if report.interrupted {
            html.element("p", ["class": "bad"], "Interrupted: this is what was measured until then.")
        }
        if !report.hasRemotePairs {
            html.element("p", "One node: there is no remote memory to measure.")
        }
        if !report.warnings.isEmpty {
            html.element("ul", ["class": "bad"]) { html in
                for warning in report.warnings { html.element("li", warning) }
            }
        }
    }

    private func add(_ matrix: CostMatrix, to html: inout HTML) {
        html.element("section") { html in
            html.element("h2", "\(matrix.title), \(matrix.unit)")
            html.element("table", ["class": "heat"]) { html in
                html.element("tr") { html in
                    html.element("th", matrix.name == "cacheToCache" ? "" : "CPUs of \\ memory of")
                    for column in matrix.columns { html.element("th", ["scope": "col"], column) }
                }
                for (row, name) in matrix.rows.enumerated() {
                    html.element("tr") { html in
                        html.element("th", ["scope": "row"], name)
                        for column in matrix.columns.indices { addCell(matrix, row, column, to: &html) }
                    }
                }
            }
            // A CPU passes no line to itself, which is no news.
            let gaps = matrix.gaps.filter { $0.part != .cacheToCache || $0.row != $0.column }
            for gap in gaps where matrix.rows.indices ~= gap.row && matrix.columns.indices ~= gap.column {
                html.element(
                    "p", ["class": "note"],
                    "not measured: \(matrix.rows[gap.row]) to \(matrix.columns[gap.column]): \(gap.reason)")
            }
        }
    }

    private func addCell(_ matrix: CostMatrix, _ row: Int, _ column: Int, to html: inout HTML) {
        guard let value = matrix.values[row][column], let heat = matrix.heat(row, column) else {
            html.element("td", ["class": "none"], "–")
            return
        }
        let percent = Int((heat * 100).rounded())
        html.element("td", ["style": "--heat:\(percent)%"]) { html in
            html.add(Text.decimal(value))
            if matrix.name == "latency", let distance = report.firmwareDistances[row][column] {
                html.element("small", " (\(distance))")
            }
        }
    }

    private func addCurves(to html: inout HTML) {
        for drawing in drawings {
            html.element("section") { html in
                html.element("h2", drawing.title)
                drawing.add(to: &html)
                html.element("details") { html in
                    html.element("summary", "The figures")
                    addTable(
                        ["", drawing.xTitle, drawing.yTitle],
                        drawing.series.flatMap { line in
                            line.points.map { [line.name, drawing.xLabel($0.x), Text.decimal($0.y)] }
                        }, to: &html)
                }
            }
        }
    }

    private func addPolicies(to html: inout HTML) {
        guard let policies = report.policies else { return }
        html.element("section") { html in
            html.element("h2", "What memory policies are worth")
            if !policies.figures.isEmpty {
                addTable(
                    ["CPU of", "with", "policy", "work", "median", "least", "most", "pages on its own node"],
                    policies.figures.map { figure in
                        [
                            "node \(figure.cpuNode)", "node \(figure.otherNode)", figure.policy.rawValue,
                            figure.work.rawValue, "\(Text.decimal(figure.value.median)) \(figure.unit)",
                            Text.decimal(figure.value.minimum), Text.decimal(figure.value.maximum),
                            "\(Int((figure.localShare * 100).rounded())) %",
                        ]
                    }, to: &html)
            }
            for missing in policies.missing { html.element("p", ["class": "note"], "not measured: \(missing)") }
            html.element("p") { html in html.element("strong", policies.verdict) }
        }
    }

    private func addSense(to html: inout HTML) {
        html.element("section") { html in
            html.element("h2", "What it means")
            html.element("ul") { html in
                for verdict in sense.distances.verdicts { html.element("li", verdict) }
            }
            if !sense.distances.stated.isEmpty {
                html.element("h3", "What firmware's HMAT says")
                addTable(
                    ["node", "figure", "access class", "from nodes", "says", "measured"],
                    sense.distances.stated.map { cost in
                        [
                            "\(cost.memoryNode)", cost.quantity, "\(cost.accessClass)", Text.list(cost.initiators),
                            "\(Text.decimal(cost.stated)) \(cost.unit)",
                            cost.measured.map { "\(Text.decimal($0)) \(cost.unit)" } ?? "–",
                        ]
                    }, to: &html)
            }
            if report.hasRemotePairs {
                html.element("h3", "Fallback order")
                addTable(
                    ["node", "the kernel's", "by measured latency"],
                    sense.fallback.orders.map { order in
                        ["\(order.node)", Self.list(order.kernel), Self.list(order.measured)]
                    }, to: &html)
            }
            if let weights = sense.weights, report.hasRemotePairs {
                html.element("h3", "Weighted-interleave weights")
                addTable(
                    ["node", "GB/s", "weight", "now"],
                    weights.nodes.map {
                        ["\($0.node)", Text.decimal($0.gbps), "\($0.weight)", $0.now.map { "\($0)" } ?? "–"]
                    }, to: &html)
            }
            html.element("h3", "Settings worth considering")
            if let none = sense.noAdvice { html.element("p", none) }
            html.element("ul") { html in
                for advice in sense.advice {
                    html.element("li") { html in
                        html.element("strong", advice.setting)
                        html.add(": \(advice.advice) — \(advice.because)")
                    }
                }
            }
        }
    }

    private func addAll(to html: inout HTML) {
        html.element("details") { html in
            html.element("summary", "Every figure")
            addTable(
                ["quantity", "kind", "from", "to", "at", "value", "least", "most", "readings"],
                report.records.map { record in
                    [
                        record.quantity, record.variant, record.from, record.to,
                        record.at.isEmpty ? "" : "\(record.at) \(record.atUnit)",
                        "\(Text.decimal(record.value)) \(record.unit)",
                        record.spread.map { Text.decimal($0.minimum) } ?? "",
                        record.spread.map { Text.decimal($0.maximum) } ?? "",
                        record.spread.map { "\($0.count)" } ?? "",
                    ]
                }, to: &html)
        }
    }

    private func addTable(_ heading: [String], _ rows: [[String]], to html: inout HTML) {
        html.element("table") { html in
            html.element("tr") { html in
                for name in heading { html.element("th", name) }
            }
            for row in rows {
                html.element("tr") { html in
                    for cell in row { html.element("td", cell) }
                }
            }
        }
    }

    private static func list(_ nodes: [Int]?) -> String {
        nodes.map { $0.map(String.init).joined(separator: " ") } ?? "–"
    }
}

extension AccessCostReport {
    /// The curves that have points.
    var drawings: [CurveDrawing] {
        func name(_ row: Int, _ column: Int) -> String {
            "CPU of node \(cpuNodes[row]), memory of node \(memoryNodes[column])"
        }
        func series<Point>(
            _ points: [Point], _ pair: (Point) -> (Int, Int), _ place: (Point) -> (x: Double, y: Double)?
        ) -> [CurveDrawing.Series] {
            var order: [String] = []
            var lines: [String: [(x: Double, y: Double)]] = [:]
            for point in points {
                guard let place = place(point) else { continue }
                let (row, column) = pair(point)
                let name = name(row, column)
                if lines[name] == nil { order.append(name) }
                lines[name, default: []].append(place)
            }
            return order.map { .init(name: $0, points: lines[$0] ?? []) }
        }
        let size: (Double) -> String = { Text.size(ByteCount(Int(min(max(0, $0), 1e15)))) }
        return [
            CurveDrawing(
                title: "Latency by what is walked through", xTitle: "bytes walked through", yTitle: "ns per load",
                xAxis: .logarithmic, yAxis: .logarithmic,
                series: series(curves.bySize, { ($0.row, $0.column) }) {
                    (Double($0.bufferBytes), $0.nanoseconds.median)
                }, xLabel: size),
            CurveDrawing(
                title: "Latency by stride", xTitle: "bytes from load to load", yTitle: "ns per load",
                xAxis: .logarithmic,
                series: series(curves.byStride, { ($0.row, $0.column) }) { point in
                    point.strideBytes.map { (Double($0), point.nanoseconds.median) }
                }, xLabel: size),
            CurveDrawing(
                title: "Latency under load", xTitle: "GB/s that other CPUs move", yTitle: "ns per load",
                xAxis: .linear,
                series: series(loadedLatency, { ($0.row, $0.column) }) { ($0.gbps, $0.nanoseconds) },
                xLabel: Text.decimal),
        ].filter { !$0.series.isEmpty }
    }
}

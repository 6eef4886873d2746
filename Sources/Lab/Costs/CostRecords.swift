import AccessCosts

/// One figure of a measurement in its plainest form: what CSV has a line of and OpenMetrics a sample.
public struct CostRecord: Hashable, Sendable {
    /// `latency`, `bandwidth`, `loadedLatency`, `cacheToCache`, `lock`, `pages`, `curve`, `policy`, `firmwareDistance` ….
    public var quantity: String
    /// Which kind of it: `read`, `firstTouch`, `bySize` ….
    public var variant: String
    /// `node 0` or `CPU 3`; "" where it is none's.
    public var from: String
    public var to: String
    /// What it was measured at, as `4096` bytes or `12.5` GB/s; "" if at nothing.
    public var at: String
    public var atUnit: String
    public var value: Double
    public var unit: String
    public var spread: Summary?
}

extension AccessCostReport {
    /// Every figure, in the order of the report.
    public var records: [CostRecord] {
        matrixRecords + bandwidthRecords + loadedRecords + lockRecords + pageRecords + curveRecords
            + policyRecords
    }

    private var policyRecords: [CostRecord] {
        (policies?.figures ?? []).map { figure in
            CostRecord(
                quantity: "policy", variant: "\(figure.policy.rawValue) \(figure.work.rawValue)",
                from: "node \(figure.cpuNode)", to: "node \(figure.otherNode)", at: String(figure.localShare),
                atUnit: "local share", value: figure.value.median, unit: figure.unit, spread: figure.value)
        }
    }

    private func node(_ row: Int?) -> String { row.map { "node \(cpuNodes[$0])" } ?? "" }
    private func memory(_ column: Int?) -> String { column.map { "node \(memoryNodes[$0])" } ?? "" }

    private var matrixRecords: [CostRecord] {
        var records: [CostRecord] = []
        for matrix in matrices where ["latency", "cacheToCache"].contains(matrix.name) {
            for (row, values) in matrix.values.enumerated() {
                for (column, value) in values.enumerated() {
                    guard let value else { continue }
                    var record = CostRecord(
                        quantity: matrix.name, variant: "", from: matrix.rows[row], to: matrix.columns[column], at: "",
                        atUnit: "", value: value, unit: matrix.unit)
                    if matrix.name == "latency", latencyDetails.indices ~= row, latencyDetails[row].indices ~= column {
                        record.spread = latencyDetails[row][column]?.nanoseconds
                    }
                    records.append(record)
                }
            }
        }
        for (row, values) in firmwareDistances.enumerated() {
            for (column, value) in values.enumerated() {
                guard let value else { continue }
                records.append(
                    CostRecord(
                        quantity: "firmwareDistance", variant: "", from: node(row), to: memory(column), at: "",
                        atUnit: "", value: Double(value), unit: ""))
            }
        }
        return records
    }

    private var bandwidthRecords: [CostRecord] {
        // Without details only the best of each pair is known.
        if bandwidthDetails.isEmpty {
            return BandwidthKernel.allCases.flatMap { kernel in
                bandwidthGBps[kernel].enumerated().flatMap { row, values in
                    values.enumerated().compactMap { column, value in
                        value.map {
                            CostRecord(
                                quantity: "bandwidth", variant: kernel.rawValue, from: node(row), to: memory(column),
                                at: "", atUnit: "", value: $0, unit: "GB/s")
                        }
                    }
                }
            }
        }
        func record(_ figure: BandwidthFigure, _ quantity: String) -> CostRecord {
            CostRecord(
                quantity: quantity, variant: figure.kernel.rawValue + (figure.streaming ? " streaming" : ""),
                from: node(figure.row), to: memory(figure.column), at: String(figure.threads), atUnit: "threads",
                value: figure.gbps.median, unit: "GB/s", spread: figure.gbps)
        }
        return bandwidthDetails.map { record($0, "bandwidth") }
            + allLocalBandwidth.map { record($0, "allLocalBandwidth") }
    }

    private var loadedRecords: [CostRecord] {
        loadedLatency.map {
            CostRecord(
                quantity: "loadedLatency", variant: "", from: node($0.row), to: memory($0.column), at: String($0.gbps),
                atUnit: "GB/s", value: $0.nanoseconds, unit: "ns", spread: $0.spread)
        }
    }

    private var lockRecords: [CostRecord] {
        locks.map { lock in
            CostRecord(
                quantity: "lock", variant: "\(lock.lock) \(lock.manner.rawValue)",
                from: lock.cpus.first.map { "CPU \($0)" } ?? "", to: lock.cpus.last.map { "CPU \($0)" } ?? "",
                at: String(lock.memoryNode), atUnit: "memory node", value: lock.nanoseconds.median, unit: "ns",
                spread: lock.nanoseconds)
        }
    }

    private var pageRecords: [CostRecord] {
        let operations = [
            ("firstTouch", pageCosts.firstTouch), ("populate", pageCosts.populate), ("unmap", pageCosts.unmap),
            ("migrate", pageCosts.migrate),
        ]
        let costs = operations.flatMap { name, costs in
            costs.map { cost in
                CostRecord(
                    quantity: "pages", variant: "\(name) \(cost.pages.rawValue)", from: node(cost.row),
                    to: memory(cost.column), at: String(cost.pageBytes), atUnit: "bytes",
                    value: cost.nanosecondsPerPage.median, unit: "ns", spread: cost.nanosecondsPerPage)
            }
        }
        return costs
            + pageCosts.interleave.flatMap { cost in
                [
                    CostRecord(
                        quantity: "pages", variant: "interleave base", from: node(cost.row), to: "", at: "",
                        atUnit: "", value: cost.nanosecondsPerPage.median, unit: "ns", spread: cost.nanosecondsPerPage),
                    CostRecord(
                        quantity: "bandwidth", variant: "read interleaved", from: node(cost.row), to: "", at: "1",
                        atUnit: "threads", value: cost.readGBps.median, unit: "GB/s", spread: cost.readGBps),
                ]
            }
    }

    private var curveRecords: [CostRecord] {
        func records(_ points: [CurvePoint], _ name: String, at: (CurvePoint) -> Int?) -> [CostRecord] {
            points.map { point in
                CostRecord(
                    quantity: "curve", variant: name, from: node(point.row), to: memory(point.column),
                    at: at(point).map(String.init) ?? "", atUnit: "bytes", value: point.nanoseconds.median, unit: "ns",
                    spread: point.nanoseconds)
            }
        }
        return records(curves.bySize, "bySize") { $0.bufferBytes }
            + records(curves.byStride, "byStride") { $0.strideBytes }
            + curves.translation.map { cost in
                CostRecord(
                    quantity: "curve", variant: "translation \(cost.hugeKind.rawValue)", from: node(cost.row),
                    to: memory(cost.column), at: String(cost.bufferBytes), atUnit: "bytes", value: cost.tlbNanoseconds,
                    unit: "ns")
            }
    }

    /// The records as comma-separated values with a heading, as RFC 4180 has them, but for line ends.
    public var csv: String {
        var lines = ["quantity,variant,from,to,at,atUnit,value,unit,minimum,maximum,readings"]
        for record in records {
            let spread = record.spread
            let cells = [
                record.quantity, record.variant, record.from, record.to, record.at, record.atUnit,
                String(record.value), record.unit, spread.map { String($0.minimum) } ?? "",
                spread.map { String($0.maximum) } ?? "", spread.map { String($0.count) } ?? "",
            ]
            lines.append(cells.map(Self.cell).joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func cell(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}

import HostNUMA

/// The work behind `MeasurePlan.execute`, on the conducting thread: part after part into the report.
struct Measurement {
    let plan: MeasurePlan
    let interrupt: InterruptFlag
    var meter: ProgressMeter
    var report: AccessCostReport

    init(
        plan: MeasurePlan, interrupt: InterruptFlag, progress: @escaping @Sendable (MeasureProgress) -> Void
    ) throws(HostError) {
        self.plan = plan
        self.interrupt = interrupt
        meter = ProgressMeter(plan, progress)
        report = try AccessCostReport(blankFor: plan)
    }

    mutating func run() throws(HostError) {
        for part in plan.parts {
            if interrupt.isRaised { break }
            meter.enter(part.part)
            switch part.part {
            case .latency: try measureLatency()
            default: break
            }
        }
        finish()
    }

    private mutating func finish() {
        report.interrupted = interrupt.isRaised
        report.seconds = meter.elapsed
        report.addWarnings()
    }

    private mutating func measureLatency() throws(HostError) {
        let sizing = plan.sizing
        var options = LatencyOptions(secondsPerPair: sizing.latency, runs: sizing.runs, timesCache: sizing.timesCache)
        if plan.sizing.bufferLimit == plan.sizing.bufferFloor { options.bufferBytes = plan.sizing.bufferLimit }
        var meter = meter
        var survey = try LatencySurvey(host: plan.host, options: options, interrupt: interrupt)
        survey.run { meter.step("latency of \($0.memoryNode) from \($0.cpuNode)") }
        self.meter = meter
        report.add(survey.matrix())
    }
}

extension AccessCostReport {
    /// A report of nothing, every pair a gap.
    init(blankFor plan: MeasurePlan) throws(HostError) {
        let topology = plan.host.topology
        let (rows, columns) = (topology.cpuNodes, topology.memoryNodes)
        self.init(
            host: try MeasuredHost(plan), conditions: MeasuringConditions(plan),
            method: MeasuringMethod(isQuick: plan.options.isQuick, runs: plan.sizing.runs),
            cpuNodes: rows.map(\.id.rawValue), memoryNodes: columns.map(\.id.rawValue),
            latencyNanoseconds: rows.map { _ in columns.map { _ in nil } },
            latencyDetails: rows.map { _ in columns.map { _ in nil } },
            bandwidthGBps: BandwidthMatrices(rows: rows.count, columns: columns.count),
            firmwareDistances: rows.map { row in columns.map { topology.distance(from: row.id, to: $0.id) } },
            placementVerified: false,
            gaps: rows.indices.flatMap { row in
                columns.indices.map { Gap(row: row, column: $0, reason: "interrupted") }
            })
    }

    mutating func add(_ matrix: LatencyMatrix) {
        latencyNanoseconds = matrix.nanoseconds
        latencyDetails = matrix.cells
        gaps.removeAll { $0.part == .latency }
        gaps += matrix.gaps
        placementVerified = matrix.isPlacementVerified
        let byColumn = memoryNodes.indices.map { column in matrix.cells.lazy.compactMap { $0[column] }.first }
        method.latencyBufferBytes = byColumn.map { $0?.bufferBytes }
        method.timesCache = byColumn.map { cell in
            cell.flatMap { cell in cell.cacheBytes.map { Double(cell.bufferBytes) / Double(max(1, $0)) } }
        }
        method.latencyPages = byColumn.map { $0?.pages }
        method.placement = byColumn.map { $0?.way }
    }
}

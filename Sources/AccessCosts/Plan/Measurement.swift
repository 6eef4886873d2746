import HostNUMA

/// The work behind `MeasurePlan.execute`, on the conducting thread: part after part into the report.
struct Measurement {
    let plan: MeasurePlan
    let bench: Bench
    let allocator: PolicyWorkload?
    var meter: ProgressMeter
    var report: AccessCostReport

    init(
        plan: MeasurePlan, interrupt: InterruptFlag, allocator: PolicyWorkload? = nil,
        progress: @escaping @Sendable (MeasureProgress) -> Void
    ) throws(HostError) {
        self.plan = plan
        self.allocator = allocator
        bench = Bench(plan, interrupt)
        meter = ProgressMeter(plan, progress)
        report = try AccessCostReport(blankFor: plan)
    }

    /// Throws `HostError.systemCall` if no thread can be had.
    mutating func run() throws(HostError) {
        for part in plan.parts.map(\.part) {
            meter.enter(part)
            if bench.isInterrupted {
                skip(part)
                continue
            }
            switch part {
            case .latency: measureLatency()
            case .curves: measureCurves()
            case .bandwidth: measureBandwidth()
            case .loadedLatency: measureLoadedLatency()
            case .cacheToCache: measureCacheToCache()
            case .locks: measureLocks()
            case .pageCosts: measurePages()
            case .policies: measurePolicies(allocator)
            }
        }
        report.interrupted = bench.isInterrupted
        report.seconds = meter.elapsed
        report.addWarnings()
    }

    /// Names what an interrupt kept from being measured.
    private mutating func skip(_ part: MeasuredPart) {
        switch part {
        case .latency: break
        case .bandwidth: measureBandwidth()
        case .cacheToCache: measureCacheToCache()
        default: report.missing.append(MissingPart(part, reason: "interrupted"))
        }
    }

    private mutating func measureLatency() {
        let sizing = plan.sizing
        var options = LatencyOptions(secondsPerPair: sizing.latency, runs: sizing.runs, timesCache: sizing.timesCache)
        if sizing.bufferLimit == sizing.bufferFloor { options.bufferBytes = sizing.bufferLimit }
        var survey = LatencySurvey(
            host: plan.host, options: options, interrupt: bench.interrupt, seats: bench.seats,
            pools: plan.settings.hugePagePools)
        var meter = meter
        survey.run { meter.step("latency of \($0.memoryNode) from \($0.cpuNode)") }
        self.meter = meter
        report.add(survey.matrix())
    }
}

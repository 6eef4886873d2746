import HostNUMA

/// The work behind `MeasurePlan.execute`, on the conducting thread: part after part into the report.
struct Measurement {
    let plan: MeasurePlan
    let bench: Bench
    let allocator: PolicyWorkload?
    let locks: [LockWorkload]
    var meter: ProgressMeter
    var report: AccessCostReport
    var gathered = Gathered()
    /// How often latencies and bandwidths were measured before.
    private(set) var visit = 0
    private var latencies: LatencySurvey

    init(
        plan: MeasurePlan, interrupt: InterruptFlag, allocator: PolicyWorkload? = nil, locks: [LockWorkload] = [],
        progress: @escaping @Sendable (MeasureProgress) -> Void
    ) throws(HostError) {
        self.plan = plan
        self.allocator = allocator
        self.locks = locks
        bench = Bench(plan, interrupt)
        meter = ProgressMeter(plan, progress)
        report = try AccessCostReport(blankFor: plan)
        let sizing = plan.sizing
        var options = LatencyOptions(
            secondsPerPair: sizing.latency, runs: sizing.chases, timesCache: sizing.timesCache)
        if sizing.bufferLimit == sizing.bufferFloor { options.bufferBytes = sizing.bufferLimit }
        latencies = LatencySurvey(
            host: plan.host, options: options, interrupt: interrupt, seats: bench.seats,
            pools: plan.settings.hugePagePools)
    }

    /// Throws `HostError.systemCall` if no thread can be had.
    mutating func run() throws(HostError) {
        let time = CPUTime.current()
        for (index, part) in plan.parts.enumerated() {
            meter.enter(index)
            visit = part.visit
            if bench.isInterrupted {
                if visit == 0 { skip(part.part) }
                continue
            }
            switch part.part {
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
        report.conditions.stolenPercent = time.flatMap { CPUTime.current()?.stolenPercent(since: $0) }
        report.conditions.involuntarySwitches = bench.seats.involuntarySwitches
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
        var meter = meter
        latencies.run { meter.step("latency of \($0.memoryNode) from \($0.cpuNode)") }
        self.meter = meter
        report.add(latencies.matrix())
    }

    /// Names a pair that could not be measured. What an earlier visit measured stands.
    mutating func addGap(_ row: Int, _ column: Int, _ part: MeasuredPart, _ reason: String) {
        guard visit == 0 else { return }
        report.gaps.append(Gap(row: row, column: column, reason: reason, part: part))
    }
}

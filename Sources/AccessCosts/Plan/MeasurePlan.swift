import HostNUMA

/// A measurement that is about to be made: what of, and about how long it takes.
public struct MeasurePlan: Sendable {
    /// One part's share.
    public struct Part: Hashable, Sendable {
        public let part: MeasuredPart
        /// From 0; latencies and bandwidths are come back to.
        public let visit: Int
        /// Steps that progress counts.
        public let steps: Int
        /// An estimate.
        public let seconds: Double
    }

    /// The nodes that are measured.
    public let host: Host
    public let settings: HostSettings
    public let hypervisor: Hypervisor?
    public let options: MeasureOptions
    public let parts: [Part]
    let sizing: Sizing

    /// An estimate; an emulated machine takes longer.
    public var seconds: Double { parts.reduce(0) { $0 + $1.seconds } }

    public init(
        on host: Host, options: MeasureOptions, settings: HostSettings? = nil,
        hypervisor: Hypervisor? = Hypervisor.current()
    ) {
        self.host = options.nodes.map { host.limited(to: $0) } ?? host
        self.settings = settings ?? HostSettings(of: host.topology)
        self.hypervisor = hypervisor
        self.options = options
        let topology = self.host.topology
        sizing = Sizing.suiting(
            options, pairs: topology.cpuNodes.count * topology.memoryNodes.count,
            isEmulated: hypervisor?.isEmulator ?? false)
        parts = Self.parts(topology, options, sizing)
    }

    private static func parts(_ topology: HostTopology, _ options: MeasureOptions, _ sizing: Sizing) -> [Part] {
        let (rows, columns) = (topology.cpuNodes, topology.memoryNodes)
        let pairs = rows.count * columns.count
        let runs = Double(sizing.runs + 1)
        let moves = Double(sizing.moves + 1)
        // Placing memory and writing a cycle into it.
        let secondsPerGibibyte = 1.5
        let buffer = secondsPerGibibyte * Double(sizing.latencyBytes(cacheBytes: 32 << 20)) / Double(1 << 30)
        let settings = BandwidthSetting.all.count
        let figures =
            settings
            * (rows.reduce(0) {
                $0 + Measurement.threadCounts(of: $1, isQuick: options.isQuick).count * columns.count
            } + 1)
        let places = rows.count * (options.isQuick ? 1 : min(2, columns.count))
        let points = places * (options.isQuick ? 14 : 32)
        // The caches' sizes only.
        let cachePoints = places * (options.isQuick ? 8 : 18)
        let loads = rows.count * min(2, columns.count) * Measurement.pauses(isQuick: options.isQuick).count
        let passing = PassingPlan(topology, options: options)
        let locks = rows.count + 2 * passing.lockPairs.count
        // A pass takes some hundred nanoseconds, within a node or between nodes.
        let pass = Double(sizing.passes) * 400e-9 * runs
        let latency = Double(pairs) * sizing.latency + Double(columns.count) * buffer
        let bandwidth = Double(figures) * sizing.reading * moves + Double(columns.count + rows.count) * buffer / 2
        var parts = [
            Part(part: .latency, visit: 0, steps: pairs, seconds: latency),
            Part(
                part: .curves, visit: 0, steps: points,
                seconds: Double(points) * sizing.point * 1.5 + Double(places) * 4 * buffer),
            Part(part: .bandwidth, visit: 0, steps: figures, seconds: bandwidth),
            Part(
                part: .loadedLatency, visit: 0, steps: loads,
                seconds: Double(loads) * sizing.point + Double(rows.count * min(2, columns.count)) * buffer),
            Part(
                part: .cacheToCache, visit: 0, steps: passing.pairs.count,
                seconds: Double(passing.pairs.count) * pass),
            Part(part: .locks, visit: 0, steps: locks, seconds: Double(locks) * pass * 3),
            Part(
                part: .pageCosts, visit: 0, steps: pairs,
                seconds: Double(pairs) * 24 * (Double(sizing.basePages) * 1e-6 + Double(sizing.hugePages) * 0.2e-3)),
        ]
        if options.comparesPolicies {
            let steps = rows.count * max(0, columns.count - 1) * PolicyCost.Policy.allCases.count
            let work = 3 * runs * sizing.reading + 2 * sizing.point
            parts.append(Part(part: .policies, visit: 0, steps: steps, seconds: Double(steps) * (work + 2 * buffer)))
        }
        for visit in 1..<max(1, sizing.visits) {
            parts.append(Part(part: .latency, visit: visit, steps: pairs, seconds: latency))
            parts.append(
                Part(
                    part: .curves, visit: visit, steps: cachePoints,
                    seconds: Double(cachePoints) * sizing.point * 1.5 + Double(places) * buffer / 2))
            parts.append(Part(part: .bandwidth, visit: visit, steps: figures, seconds: bandwidth))
        }
        return parts
    }

    /// Measures part after part on threads of its own.
    ///
    /// What cannot be measured is named in the report. If `interrupt` is raised, the report has what was measured
    /// until then. `progress` is called before each step, on a thread of the measurement. Throws
    /// `HostError.systemCall` only if no thread can be had. `allocator` is tried under each policy, if those are asked
    /// for; `locks` are raced for beside this measurement's own.
    public func execute(
        interrupt: InterruptFlag = InterruptFlag(), allocator: PolicyWorkload? = nil, locks: [LockWorkload] = [],
        progress: @escaping @Sendable (MeasureProgress) -> Void = { _ in }
    ) async throws(HostError) -> AccessCostReport {
        let conductor = try PinnedExecutor(.anywhere, name: "measure")
        return try await conductor.run { () throws(HostError) in
            var measurement = try Measurement(
                plan: self, interrupt: interrupt, allocator: allocator, locks: locks, progress: progress)
            try measurement.run()
            return measurement.report
        }
    }
}

/// How far a measurement is.
public struct MeasureProgress: Hashable, Sendable {
    public let part: MeasuredPart
    /// What is measured now, for people.
    public let words: String
    /// From 0 to 1.
    public let done: Double
    /// An estimate, from the pace so far.
    public let secondsLeft: Double
}

extension Host {
    /// The same host as if it had these nodes only. Those that it does not have are ignored; if it has none, all stay.
    func limited(to nodes: [HostNodeID]) -> Host {
        let kept = topology.nodes.indices.filter { nodes.contains(topology.nodes[$0].id) }
        guard !kept.isEmpty else { return self }
        return Host(
            topology: HostTopology(
                source: topology.source, hasNUMA: topology.hasNUMA, nodes: kept.map { topology.nodes[$0] },
                distances: kept.map { row in kept.map { topology.distances[row][$0] } }, note: topology.note),
            binding: binding, memoryLimit: memoryLimit)
    }
}

extension MeasurePlan {
    /// One line on what is about to happen.
    public var announcement: String {
        let (rows, columns) = (host.topology.cpuNodes.count, host.topology.memoryNodes.count)
        return "measuring memory of \(columns) node\(columns == 1 ? "" : "s") from CPUs of \(rows): about "
            + "\(max(1, Int(seconds.rounded(.up)))) s"
    }
}

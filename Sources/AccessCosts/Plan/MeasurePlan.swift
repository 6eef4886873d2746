import HostNUMA

/// A measurement that is about to be made: what of, and about how long it takes.
public struct MeasurePlan: Sendable {
    /// One part's share.
    public struct Part: Hashable, Sendable {
        public let part: MeasuredPart
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
        let pairs = self.host.topology.cpuNodes.count * self.host.topology.memoryNodes.count
        sizing = Sizing(options, pairs: pairs, isEmulated: hypervisor?.isEmulator ?? false)
        parts = [Part(part: .latency, steps: pairs, seconds: Double(pairs) * sizing.latency * 1.5)]
    }

    /// Measures part after part on threads of its own.
    ///
    /// What cannot be measured is named in the report. If `interrupt` is raised, the report has what was measured
    /// until then. `progress` is called before each step, on a thread of the measurement. Throws
    /// `HostError.systemCall` only if no thread can be had.
    public func execute(
        interrupt: InterruptFlag = InterruptFlag(),
        progress: @escaping @Sendable (MeasureProgress) -> Void = { _ in }
    ) async throws(HostError) -> AccessCostReport {
        let conductor = try PinnedExecutor(.anywhere, name: "measure")
        return try await conductor.run { () throws(HostError) in
            var measurement = try Measurement(plan: self, interrupt: interrupt, progress: progress)
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

import HostNUMA

/// The latency of memory on each node, seen from a CPU of each node.
public struct LatencyMatrix: Hashable, Sendable, Encodable {
    /// The rows: every node with CPUs, ascending.
    public let cpuNodes: [HostNodeID]
    /// The columns: every node with memory, ascending.
    public let memoryNodes: [HostNodeID]
    /// Nil where not measured; `gaps` says why.
    public let cells: [[Latency?]]
    /// By row, then column: one for each nil in `cells`.
    public let gaps: [Gap]
    /// The firmware's distances of the same pairs, 10 for local; nil where nobody says.
    public let firmwareDistances: [[Int?]]
    /// Whether the measurement was stopped before its end.
    public let interrupted: Bool

    /// The medians, in nanoseconds per load.
    public var nanoseconds: [[Double?]] { cells.map { $0.map { $0?.nanoseconds.median } } }

    /// Whether there is memory that is remote to some CPU at all.
    public var hasRemotePairs: Bool { Set(cpuNodes).union(memoryNodes).count > 1 }

    /// Whether each measured pair's memory was seen to be on its node.
    public var isPlacementVerified: Bool {
        let measured = cells.joined().compactMap { $0 }
        return !measured.isEmpty && measured.allSatisfy(\.placement.isAsExpected)
    }

    /// Measures every pair that can be, one after the other, on threads of its own.
    ///
    /// A pair that cannot be measured becomes a gap with its reason. Looks at `interrupt` every few milliseconds
    /// of loads, and then gives back what it has. `progress` is called before each pair, on a thread of the
    /// measurement. Throws `HostError.systemCall` only if no thread can be had.
    public static func measure(
        on host: Host, options: LatencyOptions = LatencyOptions(), interrupt: InterruptFlag = InterruptFlag(),
        progress: @escaping @Sendable (LatencyProgress) -> Void = { _ in }
    ) async throws(HostError) -> LatencyMatrix {
        let conductor = try PinnedExecutor(.anywhere, name: "latency")
        return try await conductor.run { () throws(HostError) in
            var survey = LatencySurvey(host: host, options: options, interrupt: interrupt)
            survey.run(progress: progress)
            return survey.matrix()
        }
    }
}

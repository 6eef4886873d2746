import HostNUMA

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
        method.notes = [
            "latency: dependent loads over a random cycle through every line, so that prefetchers find no stride",
            "latency and bandwidth: medians of \(plan.sizing.chases) and \(plan.sizing.moves) short readings at each of "
                + "\(plan.sizing.visits) visits, between which all else is measured and memory is mapped anew; the "
                + "quickest reading stands beside them: what it costs while nobody else disturbs",
            "bandwidth: loads and stores of 16 bytes; copy and triad count what they load and store; each thread walks "
                + "arrays of its own; medians, the best of each figure is its maximum",
            "loaded latency: one CPU chases, the node's others read other memory of the same node",
            "cache to cache: one line, each CPU waits for the other's value and stores the next",
            "locks: a ticket spinlock of this measurement's own, and the lock of pgdat's zones; not the kernel's",
        ]
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

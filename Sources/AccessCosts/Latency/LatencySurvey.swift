import HostNUMA

/// The work behind `LatencyMatrix.measure`: column by column, so that one buffer at a time takes memory.
struct LatencySurvey {
    private let host: Host
    private let options: LatencyOptions
    private let pools: [HostSettings.HugePagePool]
    private let interrupt: InterruptFlag
    private let rows: [HostNode]
    private let columns: [HostNode]
    private let seats: Seats
    private var cells: [[Latency?]]
    private var reasons: [[String?]]
    /// Nanoseconds per load, of every visit.
    private var readings: [[[Double]]]
    private var pairsDone = 0

    init(
        host: Host, options: LatencyOptions, interrupt: InterruptFlag, seats: Seats = Seats(),
        pools: [HostSettings.HugePagePool] = []
    ) {
        self.host = host
        self.options = options
        self.pools = pools
        self.interrupt = interrupt
        self.seats = seats
        rows = host.topology.cpuNodes
        columns = host.topology.memoryNodes
        cells = Array(repeating: Array(repeating: nil, count: columns.count), count: rows.count)
        reasons = Array(repeating: Array(repeating: nil, count: columns.count), count: rows.count)
        readings = Array(repeating: Array(repeating: [], count: columns.count), count: rows.count)
    }

    /// Visits every pair. A further visit, on other memory, adds readings to those of the ones before.
    mutating func run(progress: (LatencyProgress) -> Void = { _ in }) {
        for column in columns.indices {
            guard !interrupt.isRaised else { return }
            do throws(HostError) {
                try measure(column: column, progress)
            } catch {
                for row in rows.indices where cells[row][column] == nil && reasons[row][column] == nil {
                    reasons[row][column] = error.reason
                }
            }
        }
    }

    func matrix() -> LatencyMatrix {
        let gaps = rows.indices.flatMap { row in
            columns.indices.compactMap { column -> Gap? in
                guard cells[row][column] == nil else { return nil }
                return Gap(row: row, column: column, reason: reasons[row][column] ?? "interrupted")
            }
        }
        return LatencyMatrix(
            cpuNodes: rows.map(\.id), memoryNodes: columns.map(\.id), cells: cells, gaps: gaps,
            firmwareDistances: rows.map { row in
                columns.map { host.topology.distance(from: row.id, to: $0.id) }
            },
            interrupted: interrupt.isRaised)
    }

    private mutating func measure(column: Int, _ progress: (LatencyProgress) -> Void) throws(HostError) {
        let node = columns[column]
        let caches = try rows.compactMap(\.cpus.first).map { cpu throws(HostError) in
            try HostCache.lastLevel(of: cpu)
        }.compactMap(\.self)
        let memory = try MeasuredMemory.make(
            options.bufferBytes(cacheBytes: caches.map(\.byteCount).max()), on: node, of: host, pools: pools)
        guard
            let cycle = RandomCycle(
                at: memory.address, byteCount: memory.byteCount, lineBytes: caches.map(\.lineBytes).max() ?? 64,
                isStopped: { interrupt.isRaised })
        else { return }
        for row in rows.indices {
            guard !interrupt.isRaised else { return }
            progress(
                LatencyProgress(
                    pairsDone: pairsDone, pairs: rows.count * columns.count, cpuNode: rows[row].id,
                    memoryNode: node.id))
            pairsDone += 1
            guard let seat = try seats.first(of: rows[row]) else {
                reasons[row][column] = "\(rows[row].id) has no CPU that this process may use"
                continue
            }
            let visit = seat.readChase(
                from: cycle.position, runs: options.runs, seconds: options.secondsPerPair, interrupt: interrupt)
            if let problem = visit.problem {
                reasons[row][column] = problem
                continue
            }
            readings[row][column] += visit.nanoseconds
            guard let summary = Summary(readings[row][column]) else { continue }
            cells[row][column] = Latency(
                nanoseconds: summary, loads: visit.loads + (cells[row][column]?.loads ?? 0),
                cpu: visit.cpu ?? seat.cpu, memoryNode: node.id,
                bufferBytes: memory.byteCount, cacheBytes: try HostCache.lastLevel(of: seat.cpu)?.byteCount,
                hugePageBytes: memory.hugePageBytes, pages: memory.pages, way: memory.way,
                placement: memory.placement, isPinned: seat.thread.pinning.isPinned)
        }
    }
}

extension LatencyOptions {
    /// What was asked for, or some last-level caches.
    func bufferBytes(cacheBytes: Int?) -> Int {
        let times = min(max(1, timesCache), 64)
        return bufferBytes ?? min(max(times * min(max(0, cacheBytes ?? 0), 1 << 30), 64 << 20), 2 << 30)
    }
}

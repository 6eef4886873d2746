import HostNUMA

/// The work behind `LatencyMatrix.measure`: column by column, so that one buffer at a time takes memory.
struct LatencySurvey {
    private let host: Host
    private let options: LatencyOptions
    private let interrupt: InterruptFlag
    private let rows: [HostNode]
    private let columns: [HostNode]
    /// A thread per row, nil where the node has no CPU for this process.
    private let threads: [PinnedExecutor?]
    private var cells: [[Latency?]]
    private var reasons: [[String?]]
    private var pairsDone = 0

    init(host: Host, options: LatencyOptions, interrupt: InterruptFlag) throws(HostError) {
        self.host = host
        self.options = options
        self.interrupt = interrupt
        rows = host.topology.cpuNodes
        columns = host.topology.memoryNodes
        var threads: [PinnedExecutor?] = []
        for node in rows {
            guard let cpu = node.cpus.first else {
                threads.append(nil)
                continue
            }
            threads.append(try PinnedExecutor(.cpu(cpu), name: "latency \(cpu.rawValue)"))
        }
        self.threads = threads
        cells = Array(repeating: Array(repeating: nil, count: columns.count), count: rows.count)
        reasons = Array(repeating: Array(repeating: nil, count: columns.count), count: rows.count)
    }

    mutating func run(progress: (LatencyProgress) -> Void = { _ in }) {
        for column in columns.indices {
            guard !interrupt.isRaised else { return }
            do throws(HostError) {
                try measure(column: column, progress)
            } catch {
                for row in rows.indices where cells[row][column] == nil && reasons[row][column] == nil {
                    reasons[row][column] = "\(error)"
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
        }
        let lineBytes = caches.compactMap { $0?.lineBytes }.max() ?? 64
        let buffer = try makeBuffer(on: node, cacheBytes: caches.compactMap { $0?.byteCount }.max())
        let placement = try buffer.placement(samples: .max)
        guard placement.isAsExpected || columns.count == 1 else {
            let reason =
                placement.checkedPages == 0
                ? "nobody here says where a page is"
                : "\(placement.onExpectedNode) of \(placement.checkedPages) pages are on \(node.id)"
            for row in rows.indices { reasons[row][column] = reason }
            return
        }
        let hugePageBytes = try buffer.hugePageBytes()
        guard
            var cycle = RandomCycle(
                at: buffer.address, byteCount: buffer.byteCount, lineBytes: lineBytes,
                isStopped: { interrupt.isRaised })
        else { return }
        for row in rows.indices {
            guard !interrupt.isRaised else { return }
            progress(
                LatencyProgress(
                    pairsDone: pairsDone, pairs: rows.count * columns.count, cpuNode: rows[row].id,
                    memoryNode: node.id))
            pairsDone += 1
            guard let thread = threads[row], let cpu = rows[row].cpus.first else {
                reasons[row][column] = "\(rows[row].id) has no CPU that this process may use"
                continue
            }
            let outcome = readings(on: thread, of: rows[row], &cycle)
            if let problem = outcome.problem {
                reasons[row][column] = problem
                continue
            }
            guard let summary = Summary(outcome.nanoseconds) else { continue }
            cells[row][column] = Latency(
                nanoseconds: summary, loads: outcome.loads, cpu: outcome.cpu ?? cpu, memoryNode: node.id,
                bufferBytes: buffer.byteCount, cacheBytes: try HostCache.lastLevel(of: cpu)?.byteCount,
                hugePageBytes: hugePageBytes,
                pages: (hugePageBytes ?? 0) > buffer.byteCount / 2 ? .transparentHuge : .base, way: "\(buffer.way)",
                placement: placement,
                isPinned: thread.pinning.isPinned)
        }
    }

    private func makeBuffer(on node: HostNode, cacheBytes: Int?) throws(HostError) -> NodeMemory {
        let times = min(max(1, options.timesCache), 64)
        let wanted = options.bufferBytes ?? min(max(times * min(cacheBytes ?? 0, 1 << 30), 64 << 20), 2 << 30)
        // A quarter of what is there: the node's other users keep room, and what was read is some time ago.
        let size = min(wanted, host.availableBytes(on: node) / 4)
        guard size >= 64 << 10 else { throw .unreachable(node: node.id, reason: "it has no memory free") }
        return try NodeMemory(byteCount: size, on: node.id, of: host)
    }

    private struct Outcome: Sendable {
        var nanoseconds: [Double] = []
        var loads = 0
        var cpu: HostCPU?
        /// The thread was not seen where it should be: on its CPU, or if it may not be pinned, on its node.
        var problem: String?
    }

    private func readings(on thread: PinnedExecutor, of node: HostNode, _ cycle: inout RandomCycle) -> Outcome {
        let accepted =
            thread.pinning.isPinned ? thread.place.cpus ?? [] : node.onlineCPUs
        let pinning = thread.pinning
        let problem = { @Sendable (seen: HostCPU?) -> String? in
            guard let seen else { return "the kernel does not say on which CPU a thread is" }
            return accepted.contains(seen) ? nil : "the thread is \(pinning), and was seen on \(seen)"
        }
        let (options, interrupt) = (options, interrupt)
        // The walk is handed to the thread and back: this one sleeps meanwhile.
        nonisolated(unsafe) var walk = cycle
        defer { cycle = walk }
        return thread.runBlocking { () -> Outcome in
            var outcome = Outcome()
            let runs = max(1, options.runs)
            let budget = Duration.seconds(max(0, options.secondsPerPair) / Double(runs + 1))
            // The first run is for warming up: the lines that setting up left in the caches, and the clock's pace.
            for run in 0...runs {
                outcome.cpu = thread.noteCPU()
                outcome.problem = problem(outcome.cpu)
                if outcome.problem != nil { return outcome }
                var loads = 0
                let begin = ContinuousClock.now
                var elapsed = Duration.zero
                repeat {
                    walk.walk(Self.chunk)
                    loads += Self.chunk
                    elapsed = ContinuousClock.now - begin
                } while elapsed < budget && !interrupt.isRaised
                outcome.problem = problem(thread.noteCPU())
                if outcome.problem != nil { return outcome }
                if run > 0 {
                    outcome.nanoseconds.append(elapsed / .nanoseconds(1) / Double(loads))
                    outcome.loads += loads
                }
                if interrupt.isRaised { return outcome }
            }
            return outcome
        }
    }

    /// Loads between two looks at the clock, which costs as much as one load: a millisecond or two.
    private static let chunk = 1 << 14
}

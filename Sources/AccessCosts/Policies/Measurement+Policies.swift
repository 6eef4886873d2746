import HostNUMA

extension Measurement {
    /// The same work under each policy, for each pair of nodes with a CPU on the first.
    mutating func measurePolicies(_ allocator: PolicyWorkload?) {
        var costs = PolicyCosts()
        defer { report.policies = costs }
        guard bench.columns.count(where: \.hasUsableMemory) > 1 else {
            costs.verdict =
                "One node with memory: what node-local memory is worth cannot be shown here; every policy gives the "
                + "same memory."
            return
        }
        if case .refused(let reason) = bench.host.binding.mbind {
            costs.verdict = "Memory cannot be bound to nodes (\(reason)): policies cannot be compared here."
            return
        }
        for row in bench.rows.indices {
            guard let home = bench.home(of: row) else { continue }
            for other in bench.columns.indices where other != home && bench.columns[other].hasUsableMemory {
                for policy in PolicyCost.Policy.allCases where !bench.isInterrupted {
                    meter.step("\(policy.rawValue) memory from \(bench.rows[row].id), with \(bench.columns[other].id)")
                    do throws(HostError) {
                        guard let seat = try bench.seats.first(of: bench.rows[row]) else { continue }
                        costs.figures += try figures(
                            policy, seat, home: bench.columns[home], other: bench.columns[other], allocator)
                    } catch {
                        let pair = "\(bench.columns[home].id) with \(bench.columns[other].id)"
                        costs.missing.append("\(policy.rawValue), \(pair): \(error.reason)")
                    }
                }
            }
        }
        costs.verdict = Self.verdict(costs.figures)
    }

    private func figures(
        _ policy: PolicyCost.Policy, _ seat: Seat, home: HostNode, other: HostNode, _ allocator: PolicyWorkload?
    ) throws(HostError) -> [PolicyCost] {
        let kind: PageKind = bench.settings.transparentHugePages ?? "never" == "never" ? .base : .transparentHuge
        let cache = try HostCache.lastLevel(of: seat.cpu)?.byteCount
        let wanted = max(bench.sizing.latencyBytes(cacheBytes: cache), allocator?.byteCount ?? 0)
        let size = min(
            MeasuredMemory.affordableBytes(wanted, on: home, of: bench.host),
            MeasuredMemory.affordableBytes(wanted, on: other, of: bench.host))
        guard size >= 64 << 10 else { throw .unreachable(node: other.id, reason: "too little memory is free") }
        let mapping = try PageMapping(byteCount: size, pages: kind)
        try mapping.place(policy.mapping(home: home.id, other: other.id))
        let (sizing, interrupt) = (bench.sizing, bench.interrupt)
        return try seat.thread.runBlocking { () throws(HostError) -> [PolicyCost] in
            // The seat's own thread touches it first, as the policies that go by the toucher want.
            try mapping.populate()
            let nodes = try mapping.nodes()
            let share = Double(nodes.count { $0 == home.id }) / Double(max(1, nodes.count))
            var costs: [PolicyCost] = []
            func add(_ work: PolicyCost.Work, _ readings: [Double], _ unit: String) {
                guard let value = Summary(readings) else { return }
                costs.append(
                    PolicyCost(
                        policy: policy, work: work, cpuNode: seat.node.id.rawValue, otherNode: other.id.rawValue,
                        value: value, unit: unit, localShare: share))
            }
            // The allocator's comes first: it wants memory that nobody wrote to.
            if let allocator, allocator.byteCount <= mapping.byteCount,
                let run = allocator.prepare(mapping.address, mapping.byteCount)
            {
                add(.allocator, timed(sizing, interrupt, run), "ns")
            }
            let array = mapping.byteCount / 3 / MemoryLoop.granule * MemoryLoop.granule
            var copy = MemoryLoop(.copy, streaming: false, at: mapping.address, byteCount: array)
            add(.copy, timed(sizing, interrupt) { copy.advance() }.map { 1 / $0 }, "GB/s")
            var update = RandomUpdates(at: mapping.address, byteCount: mapping.byteCount)
            add(.update, timed(sizing, interrupt) { update.advance() }, "ns")
            guard
                let cycle = RandomCycle(
                    at: mapping.address, byteCount: mapping.byteCount, lineBytes: 64,
                    isStopped: { interrupt.isRaised })
            else { return costs }
            let chase = seat.chaseHere(
                from: cycle.position, runs: sizing.runs, seconds: sizing.point * 2, interrupt: interrupt)
            if let problem = chase.problem { throw .unreachable(node: seat.node.id, reason: problem) }
            add(.chase, chase.nanoseconds, "ns")
            return costs
        }
    }

    /// Words from figures: how much faster local memory is than remote, by the work that gains most.
    static func verdict(_ figures: [PolicyCost]) -> String {
        struct Gain {
            var factor: Double
            var words: String
        }
        let gains = figures.filter { $0.policy == .local }.compactMap { local -> Gain? in
            let remote = figures.first {
                $0.policy == .remote && $0.work == local.work && $0.cpuNode == local.cpuNode
                    && $0.otherNode == local.otherNode
            }
            guard let remote, local.value.median > 0, remote.value.median > 0 else { return nil }
            let isRate = local.unit == "GB/s"
            let factor =
                isRate ? local.value.median / remote.value.median : remote.value.median / local.value.median
            return Gain(
                factor: factor,
                words: "\(rounded(factor)) times for \(local.work.words) (\(rounded(local.value.median)) "
                    + "\(local.unit) on node \(local.cpuNode), \(rounded(remote.value.median)) on node "
                    + "\(local.otherNode))")
        }
        guard let most = gains.max(by: { $0.factor < $1.factor }), let least = gains.min(by: { $0.factor < $1.factor })
        else { return "No pair of nodes was measured under both local and remote memory." }
        if most.factor < 1.05 {
            return "Node-local memory is not faster here: at most \(most.words)."
        }
        return "Node-local memory is faster here: \(most.words), because each remote line crosses the link between "
            + "nodes; least, \(least.words)."
    }

    private static func rounded(_ value: Double) -> String {
        let scale = value < 10 ? 100.0 : 10
        return String(describing: (value * scale).rounded() / scale)
    }
}

/// Nanoseconds per unit, of which `piece` says how many it did: a reading per run, and one to warm up.
private func timed(_ sizing: Sizing, _ interrupt: InterruptFlag, _ piece: () -> Int) -> [Double] {
    var readings: [Double] = []
    let budget = Duration.seconds(sizing.reading)
    for run in 0...sizing.runs where !interrupt.isRaised {
        var units = 0
        let begin = ContinuousClock.now
        var elapsed = Duration.zero
        repeat {
            units += piece()
            elapsed = ContinuousClock.now - begin
        } while elapsed < budget && !interrupt.isRaised
        if run > 0 { readings.append(elapsed / .nanoseconds(1) / Double(max(1, units))) }
    }
    return readings
}

extension PolicyCost.Policy {
    func mapping(home: HostNodeID, other: HostNodeID) -> MappingPolicy {
        switch self {
        case .local: .bind(home)
        case .remote: .bind(other)
        case .preferred: .preferred(home)
        case .interleave: .interleave([home, other].sorted())
        case .weightedInterleave: .weightedInterleave([home, other].sorted())
        }
    }
}

extension PolicyCost.Work {
    /// For people.
    var words: String {
        switch self {
        case .copy: "copying"
        case .chase: "dependent loads"
        case .update: "random updates"
        case .allocator: "pgdat's allocator"
        }
    }
}

import AccessCosts
import HostNUMA
import PhysicalMemory

extension RunPlan {
    /// What a run is doing, for a progress line.
    public enum Progress: Sendable {
        /// Memory is made to exist; the part that is done.
        case populating(Double)
        /// The workload runs: operations so far, and the seconds since it began.
        case running(operations: Int, seconds: Double)
        case auditing
        case measuring(LatencyProgress)
    }

    /// Builds the machine, runs the workload on every CPU, audits, and measures what memory costs.
    ///
    /// If `interrupt` is raised, the report has what was done until then. Throws `MachineError`, `DriveError` or
    /// `HostError`.
    public func execute(
        interrupt: InterruptFlag, progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) async throws -> RunReport {
        var report = try await work(interrupt, progress)
        if let latency = options.latency {
            let matrix = try await LatencyMatrix.measure(on: measuredHost, options: latency, interrupt: interrupt) {
                progress(.measuring($0))
            }
            report.accessCosts = RunReport.AccessCosts(matrix)
        }
        report.interrupted = interrupt.isRaised
        return report
    }

    /// The host, or of a host's machine the nodes that were named.
    private var measuredHost: Host {
        guard options.standsForHost, let nodes = options.nodes else { return host }
        let topology = host.topology
        let kept = topology.nodes.indices.filter { index in
            nodes.contains(NodeID(topology.nodes[index].id.rawValue))
        }
        guard !kept.isEmpty else { return host }
        return Host(
            topology: HostTopology(
                source: topology.source, hasNUMA: topology.hasNUMA, nodes: kept.map { topology.nodes[$0] },
                distances: kept.map { row in kept.map { topology.distances[row][$0] } }, note: topology.note),
            binding: host.binding, memoryLimit: host.memoryLimit)
    }

    /// All but the cost matrix: when it returns, the machine and its memory are gone.
    private func work(
        _ interrupt: InterruptFlag, _ progress: @escaping @Sendable (Progress) -> Void
    ) async throws -> RunReport {
        let stage = try await stage(interrupt, progress)
        let elapsed = await stage.drive.run(stage.cpus, stage.bell, options, interrupt, progress: progress)
        progress(.auditing)
        return try await conclude(stage, elapsed: elapsed)
    }

    /// The machine with its memory, threads and drivers, ready to work.
    func stage(_ interrupt: InterruptFlag, _ progress: @Sendable (Progress) -> Void) async throws -> RunStage {
        let storage = HostStorage()
        let statistics = LockStatisticsOptions(
            detention: options.drive.mischief.detention(seed: options.drive.seed),
            contextSwitches: { ThreadSwitches.current.involuntary })
        let machine = try Machine(
            layout, storage: storage, lock: options.lock, lockStatistics: options.measuresLocks ? statistics : nil)
        try bindPages(of: machine, storage)
        var executors: [HostCPU: PinnedExecutor] = [:]
        for cpu in assignment.cpus where executors[cpu.hostCPU] == nil {
            executors[cpu.hostCPU] = try Self.executor(of: cpu)
        }
        let backing = try makeBacking(interrupt, progress)
        if backing != nil { try await initialize(machine, executors) }
        let drive = try Drive(
            machine, cpus: assignment.cpus.map(\.cpu), settings: options.drive,
            directMap: backing?.directMap(of: machine))
        let sharers = Dictionary(assignment.cpus.map { ($0.hostCPU, 1) }, uniquingKeysWith: +)
        let cpus = try assignment.cpus.indices.map { place in
            let cpu = assignment.cpus[place]
            let isShared = sharers[cpu.hostCPU, default: 1] > 1
            let own = isShared && options.hasThreadPerCPU ? try Self.executor(of: cpu) : executors[cpu.hostCPU]!
            return ModelledCPU(drive, place: place, on: own, sharesThread: isShared && !options.hasThreadPerCPU)
        }
        let bell = KswapdBell(daemons: try makeDaemons(machine))
        for cpu in cpus { await cpu.prepare() }
        return RunStage(machine: machine, backing: backing, drive: drive, cpus: cpus, bell: bell)
    }

    private static func executor(of cpu: HostAssignment.CPU) throws(HostError) -> PinnedExecutor {
        try PinnedExecutor(.cpu(cpu.hostCPU), name: "cpu \(cpu.hostCPU.rawValue)")
    }

    /// Audits with everything held, frees everything, audits again, and gathers the figures.
    func conclude(_ stage: RunStage, elapsed: Double) async throws -> RunReport {
        let machine = stage.machine
        let departures = stage.drive.settleDepartures()
        var outcomes: [CPUOutcome] = []
        for cpu in stage.cpus { outcomes.append(await cpu.outcome()) }
        var collector = RunCollector(
            plan: self, machine: machine, elapsed: elapsed,
            audit: machine.audit(holding: outcomes.lazy.flatMap(\.holdings)))
        collector.departures = departures
        collector.addFigures(outcomes, stage.cpus.map(\.executor))
        collector.statuses = machine.zoneNames.compactMap { machine.status(of: $0) }
        for cpu in stage.cpus { collector.faults += await cpu.releaseAll().map(\.description) }
        if let worker = assignment.cpus.first { machine.drainAll(on: worker.cpu) }
        collector.auditAfterRelease = machine.audit(holding: [])
        for daemon in stage.bell.daemons { collector.kswapd.append((daemon.node, await daemon.figures())) }
        if let backing = stage.backing { try collector.addPlacement(backing, machine) }
        return collector.report()
    }

    /// What the allocator knows of a node's frames lies on the node, too.
    private func bindPages(of machine: Machine, _ storage: HostStorage) throws {
        for node in layout.nodes {
            guard let hostNode = assignment.nodes[node.id] else { continue }
            for zone in node.zones {
                for range in zone.presentRanges { try storage.bind(machine.pages(of: range), to: hostNode, of: host) }
            }
        }
    }

    private func makeBacking(
        _ interrupt: InterruptFlag, _ progress: (Progress) -> Void
    ) throws(HostError) -> Backing? {
        guard options.isBacked else { return nil }
        return try Backing(layout, nodes: assignment.nodes, host: host, interrupt: interrupt) {
            progress(.populating($0))
        }
    }

    /// Touches each node's pages from a CPU of it, where there is one.
    private func initialize(_ machine: Machine, _ executors: [HostCPU: PinnedExecutor]) async throws {
        for node in layout.nodes {
            let own = assignment.cpus.first { $0.node == node.id } ?? assignment.cpus.first
            guard let cpu = own, let executor = executors[cpu.hostCPU] else { continue }
            await executor.run { machine.finishInitialization(of: node.id) }
        }
    }

    private func makeDaemons(_ machine: Machine) throws -> [Kswapd] {
        try layout.nodes.filter { $0.presentPages > 0 }.map { node in
            let home = assignment.nodes[node.id].flatMap { host.topology.node($0) }
            let place = home.map { $0.cpus.isEmpty ? ThreadPlace.anywhere : .node($0) } ?? .anywhere
            return try Kswapd(machine, node: node.id, place: place)
        }
    }
}

/// A plan's machine, ready to work.
struct RunStage {
    let machine: Machine
    let backing: Backing?
    let drive: Drive
    let cpus: [ModelledCPU]
    let bell: KswapdBell
}

extension Drive {
    /// Runs all CPUs until the time is over, the operations are done or somebody interrupts. Returns the seconds.
    func run(
        _ modelled: [ModelledCPU], _ bell: KswapdBell, _ options: RunOptions, _ interrupt: InterruptFlag,
        progress: @escaping @Sendable (RunPlan.Progress) -> Void
    ) async -> Double {
        let active = max(1, cpus.indices.count { isActive($0) })
        let share = options.operations.map { ($0 + active - 1) / active }
        let begin = ContinuousClock.now
        await withTaskGroup(of: Bool.self) { group in
            for cpu in modelled {
                group.addTask {
                    await cpu.run(operations: share, bell: bell)
                    return false
                }
            }
            group.addTask { [self] in
                await watch(options, interrupt, since: begin, progress)
                return true
            }
            var working = modelled.count
            for await isWatch in group {
                if isWatch { continue }
                working -= 1
                if working == 0 {
                    stop()
                    group.cancelAll()
                }
            }
        }
        return begin.duration(to: .now) / .seconds(1)
    }

    /// Stops the drive when it is time to.
    private func watch(
        _ options: RunOptions, _ interrupt: InterruptFlag, since begin: ContinuousClock.Instant,
        _ progress: @Sendable (RunPlan.Progress) -> Void
    ) async {
        // With a number of operations too, the first of the two that is reached ends it.
        let end = options.seconds.map { begin + .seconds($0) }
        while !isStopped {
            let now = ContinuousClock.now
            if interrupt.isRaised || end.map({ now >= $0 }) ?? false { return stop() }
            progress(.running(operations: operations, seconds: begin.duration(to: now) / .seconds(1)))
            let next = now + .milliseconds(50)
            try? await Task.sleep(until: end.map { min($0, next) } ?? next, clock: .continuous)
        }
    }
}

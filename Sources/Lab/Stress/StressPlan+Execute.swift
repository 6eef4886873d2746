import HostNUMA
import PhysicalMemory

extension StressPlan {
    /// What a stress run is doing: the point, counted from 1, and how far it is.
    public struct Progress: Sendable {
        public var number: Int
        public var point: Point
        public var step: RunPlan.Progress
    }

    /// Runs all points, one after the other. If `interrupt` is raised, the report has what was done until then.
    ///
    /// Throws `MachineError`, `DriveError`, `HostError` or ``RunError``.
    public func execute(
        interrupt: InterruptFlag, progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) async throws -> StressReport {
        let frames = layout.nodes.reduce(0) { $0 + $1.presentPages.rawValue }
        var report = StressReport(
            machine: .init(
                name: layout.name, nodes: layout.nodes.count, cpus: layout.onlineCPUCount - addedCPUs, frames: frames,
                pageSize: layout.pageSize.rawValue),
            plan: self)
        report.checks = checks
        report.roundTripNanoseconds = try await measureRoundTrip()
        var notes: [String] = []
        for (index, point) in points.enumerated() where !interrupt.isRaised || index == 0 {
            let (result, remarks) = try await execute(point, interrupt) {
                progress(Progress(number: index + 1, point: point, step: $0))
            }
            report.add(result, label: points.count > 1 ? label(of: point) : nil)
            for note in remarks where !notes.contains(note) { notes.append(note) }
        }
        if report.roundTripNanoseconds != nil, !interrupt.isRaised {
            report.roundTripNanoseconds?.after = try await measureRoundTrip()?.before
        }
        report.notes = notes + limits(report)
        report.interrupted = interrupt.isRaised
        if let fault = options.run.drive.plant {
            report.plant = .init(fault: fault.rawValue, caught: !report.isSound)
            if report.isSound { report.errors.append("the planted fault \(fault.rawValue) was not found") }
        }
        return report
    }

    private func execute(
        _ point: Point, _ interrupt: InterruptFlag, _ progress: @escaping @Sendable (RunPlan.Progress) -> Void
    ) async throws -> (StressReport.Point, notes: [String]) {
        if let torture = options.torture { return (try await self.torture(torture, point, interrupt, progress), []) }
        let plan = try plan(of: point)
        let stage = try await plan.stage(interrupt, progress)
        stage.machine.resetLockStatistics()
        let elapsed = await stage.drive.run(stage.cpus, stage.bell, plan.options, interrupt, progress: progress)
        progress(.auditing)
        let figures = MachineLockFigures(stage.machine)
        let run = try await plan.conclude(stage, elapsed: elapsed)
        var result = StressReport.Point(point, workers: workers(of: point).sorted { $0.cpu < $1.cpu }, run)
        result.locks = figures.locks
        result.lockWaitNanoseconds = StressReport.Times(figures.zoneWaits)
        result.mischief.delayedHolders = figures.delayedHolders
        result.mischief.preemptedHolders = figures.preemptedHolders
        return (result, run.notes)
    }

    /// How errors of one point among many are told apart.
    func label(of point: Point) -> String {
        var text = "\(point.lock.rawValue), \(point.threads) thread\(point.threads == 1 ? "" : "s")"
        if let batch = point.batch { text += ", batch \(batch)" }
        if let high = point.high { text += ", high \(high)" }
        return text
    }

    private var checks: [String] {
        if options.torture != nil { return ["two threads inside at once", "changes to what the lock guards"] }
        var checks = ["audit at the end of each point, and again when all is freed"]
        guard options.run.drive.checksOwners else { return checks }
        checks.append("an owner word for each frame, exchanged by every holder")
        if options.run.isBacked {
            checks.append("poison in the first and last word of each free frame")
            checks.append("a mark in each held frame, and canaries at both ends of each block")
        }
        return checks
    }

    private func measureRoundTrip() async throws -> StressReport.RoundTrip? {
        guard hostCPUs.count > 1, options.measuresRoundTrip else { return nil }
        let pair = [hostCPUs[0], hostCPUs[hostCPUs.count - 1]]
        let nanoseconds = try await RoundTrip.measure(pair[0], pair[1])
        return .init(cpus: pair.map(\.rawValue), before: nanoseconds, after: nil)
    }

    /// What the figures cannot show.
    private func limits(_ report: StressReport) -> [String] {
        var notes: [String] = []
        if hostCPUs.count == 1 {
            notes.append("one CPU: threads never run at once, so nothing here says how a lock fares when they do")
        } else if hostCPUs.count == 2 {
            notes.append(
                "two CPUs: a lock has one waiter at most, so no queue forms; which lock scales to more CPUs, or hands "
                    + "over best between nodes, cannot be seen here")
        }
        if report.oversubscribed {
            notes.append(
                "more threads than CPUs: a holder or the next in a queue may have lost its CPU, which a kernel's "
                    + "spinlock never sees; these figures tell how a lock bears that, and nothing about scaling")
        }
        if addedCPUs > 0 && options.torture == nil {
            notes.append("the machine was given \(addedCPUs) more CPUs, for the points with more threads than it has")
        }
        if options.torture == nil && (options.measuresLocks || options.run.drive.checksOwners) {
            notes.append(
                "throughput is that of a run that is looked after; --no-checks --no-lock-figures shows it without")
        }
        if options.torture == nil && report.zoneLockTraffic < 0.01 {
            notes.append(
                "fewer than one operation in a hundred took a zone's lock: a workload that takes it more often, or "
                    + "--torture, tells more of the lock")
        }
        if options.run.drive.mischief.nodeDepartures > 0 {
            notes.append(
                "a node that goes: its CPUs stop, their lists are drained, its free initialised pageblocks are "
                    + "isolated, then given back; frames in use stay, the zones keep their size and their places in "
                    + "the zonelists")
        }
        if options.run.drive.mischief.cpuDepartures > 0 {
            notes.append(
                "a CPU that goes: its thread stops between two operations, another drains its lists and folds its "
                    + "counters; its blocks stay held until it is back")
        }
        return notes
    }
}

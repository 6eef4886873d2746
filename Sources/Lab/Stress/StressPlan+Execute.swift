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
                name: layout.name, nodes: layout.nodes.count, cpus: layout.onlineCPUCount, frames: frames,
                pageSize: layout.pageSize.rawValue),
            plan: self)
        report.checks = checks
        report.roundTripNanoseconds = try await measureRoundTrip()
        var notes: [String] = []
        for (index, point) in points.enumerated() where !interrupt.isRaised || index == 0 {
            let plan = try plan(of: point)
            let run = try await plan.execute(interrupt: interrupt) {
                progress(Progress(number: index + 1, point: point, step: $0))
            }
            report.add(StressReport.Point(point, run), label: points.count > 1 ? label(of: point) : nil)
            for note in run.notes where !notes.contains(note) { notes.append(note) }
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

    /// How errors of one point among many are told apart.
    func label(of point: Point) -> String {
        var text = "\(point.lock.rawValue), \(point.threads) thread\(point.threads == 1 ? "" : "s")"
        if let batch = point.batch { text += ", batch \(batch)" }
        if let high = point.high { text += ", high \(high)" }
        return text
    }

    private var checks: [String] {
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
        guard hostCPUs.count > 1 else { return nil }
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

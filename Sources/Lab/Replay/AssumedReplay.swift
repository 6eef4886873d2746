import HostNUMA
import KernelFormats
import PhysicalMemory

/// A replay of kmem tracepoints alone: the demand of somebody's machine, met by a machine that is assumed.
///
/// Such a trace says neither what was free at its beginning nor the zones, so the frames need not be the recorded
/// ones; a free maps to the frame that the model handed out for the same request.
public struct AssumedReplay: Sendable {
    public private(set) var report: ReplayReport
    /// Each allocation's line and the model's frame; ``PFN/none``: it had none.
    public private(set) var predictions: [(line: Int, pfn: PFN)] = []

    private let events: TraceEvents
    private let layout: MachineLayout
    private let interrupt: InterruptFlag

    /// Frames up to which a machine is assumed: 4 TiB with 4 KiB pages.
    static let frameLimit: UInt64 = 1 << 30

    /// Throws where the frames are too many to assume a machine for, or for a setting that there is not. When
    /// `interrupt` is raised, it ends with what was replayed until then.
    public init(
        _ events: TraceEvents, settings: [(name: String, value: String)] = [], skippedRecords: Int = 0,
        interrupt: InterruptFlag = InterruptFlag()
    ) throws(ReplayError) {
        self.events = events
        self.interrupt = interrupt
        let cpus = (events.events.map { Int($0.cpu) }.max() ?? 0) + 1
        var end: UInt64 = 1 << 14
        for event in events.events where event.pfn != .none {
            end = max(end, event.pfn.rawValue + UInt64(event.order.pageCount.rawValue))
        }
        guard end <= Self.frameLimit else { throw .tooLarge(limit: PageCount(Int(Self.frameLimit))) }
        end = (end + 1023) & ~1023
        layout = try Self.assumedLayout(frames: Int(end), cpus: cpus)
        report = ReplayReport(
            allocations: 0, exact: 0, zonesExact: 0, frees: 0, strayFrees: 0, skippedRecords: skippedRecords,
            finalState: nil, firstDifference: nil, changes: nil,
            assumptions: [
                "the trace has no state: assumed is an x86-64 machine of one node, \(cpus) CPUs and "
                    + "\(end >> 8) MiB, all of it free at the beginning",
                "the frames need not be the recorded ones, and the zones are not recorded",
                "frees of what was allocated before the trace began are skipped and counted",
            ], seconds: 0)
        report.lostEvents = events.lostEvents
        report.otherEvents = events.otherEvents
        let unchanged = try run(layout)
        guard !settings.isEmpty else { return }
        let changed = try run(ReplaySettings(settings, of: layout).layout)
        if report.interrupted { return }
        report.changes = ReplayChanges(
            settings: settings.map { "\($0.name)=\($0.value)" }, unchanged: unchanged, changed: changed)
    }

    private static func assumedLayout(frames: Int, cpus: Int) throws(ReplayError) -> MachineLayout {
        let spec = MachineSpec(
            name: "assumed",
            memory: [
                MachineSpec.MemoryRange(start: .kibibytes(4), end: .kibibytes(636), node: 0),
                MachineSpec.MemoryRange(start: .mebibytes(1), end: .kibibytes(4 * frames), node: 0),
            ],
            nodes: [MachineSpec.Node(id: 0, cpus: (0..<cpus).map { CPUID($0) }, distances: [10])])
        do throws(BootError) {
            return try MachineLayout(booting: spec)
        } catch {
            throw .unsupported("a machine like the trace's: \(error)")
        }
    }

    private mutating func run(_ layout: MachineLayout) throws(ReplayError) -> ReplayCosts {
        let machine: Machine
        do throws(MachineError) {
            machine = try Machine(layout)
        } catch {
            throw .machine(error)
        }
        let before = ReplayCosts(machine)
        var held: [UInt64: UInt64] = [:]
        var tally = ReplayTally()
        predictions = []
        let elapsed = ContinuousClock().measure {
            for event in events.events where !interrupt.isRaised {
                switch event.kind {
                case .allocate: allocate(event, machine, &held, &tally)
                case .free: free(event, machine, &held, &tally)
                default: break
                }
            }
        }
        report.allocations = tally.allocations
        report.recordedFailures = tally.recordedFailures
        report.exact = tally.exact
        report.zonesExact = tally.allocations
        report.frees = tally.frees
        report.strayFrees = tally.strayFrees
        report.seconds = elapsed / .seconds(1)
        report.interrupted = interrupt.isRaised
        var costs = ReplayCosts(machine) - before
        costs.failures = predictions.count { $0.pfn == .none }
        return costs
    }

    private mutating func allocate(
        _ event: TraceEvent, _ machine: Machine, _ held: inout [UInt64: UInt64], _ tally: inout ReplayTally
    ) {
        if event.pfn == .none { tally.recordedFailures += 1 } else { tally.allocations += 1 }
        // The kernel splits compound pages without a tracepoint; without them any piece can be freed.
        let gfp = GFP(rawValue: event.gfp).subtracting(.compound)
        let pfn = (try? machine.allocate(event.order, gfp, on: CPUID(Int(event.cpu)))) ?? .none
        predictions.append((Int(event.line), pfn))
        if pfn != .none, pfn == event.pfn { tally.exact += 1 }
        guard pfn != .none else { return }
        guard event.pfn != .none else {
            // The recorded request failed, so nobody will free what the model found.
            try? machine.free(pfn, order: event.order, on: CPUID(Int(event.cpu)))
            return
        }
        for offset in 0..<UInt64(event.order.pageCount.rawValue) {
            held[event.pfn.rawValue + offset] = pfn.rawValue + offset
        }
    }

    private func free(
        _ event: TraceEvent, _ machine: Machine, _ held: inout [UInt64: UInt64], _ tally: inout ReplayTally
    ) {
        tally.frees += 1
        guard let pfn = held[event.pfn.rawValue],
            machine.freeRecorded(PFN(pfn), event.order, cpu: Int(event.cpu))
        else {
            tally.strayFrees += 1
            return
        }
        for offset in 0..<UInt64(event.order.pageCount.rawValue) { held[event.pfn.rawValue + offset] = nil }
    }

    /// As ``Replay/predictionLines()``.
    public func predictionLines() -> [UInt8] {
        var text: [UInt8] = []
        for (line, pfn) in predictions {
            text.append(contentsOf: "\(line) \(pfn == .none ? "-" : String(pfn.rawValue, radix: 16))\n".utf8)
        }
        return text
    }
}

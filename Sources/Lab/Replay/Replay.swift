import HostNUMA
import KernelFormats
import PhysicalMemory

/// A trace of a real kernel's page allocator, replayed by the model.
///
/// The model is loaded with the trace's first state and given its operations one by one; each frame that it hands out
/// is compared with the one that the kernel did, and its state at the end with the trace's last.
public struct Replay: Sendable {
    public let trace: AllocationTrace
    private let layout: MachineLayout
    private let check: ReplayCheck
    private let interrupt: InterruptFlag
    /// The frame that the model chose for each `A` line, in their order; ``PFN/none``: it had none.
    public private(set) var predictions: ContiguousArray<PFN> = []
    public private(set) var report: ReplayReport

    /// Replays the trace, under other `settings` if there are any.
    ///
    /// Throws where the model has no machine like the trace's, or no such setting, and where events cannot be; a lenient
    /// replay leaves those out and counts them. When `interrupt` is raised, it ends with what was replayed until then.
    /// Complexity: O(events), twice if a frame differs or there are settings.
    public init(
        _ trace: AllocationTrace, settings: [(name: String, value: String)] = [], lenient: Bool = false,
        interrupt: InterruptFlag = InterruptFlag()
    ) throws(ReplayError) {
        self.trace = trace
        self.interrupt = interrupt
        layout = try MachineLayout(trace.machine)
        check = try ReplayCheck(trace, lenient: lenient)
        report = ReplayReport(
            allocations: 0, exact: 0, zonesExact: 0, frees: 0, strayFrees: 0,
            skippedRecords: trace.skipped.count + check.left.count,
            finalState: nil, firstDifference: nil, changes: nil, assumptions: [], seconds: 0)
        if settings.isEmpty { try runAsRecorded() } else { try run(under: settings) }
    }

    private mutating func runAsRecorded() throws(ReplayError) {
        let replayer = try start()
        take(replayer)
        if report.interrupted { return }
        if let final = trace.final {
            report.finalState = FinalState(
                replayer.machine.images(), zoneNumbers: replayer.zoneNumbers, recorded: final, machine: trace.machine)
        }
        guard !report.isExact else { return }
        let diagnosis = ReplayDiagnosis()
        try start(observer: diagnosis).run()
        report.firstDifference = diagnosis.first
    }

    private mutating func run(under settings: [(name: String, value: String)]) throws(ReplayError) {
        let changed = try start(ReplaySettings(settings, of: layout))
        changed.translation = FrameTranslation()
        let unchanged = try start()
        unchanged.run(until: interrupt)
        take(changed)
        // The two would not have met the same demand.
        if report.interrupted { return }
        report.changes = ReplayChanges(
            settings: settings.map { "\($0.name)=\($0.value)" }, unchanged: unchanged.costs, changed: changed.costs)
    }

    private mutating func take(_ replayer: Replayer) {
        let clock = ContinuousClock()
        let elapsed = clock.measure { replayer.run(until: interrupt) }
        predictions = replayer.predictions
        report.allocations = replayer.tally.allocations
        report.exact = replayer.tally.exact
        report.zonesExact = replayer.tally.zonesExact
        report.frees = replayer.tally.frees
        report.strayFrees = replayer.tally.strayFrees
        report.seconds = elapsed / .seconds(1)
        report.interrupted = interrupt.isRaised
    }

    /// The line of each `A` record and the model's frame, as `--predictions` has them.
    public func predictionLines() -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(predictions.count * 14)
        var place = 0
        for (index, event) in trace.events.events.enumerated()
        where event.kind == .allocate && !check.left.contains(index) {
            text.append(contentsOf: String(event.line).utf8)
            text.append(32)
            let pfn = predictions[place]
            text.append(contentsOf: (pfn == .none ? "-" : String(pfn.rawValue, radix: 16)).utf8)
            text.append(10)
            place += 1
        }
        return text
    }

    /// A machine in the trace's first state, before the first event.
    private func start(
        _ settings: ReplaySettings? = nil, observer: ReplayObserver? = nil
    ) throws(ReplayError) -> Replayer {
        let layout = settings?.layout ?? layout
        let machine: Machine
        do throws(MachineError) {
            machine = try Machine(layout, contents: .nothing)
        } catch {
            throw .machine(error)
        }
        let names = machine.zoneNames
        var numbers: [Int] = []
        var images = Array(repeating: ZoneImage(), count: names.count)
        for (zone, state) in zip(trace.machine.zones, trace.initial.zones) {
            let name = ZoneName(node: zone.node, zone: layout.zoneTypes[zone.index])
            guard let number = names.firstIndex(of: name) else {
                throw .unsupported("zone \(zone.type.kernelName) of node \(zone.node): \(zone.spanned) frames")
            }
            numbers.append(number)
            images[number] = ZoneImage(state)
            if let own = layout.node(zone.node)?.zones[zone.index] { settings?.adapt(&images[number], of: own) }
        }
        machine.load(images)
        return Replayer(trace, machine: machine, zoneNumbers: numbers, left: check.left, observer: observer)
    }
}

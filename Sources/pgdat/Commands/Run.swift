import AccessCosts
import ArgumentParser
import HostNUMA
import Lab
import PhysicalMemory

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a machine: real threads allocate real memory on every node; then audit and measure it.")

    @OptionGroup(title: "Machine") var machine: MachineOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    @Option(help: "How long the workload runs (5, or as long as --operations take).")
    var seconds: Double?

    @Option(
        help: ArgumentHelp(
            "Stop after about this many allocations and frees of all CPUs; with --seconds, at whichever comes first.",
            valueName: "number"))
    var operations: Int?

    @Option(help: ArgumentHelp("Memory of each node given to the allocator (512M, or less).", valueName: "size"))
    var perNode: ByteCount?

    @Option(
        help: ArgumentHelp(
            "mixed orders and lifetimes; lifo or batch of single pages; spill: one node's CPUs hold more than it has.",
            discussion: "All: \(Workload.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "name")
    )
    var workload = Workload.mixed

    @Option(help: "Where the workload's random choices begin.")
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("Tasks that each CPU gives to another per second.", valueName: "rate"))
    var moveTasks = 0.0

    @Option(help: ArgumentHelp("Only these CPUs of the machine run: \(NumberList.forms).", valueName: "list"))
    var cpus: NumberList?

    @Option(help: ArgumentHelp("Only these nodes' CPUs and memory are used.", valueName: "list"))
    var nodes: NumberList?

    @Flag(help: "Give up (exit status 69) where memory cannot be bound to its node.")
    var requireBinding = false

    private static let usualSeconds = 5.0

    mutating func validate() throws {
        guard seconds ?? 1 > 0, seconds ?? 1 <= 1e7 else {
            throw ValidationError("--seconds must be above 0 and at most 1e7")
        }
        if let operations, operations < 1 { throw ValidationError("--operations must be at least 1") }
        if let perNode, perNode < 1 { throw ValidationError("--per-node must be above 0") }
        guard moveTasks >= 0, moveTasks <= 1e6 else { throw ValidationError("--move-tasks must be from 0 to 1e6") }
    }

    mutating func run() async throws {
        // From here on the first SIGINT ends the run, not the process.
        let interrupt = InterruptFlag.sigint
        let layout = try machine.layout()
        let plan: RunPlan
        do {
            plan = try RunPlan(layout, on: Host.current(), options: options(layout))
        } catch let error as RunError {
            throw Failure(error.isUsage ? .usage : .unavailable, error.description)
        }
        output.remark(plan.announcement)
        for note in plan.notes { output.remark("Note: \(note).") }
        let display = output
        let report = try await plan.execute(interrupt: interrupt) { display.progress($0.text) }
        output.progress("")
        if output.json {
            try output.print(report)
        } else {
            try Output.write(RunText(report, style: output.style).text)
        }
        if !report.isSound { throw Failure.checkFailed }
        if report.missesNamedNode(plan.options) {
            throw Failure(.unavailable, "a node named by --nodes could not be measured; the report says why")
        }
    }

    private func options(_ layout: MachineLayout) throws -> RunOptions {
        var options = RunOptions()
        options.seconds = operations == nil ? seconds ?? Self.usualSeconds : seconds
        options.operations = operations
        options.perNode = perNode
        options.drive = DriveSettings(workload: workload)
        options.drive.seed = seed
        options.drive.taskMovesPerSecond = moveTasks
        options.cpus = try cpus?.cpus(of: layout)
        options.nodes = try nodes?.nodes(of: layout)
        options.standsForHost = machine.machine == "host"
        options.requiresBinding = requireBinding
        // The matrix takes about as long as the workload: each pair at least a twentieth of a second.
        options.latency = LatencyOptions(
            secondsPerPair: min(1, max(0.05, (seconds ?? Self.usualSeconds) / 10)), runs: 3)
        return options
    }
}

extension Workload: ExpressibleByArgument {}

extension RunPlan.Progress {
    /// One line for a terminal.
    var text: String {
        switch self {
        case .populating(let part): "placing memory: \(Int(part * 100)) %"
        case .running(let operations, let seconds):
            "running: \(Int(seconds)) s, \(operations / 1_000_000) million operations"
        case .auditing: "auditing"
        case .measuring(let pair):
            "measuring memory: pair \(pair.pairsDone + 1) of \(pair.pairs), \(pair.cpuNode) to \(pair.memoryNode)"
        }
    }
}

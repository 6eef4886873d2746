import AccessCosts
import ArgumentParser
import HostNUMA
import Lab

struct MeasureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure",
        abstract: "Measure what memory costs on this host: latency, bandwidth, passing cache lines, pages.",
        discussion: """
            Each buffer is proved to lie on its node before it is measured, and each thread to run on its CPU. \
            Ctrl-C ends it with what was measured. On a host with one node there is no remote memory to measure.
            """)

    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Form") var form: MeasureForm

    @Flag(help: "Seconds instead of minutes: fewer readings, fewer points.")
    var quick = false

    @Flag(help: "Pass lines between all CPUs, not only those of one node and one pair per pair of nodes.")
    var allPairs = false

    @Flag(help: "Compare memory policies too: the same work under local, remote, preferred and interleaved memory.")
    var policies = false

    @Option(help: ArgumentHelp("Only these nodes' CPUs and memory, as 0-3,8.", valueName: "list"))
    var nodes: NumberList?

    mutating func run() async throws {
        let inputs = try form.inputs(output)
        if let stored = inputs.stored { return try form.show(stored, inputs, output) }
        // From here on the first SIGINT ends the measurement, not the process.
        let interrupt = InterruptFlag.sigint
        let host = try Host.current()
        var options = MeasureOptions(isQuick: quick)
        options.passesLinesBetweenAllPairs = allPairs
        options.comparesPolicies = policies
        let online = host.topology.nodes.map { Int($0.id.rawValue) }
        options.nodes = try nodes?.numbers(among: online, option: "--nodes").map { number in
            guard let id = HostNodeID(rawValue: number), host.topology.node(id) != nil else {
                throw Failure(.usage, "--nodes: this host has no online node \(number)")
            }
            return id
        }
        let plan = MeasurePlan(on: host, options: options)
        output.remark(plan.announcement)
        let display = output
        var report = try await plan.execute(
            interrupt: interrupt, allocator: AllocatorWork.pool, locks: ZoneLocks.races
        ) {
            display.progress($0.line)
        }
        output.progress("")
        report.firmware = FirmwareFigures(of: host.topology)
        try form.show(report, inputs, output)
        if options.nodes != nil, !report.interrupted, report.gaps.contains(where: { $0.part == .latency }) {
            throw Failure(.unavailable, "a node named by --nodes could not be measured; the report says why")
        }
    }
}

extension MeasureProgress {
    /// One line for a terminal.
    fileprivate var line: String {
        "\(Int(done * 100)) %, about \(max(1, Int(secondsLeft.rounded()))) s left: \(words)"
    }
}

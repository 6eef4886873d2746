import ArgumentParser
import HostNUMA
import KernelFormats
import Lab

struct HostCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "host",
        abstract: "Show a kernel's memory as it is: numastat, watermarks, per-CPU lists, fragmentation.",
        discussion: """
            With --pid also on which nodes a process's pages lie. Everything comes from /proc and /sys; the split by \
            migrate type is root's to read. --openmetrics FILE.prom is for node_exporter's textfile collector.
            """)

    @OptionGroup(title: "Output") var output: OutputOptions

    @Option(help: ArgumentHelp("host, or a capture (file or folder).", valueName: "source"))
    var machine = "host"

    @Option(help: ArgumentHelp("Which picture of a capture that holds several; the first is 1.", valueName: "number"))
    var picture: Int?

    @Option(help: ArgumentHelp("Show this process's pages by node too.", valueName: "pid"))
    var pid: Int?

    @Option(help: ArgumentHelp("How many of the process's biggest mappings to show.", valueName: "number"))
    var mappings = 10

    @Flag(help: "Show every CPU's lists, not their sum.")
    var perCPU = false

    @Flag(help: "Print OpenMetrics for monitoring instead of text.")
    var openmetrics = false

    @Option(help: ArgumentHelp("Show it again every so many seconds, with what changed, until SIGINT.", valueName: "s"))
    var watch: Double?

    @Option(help: ArgumentHelp("End --watch after showing it so many times.", valueName: "times"))
    var count: Int?

    mutating func validate() throws {
        if let picture, picture < 1 { throw ValidationError("--picture \(picture): pictures are counted from 1") }
        if let pid, !(1...(1 << 22) ~= pid) { throw ValidationError("--pid \(pid): processes are from 1 to 4194304") }
        guard 0...10_000 ~= mappings else { throw ValidationError("--mappings must be from 0 to 10000") }
        if openmetrics, output.json { throw ValidationError("--json and --openmetrics exclude each other") }
        if let watch {
            guard watch >= 0.1, watch <= 86400 else { throw ValidationError("--watch must be from 0.1 to 86400") }
            if openmetrics || machine != "host" { throw ValidationError("--watch shows the host, as text or JSON") }
        }
        if let count, watch == nil || count < 1 { throw ValidationError("--count goes with --watch and is at least 1") }
        if machine != "host" {
            if pid != nil { throw ValidationError("--pid shows a process of this host, not of --machine \(machine)") }
        } else if picture != nil {
            throw ValidationError("--picture goes with the --machine of a capture")
        }
    }

    mutating func run() async throws {
        guard let watch else { return try show(state(), changes: nil) }
        let interrupt = InterruptFlag.sigint
        let clock = ContinuousClock()
        var last = (state: try state(), at: clock.now)
        try show(last.state, changes: nil)
        var shown = 1
        while shown < count ?? .max {
            let next = last.at.advanced(by: .seconds(watch))
            while clock.now < next, !interrupt.isRaised {
                try await Task.sleep(until: min(next, clock.now.advanced(by: .milliseconds(50))), clock: clock)
            }
            if interrupt.isRaised { return }
            let now = (state: try state(), at: clock.now)
            let passed = (now.at - last.at) / .seconds(1)
            try show(now.state, changes: HostChanges(from: last.state, seconds: passed))
            last = now
            shown += 1
        }
    }

    private func state() throws -> HostState {
        guard machine == "host" else {
            guard case .capture(let path) = try MachineSource(machine) else {
                throw Failure(
                    .usage, "--machine \(machine): a description has no state to show",
                    hint: "Name a capture, as pgdat capture writes it, or nothing for this host.")
            }
            let state = try HostState(Capture(path: path), picture: picture ?? 1)
            if state.nodes.isEmpty { throw Failure(.badData, "\(path): it says nothing of zones and nodes") }
            return state
        }
        var state = HostState.current()
        if state.nodes.isEmpty {
            throw Failure(.unavailable, "this host says nothing of its zones and nodes: /proc and /sys cannot be read")
        }
        if let pid {
            do {
                state.process = ProcessState(try ProcessMemory(of: pid), mappings: mappings)
            } catch {
                switch error {
                case .noSuchProcess: throw Failure(.noInput, "--pid \(pid): no such process")
                case .noRight:
                    throw Failure(
                        .unavailable, "--pid \(pid): \(error)",
                        hint: "Its owner may read it, and whoever may trace it (CAP_SYS_PTRACE).")
                case .notKept, .host: throw Failure(.unavailable, "--pid \(pid): \(error)")
                }
            }
        }
        return state
    }

    private func show(_ state: HostState, changes: HostChanges?) throws {
        if output.json {
            var state = state
            state.changes = changes?.list(to: state)
            try output.print(state)
        } else if openmetrics {
            try Output.write(state.openMetrics)
        } else {
            let text = HostText(state, changes: changes, perCPU: perCPU, quiet: output.quiet, style: output.style).text
            try Output.write((changes == nil ? "" : "\n") + text)
        }
    }
}

import ArgumentParser
import HostNUMA
import PhysicalMemory

/// The root of the command line. A command is a type `NAMECommand` in `Commands/NAME.swift`, listed here.
struct PGDat: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pgdat",
        abstract: "Linux's physical memory, run by real threads on real NUMA hardware.",
        discussion: """
            Exit status: 0 done; 1 a check failed; 64 wrong usage; 65 bad input data; 66 a file is not there; \
            69 this host cannot do it; 70 a fault of pgdat.
            """,
        version: "pgdat \(Build.version) (\(Build.commit.map { "commit \($0)" } ?? "commit unknown"); "
            + "kernel rules: Linux \(KernelVersion.reference), and 6.1 to 7.2 where their boots differ)",
        subcommands: [
            RunCommand.self, LayoutCommand.self, InspectCommand.self, VerifyCommand.self, ReplayCommand.self,
            ExplainCommand.self, MeasureCommand.self, HostCommand.self, CaptureCommand.self, StressCommand.self,
        ],
        defaultSubcommand: RunCommand.self)

    /// Refuses what the parser would misunderstand: a first word that names no command, which it takes for an argument
    /// of the default one, and a number below 0, which it takes for an option.
    static func check(_ arguments: [String]) throws {
        let names = configuration.subcommands.compactMap { $0.configuration.commandName }
        if let word = arguments.first, !word.hasPrefix("-"), word != "help", !names.contains(word) {
            throw Failure(
                .usage, "no command '\(word)'",
                hint: "Commands: \(names.joined(separator: ", ")); pgdat --help tells more.")
        }
        if arguments.first == "help", let word = arguments.dropFirst().first, word != "help", !names.contains(word) {
            throw Failure(.usage, "help \(word): no such command", hint: "Commands: \(names.joined(separator: ", ")).")
        }
        for (option, value) in zip(arguments, arguments.dropFirst())
        where option.hasPrefix("--") && value.hasPrefix("-") && Double(value) != nil {
            throw Failure(.usage, "\(option) \(value): no option takes a number below 0")
        }
    }
}

@main
enum EntryPoint {
    static func main() async {
        do {
            try PGDat.check(Array(CommandLine.arguments.dropFirst()))
            if CommandLine.arguments.count == 1 {
                Output.say(
                    "pgdat run: this host's machine at work for 5 s, then audited; pgdat --help lists the commands.")
            }
            var command = try PGDat.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            Failure.end(with: error)
        }
    }
}

import ArgumentParser
import Foundation

/// pgdat beside the same algorithm in C and beside general allocators, each in a process of its own, by turns.
@main
struct Beside: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Times pgdat's allocator beside C, mimalloc, jemalloc and gperftools.",
        discussion:
            "Install libmimalloc2.0, libjemalloc2 and libtcmalloc-minimal4; those that are not there are left out.")

    @Option(help: "How often each allocator has its turn.") var rounds = 5
    @Flag(help: "Print JSON.") var json = false
    @Option(help: "Write pgdat's ratios to C to this file.") var save: String?
    @Option(help: "Compare pgdat's ratios to C with this file; exit 1 if one is worse by more than --tolerance.")
    var check: String?
    @Option(help: "How much worse a ratio may be than the stored one, as a share.") var tolerance = 0.15
    @Option(help: .hidden) var child: String?

    func validate() throws {
        guard (1...1000).contains(rounds) else { throw ValidationError("--rounds takes 1 to 1000") }
        guard (0...10).contains(tolerance) else { throw ValidationError("--tolerance takes 0 to 10") }
    }

    func run() throws {
        if let child { return try Self.measure(child) }
        let table = try Table(rounds: rounds)
        print(json ? try table.json() : table.text())
        if let save { try table.ratios.write(to: save) }
        if let check, try !table.ratios.holds(against: check, tolerance: tolerance) { throw ExitCode(1) }
    }

    /// What a child process does: one allocator, one line of JSON.
    private static func measure(_ name: String) throws {
        let cpus = Contender.allowedCPUs()
        let found: [String: Double]? =
            switch name {
            case "pgdat": try ModelSubject().map { Measurement.run($0, on: cpus) }
            case "C": TwinSubject().map { Measurement.run($0, on: cpus) }
            default: MallocSubject().map { Measurement.run($0, on: cpus) }
            }
        guard let found else { throw ValidationError("\(name): not enough memory") }
        print(String(decoding: try JSONEncoder().encode(found), as: UTF8.self))
    }
}

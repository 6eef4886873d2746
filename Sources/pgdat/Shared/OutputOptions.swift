import ArgumentParser
import FoundationEssentials
import Glibc

/// How a command reports: the same flags in each.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON for programs instead of text.")
    var json = false

    @Flag(name: [.short, .long], help: "Print the report only: no progress and no remarks.")
    var quiet = false

    @Flag(help: "No colors. So does the environment variable NO_COLOR.")
    var noColor = false

    /// What stdout's text may look like.
    var style: TextStyle {
        let environment = ProcessInfo.processInfo.environment
        let isWanted = !noColor && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
        return TextStyle(isColorful: isWanted && Output.isTerminal(STDOUT_FILENO))
    }

    /// Whether to show progress: on stderr, where it is a terminal.
    var showsProgress: Bool { !quiet && Output.isTerminal(STDERR_FILENO) }

    /// Says something on stderr that is not the report, unless the user wants quiet.
    func remark(_ line: String) {
        if !quiet { Output.say(line) }
    }

    /// Shows `text` in place of the progress shown before; an empty one takes it away.
    func progress(_ text: String) {
        if showsProgress { Output.sayInPlace(text) }
    }

    /// Prints `report` as JSON, keys sorted, with the version of its schema beside them.
    ///
    /// `report` encodes as an object. A value that is absent is left out unless it is `@OrNull`.
    func print(_ report: some Encodable, schema: Int = 1) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        var data = try encoder.encode(Versioned(report: report, schema: schema))
        data.append(UInt8(ascii: "\n"))
        try Output.write(json: Array(data))
    }
}

private struct Versioned<Report: Encodable>: Encodable {
    let report: Report
    let schema: Int

    enum CodingKeys: CodingKey { case schema }

    func encode(to encoder: any Encoder) throws {
        try report.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(schema, forKey: .schema)
    }
}

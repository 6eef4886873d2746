import ArgumentParser
import FoundationEssentials
import HostNUMA
import KernelFormats
import Lab
import PhysicalMemory

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compare what the model computes with what real kernels report.",
        discussion: """
            From the firmware's map, the affinity table, the command line, distances, CPUs and managed pages, \
            everything else is computed and compared field by field. A field is stale if it follows from the managed \
            pages of a moment in boot; one such moment must explain all of a picture. Exit status 1 if anything differs.
            """)

    @Argument(
        help: ArgumentHelp(
            "Captures: files, or folders that mirror a machine. Without any: this host.",
            valueName: "capture"))
    var captures: [String] = []

    @OptionGroup(title: "Output") var output: OutputOptions

    mutating func run() async throws {
        // From here on the first SIGINT ends the work after the capture at hand, not the process.
        let interrupt = InterruptFlag.sigint
        var report = VerifyReport()
        var unreadable: [any Error] = []
        let paths = captures.isEmpty ? ["/"] : captures
        for (index, path) in paths.enumerated() {
            if interrupt.isRaised {
                report.interrupted = true
                break
            }
            output.progress("\(index + 1) of \(paths.count): \(path)")
            if MachinePreset(rawValue: path) != nil, !FileManager.default.fileExists(atPath: path) {
                throw Failure(
                    .usage, "\(path) is a preset: no kernel reported anything of it that it could be compared with",
                    hint: "pgdat layout --machine \(path) shows it.")
            }
            do {
                var capture = try Capture(path: path)
                if path == "/" { capture.name = "host" }
                report.merge(try Verifier.verify(capture))
            } catch {
                unreadable.append(error)
            }
        }
        output.progress("")
        let isShownLast = report.mismatches.isEmpty || unreadable.count == paths.count
        for error in isShownLast ? unreadable.dropFirst() : unreadable[...] {
            output.remark(Failure(error)?.message ?? "\(error)")
        }
        if let first = unreadable.first, unreadable.count == paths.count {
            throw Failure(first) ?? Failure(.software, "\(first)")
        }
        if report.fields == 0, !report.interrupted, unreadable.isEmpty {
            throw Failure(
                .badData, "\(paths.joined(separator: ", ")): nothing in it can be compared with the model",
                hint: "What a kernel made of the machine is needed: /proc/zoneinfo, or the boot log's zones.")
        }
        if output.json {
            try output.print(report)
        } else {
            try Output.write(VerifyText(report).text)
        }
        if !report.mismatches.isEmpty { throw Failure.checkFailed }
        if let first = unreadable.first { throw Failure(first) ?? Failure(.software, "\(first)") }
    }
}

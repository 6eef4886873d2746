import ArgumentParser
import Foundation
import KernelFormats
import Lab
import PhysicalMemory

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Replay what a real kernel's page allocator did, and compare frame by frame.",
        discussion: """
            The model starts from the recorded state, gets the recorded requests and frees one by one, and must hand \
            out the very frames that the kernel did. Exit status 1 if anything differs.
            """)

    @Argument(help: ArgumentHelp("The folder of the trace.", valueName: "folder"))
    var folder: String

    @OptionGroup(title: "Output") var output: OutputOptions

    @Option(help: ArgumentHelp("Write each allocation's line number and the model's frame there.", valueName: "file"))
    var predictions: String?

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "Replay the same demand under another setting, and tell what would have changed.",
            discussion: "percpu_pagelist_high_fraction, watermark_scale_factor, watermark_boost_factor, "
                + "min_free_kbytes, lowmem_reserve_ratio, pcp.batch, pcp.high_min, pcp.high_max.",
            valueName: "name=value"))
    var settings: [Setting] = []

    @Flag(help: "Pass over damaged records and contradictions, and count them.")
    var lenient = false

    mutating func run() async throws {
        let trace = try AllocationTrace(folder: folder, lenient: lenient)
        for error in trace.skipped.first.prefix(10) { output.remark("passed over: \(error)") }
        let replay: Replay
        do {
            replay = try Replay(trace, settings: settings.map { ($0.name, $0.value) }, lenient: lenient)
        } catch {
            throw Failure(error, folder)
        }
        if let predictions {
            do {
                try Data(replay.predictionLines()).write(to: URL(fileURLWithPath: predictions))
            } catch {
                throw Failure(.unavailable, "\(predictions): \(error.localizedDescription)")
            }
        }
        if output.json {
            try output.print(replay.report)
        } else {
            try Output.write(ReplayText(replay.report, style: output.style).text)
        }
        if settings.isEmpty && !replay.report.isExact { throw Failure.checkFailed }
    }
}

extension Failure {
    fileprivate init(_ error: ReplayError, _ folder: String) {
        switch error {
        case .setting(let text): self.init(.usage, text)
        case .format(let error): self.init(.badData, "\(folder): \(error)")
        case .machine(let error): self = Failure(error) ?? Failure(.software, "\(error)")
        default: self.init(.badData, "\(folder): \(error)")
        }
    }
}

import ArgumentParser
import FoundationEssentials
import HostNUMA
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

    @Argument(
        help: ArgumentHelp(
            "The folder of the trace; or a text of kmem tracepoints, from an assumed state.", valueName: "folder"))
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
        // From here on the first SIGINT ends the replay, not the process.
        _ = InterruptFlag.sigint
        var isFolder = false
        let exists = FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder)
        if exists && !isFolder { try replayText() } else { try replayFolder() }
    }

    private var chosen: [(name: String, value: String)] { settings.map { ($0.name, $0.value) } }

    private func replayFolder() throws {
        let trace = try AllocationTrace(folder: folder, lenient: lenient)
        remark(trace.skipped)
        let replay: Replay
        do {
            replay = try Replay(trace, settings: chosen, lenient: lenient, interrupt: .sigint)
        } catch {
            throw Failure(error, folder)
        }
        try finish(replay.report, replay.predictionLines)
        if settings.isEmpty && !replay.report.isExact { throw Failure.checkFailed }
    }

    private func replayText() throws {
        let (events, skipped) = try TraceEvents.tracepoints(path: folder, lenient: lenient)
        remark(skipped)
        let replay: AssumedReplay
        do {
            replay = try AssumedReplay(
                events, settings: chosen, skippedRecords: skipped.count, interrupt: .sigint)
        } catch {
            throw Failure(error, folder)
        }
        try finish(replay.report, replay.predictionLines)
    }

    private func remark(_ skipped: SkippedRecords) {
        for error in skipped.first.prefix(10) { output.remark("passed over: \(error)") }
    }

    private func finish(_ report: ReplayReport, _ lines: () -> [UInt8]) throws {
        if let predictions { try Output.save(Data(lines()), to: predictions) }
        if output.json {
            try output.print(report)
        } else {
            try Output.write(ReplayText(report, style: output.style).text)
        }
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

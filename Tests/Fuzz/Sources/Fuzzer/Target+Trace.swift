import FoundationEssentials
import KernelFormats
import Lab

extension Target {
    /// The names of a trace's files, in the order in which an input has them, each ended by a line `@@`.
    static let traceFiles = ["machine.txt", "state0.txt", "events.txt", "state1.txt"]

    /// Four files make a recorded trace; a text that is not so divided is read for tracepoints.
    func replay(_ input: [UInt8]) {
        let parts = String(decoding: input, as: UTF8.self).components(separatedBy: "\n@@\n")
        guard parts.count == Self.traceFiles.count else {
            for lenient in [false, true] {
                guard let (events, _) = try? TraceEvents.tracepoints(input, file: "fuzz", lenient: lenient) else {
                    continue
                }
                _ = try? AssumedReplay(events)
            }
            return
        }
        let folder = Self.traceFolder
        for (name, text) in zip(Self.traceFiles, parts) {
            try? Data((text + "\n").utf8).write(to: URL(filePath: "\(folder)/\(name)"))
        }
        for lenient in [false, true] {
            guard let trace = try? AllocationTrace(folder: folder, lenient: lenient) else { continue }
            _ = try? Replay(trace, lenient: lenient)
        }
    }

    /// In memory where that is to be had: four files are written for each input.
    private static let traceFolder: String = {
        let above = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : "/tmp"
        let folder = "\(above)/pgdat-fuzz-\(ProcessInfo.processInfo.processIdentifier)"
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder
    }()
}

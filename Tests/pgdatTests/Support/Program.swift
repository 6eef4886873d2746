import Foundation
import Testing

/// The built `pgdat`, run as a user would run it.
enum Program {
    struct Result {
        var status: Int32
        var output: String
        var errors: String

        /// The output as a JSON object.
        func json(_ location: SourceLocation = #_sourceLocation) throws -> [String: Any] {
            let object = try JSONSerialization.jsonObject(with: Data(output.utf8))
            return try #require(object as? [String: Any], sourceLocation: location)
        }
    }

    /// It lies beside the test bundle, whose program runs these tests.
    static let path: String = {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        if let test = Bundle.allBundles.map(\.bundleURL).first(where: { $0.pathExtension == "xctest" }) {
            folder = test.deletingLastPathComponent()
        }
        return folder.appendingPathComponent("pgdat").path
    }()

    /// Runs it to its end. Both streams go to files, so that neither can fill a pipe.
    static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Result {
        try Folder.withTemporary { folder in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: path)
            process.arguments = arguments
            process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
            process.standardInput = FileHandle.nullDevice
            let (output, errors) = (try folder.newFile("output"), try folder.newFile("errors"))
            process.standardOutput = output
            process.standardError = errors
            try process.run()
            process.waitUntilExit()
            return Result(
                status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
                output: try folder.text("output"), errors: try folder.text("errors"))
        }
    }

    /// The most memory that it had resident until it wrote more than a page of output, in KiB.
    static func peakKibibytes(_ arguments: [String]) throws -> Int {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        let pipe = Pipe()
        // Its output doesn't fit, so it waits while its memory is looked at.
        let room = fcntl(pipe.fileHandleForWriting.fileDescriptor, 1031 /* F_SETPIPE_SZ */, 4096)
        try #require(room == 4096)
        process.standardOutput = pipe
        try process.run()
        _ = try pipe.fileHandleForReading.read(upToCount: 1)
        let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        _ = try pipe.fileHandleForReading.readToEnd()
        process.waitUntilExit()
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) })
    }

    static func run(_ arguments: String...) throws -> Result { try run(arguments) }

    /// Starts it, interrupts it once it has said `words`, and returns how it ended: what a user's Ctrl-C does.
    static func interrupt(_ arguments: [String], after words: String) throws -> Result {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let (output, errors) = (Pipe(), Pipe())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        var said = ""
        while !said.contains(words) {
            let more = errors.fileHandleForReading.availableData
            if more.isEmpty { break }
            said += String(decoding: more, as: UTF8.self)
        }
        kill(process.processIdentifier, SIGINT)
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Result(
            status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
            output: String(decoding: text, as: UTF8.self), errors: said)
    }
}

/// A folder that is gone after use.
struct Folder {
    let url: URL

    static func withTemporary<Value>(_ body: (Folder) throws -> Value) throws -> Value {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("pgdat-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: url) }
        return try body(Folder(url: url))
    }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    func newFile(_ name: String) throws -> FileHandle {
        _ = FileManager.default.createFile(atPath: path(name), contents: nil)
        return try FileHandle(forWritingTo: url.appendingPathComponent(name))
    }

    /// Writes a file and returns its path.
    func write(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: url.appendingPathComponent(name))
        return path(name)
    }

    func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: url.appendingPathComponent(name)), as: UTF8.self)
    }
}

import Foundation
import Testing

/// Bad input and bad luck: a message and the contract's status.
struct FailureTests {
    private func check(_ arguments: [String], status: Int32, says words: String) throws {
        let result = try Program.run(arguments)
        #expect(result.status == status, "\(result.errors)")
        #expect(result.errors.contains(words), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test(arguments: [
        (["layout", "--bad"], "--bad"), (["nonsense"], "no command 'nonsense'"),
        (["layout", "--format", "xml"], "xml"), (["layout", "--json", "--format", "tree"], "--format"),
        (["layout", "--machine", "nosuch"], "2-socket"),
        (["layout", "--machine", "2-socket", "--picture", "2"], "picture 2"),
        (["layout", "--machine", "2-socket", "--picture", "0"], "picture 0"),
        (["layout", "--machine", "2-socket", "--set", "vm.swappiness=3"], "vm.swappiness"),
        (["layout", "--machine", "2-socket", "--set", "vm.min_free_kbytes=lots"], "lots"),
        (["layout", "--machine", "2-socket", "--set", "vm.min_free_kbytes"], "--set"),
        (["run", "--per-node", "12Q"], "12Q"),
        (["verify", "2-socket"], "is a preset"), (["help", "foo"], "help foo: no such command"),
        (["explain", "--machine", "ring-4", "--cpu", "99"], "it has 0-7"),
        (["explain", "--machine", "2-socket", "--policy", "interleave:0-9"], "it has 0-1"),
        (["explain", "--machine", "2-socket", "--allowed", "+2"], "among those there are"),
        (["explain", "--machine", "2-socket", "--allowed", "!0-1"], "nothing is left"),
        (["explain", "--machine", "2-socket", "--allowed", "0-3:0"], "0-3:0"),
        (["stress", "--lock", "tas", "--lock", "nosuch"], "nosuch"),
        (["run", "--seconds", "-1"], "--seconds -1: no option takes a number below 0"),
        (["run", "--per-node", "99999999999T"], "99999999999T"),
    ])
    func wrongUsage(_ arguments: [String], _ words: String) throws {
        try check(arguments, status: 64, says: words)
    }

    /// Nothing to compare is no check passed.
    @Test func aCaptureWithNothingToCompareIsBadData() throws {
        try Folder.withTemporary { folder in
            let path = folder.path("sizes.txt")
            try "## /proc/meminfo\nMemTotal: 1048576 kB\n".write(toFile: path, atomically: true, encoding: .utf8)
            try check(["verify", path], status: 65, says: "nothing in it can be compared")
        }
    }

    @Test func aFileThatIsNotThere() throws {
        for path in ["/nonexistent/machine.json", "no-such-capture.txt"] {
            try check(["layout", "--machine", path], status: 66, says: path)
        }
    }

    @Test(arguments: [
        (#"{"memory": ["#, "machine.json:1: cut short"), ("{\n\"a\": 1]}", "machine.json:2: no valid JSON"),
        ("", "machine.json: no valid JSON"), ("[]", "machine.json"), ("{}", "no usable frame"),
        (#"{"memroy": []}"#, "memroy"), (#"{"memory": [{"start": 0}]}"#, "end"),
        (#"{"memory": [{"start": 0, "end": 4096}], "nodes": [{"id": 99999}]}"#, "99999"),
        (#"{"memory": [{"start": 0, "end": 9223372036854775807}]}"#, "memory"),
        (#"{"pageSize": 3, "memory": [{"start": 0, "end": 1073741824}]}"#, "pageSize"),
    ])
    func badDescriptions(_ text: String, _ words: String) throws {
        try Folder.withTemporary { folder in
            let path = try folder.write("machine.json", text)
            try check(["layout", "--machine", path], status: 65, says: words)
        }
    }

    @Test func aDescriptionWithoutCPUsLaysOutButCannotRun() throws {
        try Folder.withTemporary { folder in
            let path = try folder.write("machine.json", #"{"memory": [{"start": 0, "end": 1073741824}]}"#)
            #expect(try Program.run("layout", "--machine", path).status == 0)
            try check(["inspect", "node", "0", "--machine", path], status: 65, says: "no CPU")
        }
    }

    @Test func aNodeThatSpansTooMuchLaysOutButCannotRun() throws {
        let machine = #"{"memory": [{"start": 0, "end": 70368744177664}], "nodes": [{"id": 0, "cpus": [0]}]}"#
        try Folder.withTemporary { folder in
            let path = try folder.write("wide.json", machine)
            #expect(try Program.run("layout", "--machine", path).status == 0)
            try check(["inspect", "node", "0", "--machine", path], status: 69, says: "span more frames")
        }
    }

    @Test func noiseIsNoCapture() throws {
        try Folder.withTemporary { folder in
            let path = try folder.write("noise.txt", String(repeating: "@@ \u{0} zone 12 Node\n", count: 1000))
            for arguments in [["layout", "--machine", path], ["verify", path], ["run", "--machine", path]] {
                try check(arguments, status: 65, says: "noise.txt: it says nothing of memory")
                try check(arguments, status: 65, says: "A capture is a file as pgdat capture writes it")
            }
            // Once, not once as a remark and once as the error.
            let said = try Program.run("verify", path).errors
            #expect(said.split(separator: "noise.txt", omittingEmptySubsequences: false).count == 2, "\(said)")
        }
    }

    /// A capture that was cut off still loads; its reader is told.
    @Test func whatACaptureLacksIsSaid() throws {
        try Folder.withTemporary { folder in
            let text = try Program.run("capture", "--quiet").output
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let path = try folder.write("cut.txt", lines.prefix(lines.count / 2).joined(separator: "\n"))
            for arguments in [["layout", "--machine", path], ["host", "--machine", path]] {
                let result = try Program.run(arguments)
                #expect(result.status == 0 && result.output.contains("cut short"), "\(result.output)")
            }
        }
    }

    @Test func outputThatCannotBeWrittenIsAFailure() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = ["layout", "--machine", "2-socket"]
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: "/dev/full"))
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 69)
    }

    /// Before anything is measured or run, where that takes long.
    @Test(arguments: [["capture", "-o"], ["measure", "--quick", "--html"], ["stress", "--html"]])
    func aFileThatCannotBeWrittenIsNamedWithTheReason(_ arguments: [String]) throws {
        try check(arguments + ["/nonexistent/file"], status: 69, says: "cannot write /nonexistent/file: No such file")
        try check(arguments + ["/tmp"], status: 69, says: "cannot write /tmp: Is a directory")
    }

    @Test func aFullDiskIsAFailure() throws {
        try check(["capture", "-o", "/dev/full"], status: 69, says: "cannot write /dev/full: No space left")
    }
}

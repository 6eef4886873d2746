import Foundation
import Testing

/// What users type, and what texts of others hold.
struct InputWordsTests {
    private func nodesAllowed(_ list: String) throws -> [Int] {
        let result = try Program.run(["explain", "--machine", "ring-4", "--allowed", list, "--json"])
        let steps = try #require(try result.json()["steps"] as? [[String: Any]], "\(result.errors)")
        let request = try #require(steps.first { $0["kind"] as? String == "request" })
        return try #require((request["detail"] as? [String: Any])?["allowed"] as? [Int])
    }

    @Test(arguments: [
        ("1-2", [1, 2]), ("0-3:2", [0, 2]), ("all", [0, 1, 2, 3]), ("!0", [1, 2, 3]), ("!1-2", [0, 3]),
        ("+0-1", [0, 1]),
        ("0,3", [0, 3]),
    ])
    func listsAreThoseOfNumactl(_ list: String, _ nodes: [Int]) throws {
        #expect(try nodesAllowed(list) == nodes)
    }

    /// `+0` is the first node that there is, which need not be node 0.
    @Test func relativeNumbersCountAmongThoseThatThereAre() throws {
        try Folder.withTemporary { folder in
            let path = folder.path("machine.json")
            let text = """
                {"memory": [{"start": 4096, "end": 1073741824, "node": 2}, {"start": 1073741824, "end": 2147483648, "node": 5}],
                 "nodes": [{"id": 2, "cpus": [0]}, {"id": 5, "cpus": [1]}]}
                """
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            let result = try Program.run(["explain", "--machine", path, "--allowed", "+1", "--json"])
            let place = try #require(try result.json()["result"] as? [String: Any], "\(result.errors)")
            #expect(place["node"] as? Int == 5)
        }
    }

    @Test func everyLockThatIsNamedIsRun() throws {
        let result = try Program.run([
            "stress", "--machine", "laptop-16g", "--unbacked", "--threads", "1", "--operations", "1000", "--lock",
            "ttas",
            "--lock", "mcs", "--json", "--quiet",
        ])
        let runs = try #require(try result.json()["points"] as? [[String: Any]], "\(result.errors)")
        #expect(Set(runs.compactMap { $0["lock"] as? String }) == ["ttas", "mcs"])
    }

    /// The first of the two that is reached ends it.
    @Test(arguments: ["run", "stress"]) func secondsEndWhatOperationsWouldNot(_ command: String) throws {
        let result = try Program.run([
            command, "--machine", "laptop-16g", "--seconds", "0.2", "--operations", "1000000000000000000", "--json",
            "--quiet", "--per-node", "32M",
        ])
        #expect(result.status == 0, "\(result.errors)")
    }

    /// A capture must not write to the terminal of whoever looks at it.
    @Test(arguments: [["layout"], ["host"], ["layout", "--json"], ["inspect", "node", "0"], ["explain"]])
    func controlCharactersOfAnInputDoNotReachTheTerminal(_ command: [String]) throws {
        try Folder.withTemporary { folder in
            let path = folder.path("capture.txt")
            let evil = "\u{1B}]0;owned\u{7}\u{9B}31m\u{202E}gnp"
            let text = """
                @@machine
                name \(evil)
                kernel 6.12.0\(evil)
                arch x86_64
                @@cmdline
                movablecore=\(evil)
                @@nodes
                node0.cpulist 0
                node0.meminfo Node 0 MemTotal: 4194304 kB
                @@end

                """
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            let result = try Program.run(command + ["--machine", path])
            let shown = result.output + result.errors
            #expect(!shown.isEmpty)
            for scalar in shown.unicodeScalars {
                let isControl = scalar.value < 0x20 && scalar != "\n" || (0x7f..<0xa0).contains(scalar.value)
                #expect(!isControl && !(0x202a...0x202e).contains(scalar.value), "U+\(String(scalar.value, radix: 16))")
            }
        }
    }

    @Test func theVersionNamesTheKernelsWhoseRulesAreKnown() throws {
        let result = try Program.run(["--version"])
        #expect(result.status == 0 && result.output.hasPrefix("pgdat 0."))
        #expect(result.output.contains("commit") && result.output.contains("Linux 6.12"))
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func completionsOfferValues(_ shell: String) throws {
        let script = try Program.run(["--generate-completion-script", shell]).output
        for value in ["ring-4", "queued", "producer-consumer", "interleave"] { #expect(script.contains(value)) }
    }
}

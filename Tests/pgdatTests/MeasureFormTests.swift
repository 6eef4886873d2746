import Foundation
import Testing

/// Stored results in every form: nothing is measured here.
struct MeasureFormTests {
    private static func path(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("LabTests/Costs/Results/\(name).json").path
    }

    private func show(_ name: String, _ arguments: String...) throws -> Program.Result {
        try Program.run(["measure", "--from", Self.path(name)] + arguments)
    }

    @Test func textHasMatricesAndSense() throws {
        let result = try show("n3-memory-only")
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        for words in ["distances", "fallback order", "settings worth considering", "bandwidth, read", "differs"] {
            #expect(result.output.contains(words), "\(words)")
        }
        #expect(!result.output.contains("\u{1B}"))
        #expect(try show("n1").output.contains("no remote memory"))
    }

    @Test func everyForm() throws {
        #expect(try show("n2", "--csv").output.hasPrefix("quantity,variant,"))
        #expect(try show("n2", "--openmetrics").output.hasSuffix("\n# EOF\n"))
        #expect(try show("n3-memory-only", "--weights").output.contains("weighted_interleave/node2"))
        let json = try show("n2", "--json").json()
        for key in ["latencyNanoseconds", "sense", "schema", "firmware"] { #expect(json[key] != nil, "\(key)") }
        try Folder.withTemporary { folder in
            let result = try show("n2", "--html", folder.path("page.html"), "--quiet")
            #expect(result.status == 0 && result.output.contains("distances") && result.errors.isEmpty)
            #expect(try folder.text("page.html").hasPrefix("<!DOCTYPE html>"))
        }
        #expect(try show("n2", "--html", "/nonexistent/page.html").status == 69)
    }

    /// What is printed as JSON can be shown again.
    @Test func jsonIsAResultAgain() throws {
        let once = try show("n4-ring", "--json").output
        try Folder.withTemporary { folder in
            let path = try folder.write("again.json", once)
            #expect(try Program.run("measure", "--from", path, "--json").output == once)
        }
    }

    @Test func comparingFailsOnlyBeyondTheThreshold() throws {
        let same = try show("n2", "--compare", Self.path("n2"), "--threshold", "0")
        #expect(same.status == 0 && same.output.contains("0 worse"))
        let other = try show("n2", "--compare", Self.path("n4-ring"))
        #expect(other.status == 0 && other.output.contains("only in the old result"))
        // The pairs of 160 ns, with their readings.
        var slower = try String(contentsOfFile: Self.path("n4-ring"), encoding: .utf8)
        for (old, new) in [("160.0", "200.0"), ("158.4", "198.0"), ("161.6", "202.0")] {
            slower = slower.replacingOccurrences(of: old, with: new)
        }
        try Folder.withTemporary { folder in
            let path = try folder.write("slower.json", slower)
            let arguments = ["measure", "--from", path, "--compare", Self.path("n4-ring"), "--threshold"]
            #expect(try Program.run(arguments + ["20"]).status == 1)
            #expect(try Program.run(arguments + ["30"]).status == 0)
        }
    }

    @Test func badFilesAreNamed() throws {
        try Folder.withTemporary { folder in
            let bad = try folder.write("bad.json", "{\"cpuNodes\": [0]")
            let wrong = try folder.write("wrong.json", "{\"schema\": 7}")
            for (arguments, status) in [
                (["--from", bad], 65), (["--from", wrong], 65), (["--compare", bad], 65),
                (["--from", "/no/such.json"], 66), (["--compare", "/no/such.json"], 66),
            ] {
                let result = try Program.run(["measure"] + arguments)
                #expect(result.status == Int32(status), "\(result.errors)")
                #expect(result.errors.contains(arguments[1]) && result.output.isEmpty, "\(result.errors)")
            }
        }
        let none = try show("n2-emulated", "--weights")
        #expect(none.status == 65 && none.errors.contains("n2-emulated.json"))
    }

    @Test(arguments: [
        ["--csv", "--openmetrics"], ["--json", "--csv"], ["--threshold", "5"], ["--csv", "--compare", "x"],
        ["--compare", "x", "--threshold", "-1"], ["--weights", "--json"],
    ])
    func formsThatExcludeEachOther(_ arguments: [String]) throws {
        let result = try Program.run(["measure"] + arguments)
        #expect(result.status == 64 && result.output.isEmpty, "\(result.errors)")
    }
}

import Foundation
import Testing

/// `pgdat run` as a user meets it.
@Suite(.serialized) struct RunCommandTests {
    private let small = ["--machine", "laptop-16g", "--per-node", "16M"]

    @Test func aRunReportsInJSONAndSaysBeforehandWhatItWillDo() throws {
        let result = try Program.run(["run", "--operations", "20000", "--json", "--seconds", "0.1"] + small)
        #expect(result.status == 0, "\(result.errors)")
        let json = try result.json()
        #expect(json["schema"] as? Int == 1)
        #expect((json["cpus"] as? [Any])?.count == 8)
        #expect(json["interrupted"] as? Bool == false)
        #expect(result.errors.contains("pinned to CPU") && result.errors.contains("of real memory"))
    }

    @Test func aRunIsWhatPgdatDoesUnasked() throws {
        let result = try Program.run(["--operations", "20000", "--seconds", "0.1", "--quiet"] + small)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        for words in [
            "system memory", "node 0", "Normal", "numa_foreign", "audit", "clean", "placement", "access cost",
        ] {
            #expect(result.output.contains(words), "\(words)")
        }
    }

    @Test(arguments: [
        (["--cpus", "99"], 64, "no CPU 99"), (["--nodes", "7"], 64, "no node 7"), (["--cpus", "3-1"], 64, "3-1"),
        (["--seconds", "0"], 64, "--seconds"), (["--workload", "none"], 64, "none"),
        (["--operations", "0"], 64, "--operations"), (["--nodes", "99999"], 64, "99999"),
        (["--move-tasks", "-1"], 64, "move-tasks"),
    ])
    func whatCannotBeIsRefused(_ arguments: [String], _ status: Int, _ words: String) throws {
        let result = try Program.run(["run"] + small + arguments)
        #expect(result.status == Int32(status), "\(result.errors)")
        #expect(result.errors.contains(words), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test func moreMemoryThanThereIsIsRefused() throws {
        try Folder.withTemporary { folder in
            let path = try folder.write(
                "machine.json",
                #"{"memory": [{"start": 4294967296, "end": 17596481011712}], "nodes": [{"id": 0, "cpus": [0]}]}"#)
            let result = try Program.run("run", "--machine", path, "--per-node", "16T")
            #expect(result.status == 69, "\(result.errors)")
            #expect(result.errors.contains("too little memory"), "\(result.errors)")
        }
    }

    @Test func theFirstInterruptEndsTheRunWithAReport() throws {
        // It listens to the signal before it says what it will do.
        let result = try Program.interrupt(["run", "--seconds", "3600", "--json"] + small, after: "pinned to")
        #expect(result.status == 0)
        let json = try result.json()
        #expect(json["interrupted"] as? Bool == true)
        #expect((json["audit"] as? [String: Any])?["lost"] as? Int == 0)
    }
}

import Foundation
import Testing

/// `pgdat stress` as a user meets it.
@Suite(.serialized) struct StressCommandTests {
    private let small = ["--machine", "laptop-16g", "--per-node", "16M", "--operations", "5000"]

    @Test func itReportsInJSONAndSaysBeforehandWhatItWillDo() throws {
        let result = try Program.run(["stress", "--json", "--lock", "ticket"] + small)
        #expect(result.status == 0, "\(result.errors)")
        let json = try result.json()
        #expect(json["schema"] as? Int == 1 && json["lock"] as? String == "ticket" && json["cpus"] as? Int == 8)
        #expect((json["errors"] as? [Any])?.isEmpty == true)
        #expect((json["audit"] as? [String: Any])?["lost"] as? Int == 0)
        #expect(result.errors.contains("lock ticket"))
    }

    @Test func textSaysWhatWasCheckedAndWhatCannotBeSeen() throws {
        let result = try Program.run(["stress", "--quiet", "--threads", "2", "--drain", "0.01"] + small)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        for words in ["fairness", "audit  clean", "drains", "poison", "canaries"] {
            #expect(result.output.contains(words), "\(words)")
        }
    }

    @Test func aScalingRunDrawsAndWritesAPage() throws {
        try Folder.withTemporary { folder in
            let path = folder.path("page.html")
            let result = try Program.run([
                "stress", "--scale", "--torture", "zone", "--lock", "all", "--operations", "500", "--quiet", "--html",
                path,
            ])
            #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
            for words in ["acquisitions a second", "█", "queued", "more threads than CPUs"] {
                #expect(result.output.contains(words), "\(words)")
            }
            #expect(try folder.text("page.html").hasSuffix("</html>\n"))
            let missing = try Program.run(
                ["stress", "--torture", "zone", "--operations", "100", "--html", folder.path("no/page.html")])
            #expect(missing.status == 69 && missing.errors.contains("cannot write"), "\(missing.errors)")
        }
    }

    @Test func aPlantedFaultExitsWithOne() throws {
        let result = try Program.run(
            ["stress", "--quiet", "--json", "--threads", "1", "--plant", "double-free"] + small)
        #expect(result.status == 1, "\(result.errors)")
        let json = try result.json()
        #expect((json["errors"] as? [Any])?.isEmpty == false)
        #expect((json["plant"] as? [String: Any])?["caught"] as? Bool == true)
    }

    /// Ctrl-C, whatever is going on: what was found so far, in the form that was asked for.
    @Test(arguments: [
        [], ["--no-checks", "--no-lock-figures"], ["--sweep", "pcp.batch=1,63"], ["--scale", "--lock", "all"],
        ["--torture", "zone", "--pairs"], ["--torture", "algorithm", "--scale", "--lock", "all", "--hold", "1000000"],
    ])
    func anInterruptEndsItWithWhatWasFound(_ arguments: [String]) throws {
        let endless = ["stress", "--machine", "laptop-16g", "--per-node", "16M", "--seconds", "3600"] + arguments
        let result = try Program.interrupt(endless + ["--json"], after: "3600 s")
        #expect(result.status == 0, "\(result.errors)")
        let json = try result.json()
        #expect(json["interrupted"] as? Bool == true && (json["errors"] as? [Any])?.isEmpty == true)
        #expect((json["points"] as? [Any])?.count == 1 && json["seconds"] as? Double ?? 3600 < 3600)
    }

    @Test func anInterruptedRunHasItsTextAndItsPage() throws {
        try Folder.withTemporary { folder in
            let result = try Program.interrupt(
                [
                    "stress", "--torture", "zone", "--scale", "--seconds", "3600", "--html", folder.path("page.html"),
                ], after: "3600 s")
            #expect(result.status == 0 && result.output.contains("interrupted: "), "\(result.output)")
            #expect(try folder.text("page.html").contains("Interrupted: "))
        }
    }

    @Test(arguments: [
        (["--lock", "none"], "tas, ttas, ticket"), (["--threads", "9"], "from 1 to 8"),
        (["--threads", "0"], "--threads"),
        (["--sweep", "pcp.batch="], "pcp.batch=A,B,C"), (["--sweep", "pcp.other=1"], "pcp.batch=A,B,C"),
        (["--sweep", "pcp.batch=0"], "from 1 to"), (["--drain", "1.5"], "from 0.0 to 1.0"),
        (["--wrong-cpu=-0.1"], "from 0.0 to 1.0"), (["--fail-allocations", "nan"], "from 0.0 to 1.0"),
        (["--seconds", "0"], "--seconds"), (["--plant", "none"], "double-free"),
        (["--workload", "none"], "cross-node"),
        (["--workload", "cross-node"], "two nodes"), (["--node-hotplug", "0.1"], "two nodes"),
        (["--threads", "1", "--cpu-hotplug", "0.1"], "two threads"),
        (["--no-checks", "--plant", "lost-frame"], "--plant"),
        (["--seconds", "0.01", "--delay-holders", "0.1", "--delay", "20000000"], "at most 10000000"),
        (["--seconds", "0.01", "--torture", "zone", "--hold", "20000000"], "at most 10000000"),
        (["--torture", "zone", "--hold", "2000000000"], "from 0 to 1000000000"), (["--hold", "5"], "with --torture"),
        (["--torture", "zone", "--burst", "0"], "from 1 to"),
        (["--torture", "zone", "--hold", "99999999999999999999"], "from 0 to 1000000000"),
        (["--torture", "zone", "--think", "forever"], "from 0 to 1000000000"), (["--delay=-1"], "from 0 to 1000000000"),
        (["--threads", "1e3"], "from 1 to"), (["--operations", "0"], "from 1 to"), (["--seed", "x"], "from 0 to"),
        (["--no-lock-figures", "--delay-holders", "0.1"], "not with --no-lock-figures"),
        (["--seconds", "0.01", "--preempt-holders", "0.1", "--delay", "20000000"], "at most 10000000"),
        (["--torture", "none"], "algorithm"),
        (["--torture", "zone", "--threads", "5000"], "from 1 to 4096"),
        (["--torture", "zone", "--drain", "0.1"], "--drain"),
        (["--torture", "zone", "--plant", "lost-frame"], "early-unlock"),
        (["--torture", "zone", "--sweep", "pcp.batch=1"], "--sweep"),
    ])
    func whatCannotBeIsRefused(_ arguments: [String], _ words: String) throws {
        let result = try Program.run(["stress", "--machine", "laptop-16g", "--per-node", "16M"] + arguments)
        #expect(result.status == 64, "\(result.errors)")
        #expect(result.errors.contains(words), "\(result.errors)")
        #expect(result.output.isEmpty)
    }
}

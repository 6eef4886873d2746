import Foundation
import KernelFormats
import Testing

@testable import AccessCosts
@testable import Lab

struct CostFormsTests {
    @Test(arguments: Results.names)
    func everyFormOfEveryMachineIsValid(_ name: String) throws {
        let report = try Results.report(name)
        let metrics = try OpenMetricsReader(report.openMetrics)
        let latency = try #require(report.latencyNanoseconds[0][0])
        let labels = ["cpu_node": "\(report.cpuNodes[0])", "memory_node": "\(report.memoryNodes[0])"]
        let seconds = try #require(metrics.value("pgdat_memory_latency_seconds", labels))
        #expect(abs(seconds * 1e9 - latency) < 1e-6)

        let page = CostPage(report, CostSense(report)).text
        let markup = try MarkupReader(page)
        let cells = markup.elements.filter { $0.name == "td" && $0.attributes["style"]?.hasPrefix("--heat:") == true }
        let values = report.matrices.flatMap { $0.values.joined() }.compactMap { $0 }
        #expect(cells.count == values.count)

        let lines = report.csv.split(separator: "\n")
        #expect(lines.count == report.records.count + 1)
        #expect(lines.allSatisfy { $0.split(separator: ",", omittingEmptySubsequences: false).count == 11 })
    }

    /// Nothing is fetched, nothing runs.
    @Test func thePageNeedsNothingElse() throws {
        let report = try Results.report("n2")
        let page = CostPage(report, CostSense(report)).text
        for word in ["http:", "https:", "//", "src=", "href=", "url(", "@import", "<script"] {
            #expect(!page.contains(word), "\(word)")
        }
        #expect(page.contains("prefers-color-scheme: dark"))
        let markup = try MarkupReader(page)
        // Four pairs in each of three drawings.
        #expect(markup.elements.filter { $0.name == "polyline" }.count == 12)
        #expect(markup.elements.filter { $0.name == "svg" }.count == 3)
        #expect(markup.elements.filter { $0.name == "details" }.count == 4)
    }

    @Test func namesFromOutsideStayText() throws {
        var report = try Results.report("n2")
        report.host.cpuModel = "<script>alert(1)</script> & \"quoted\" \u{1B}[31m"
        report.warnings = ["</body>"]
        let page = CostPage(report, CostSense(report)).text
        #expect(!page.contains("<script") && !page.contains("\u{1B}"))
        _ = try MarkupReader(page)
        report.locks[0].lock = "a,b \"c\"\nd"
        #expect(report.csv.contains("\"a,b \"\"c\"\"\nd handedOver\""))
    }

    @Test func gapsAreShownWithTheirReason() throws {
        let report = try Results.report("n3-memory-only")
        let page = CostPage(report, CostSense(report)).text
        #expect(page.contains("not measured: node 1 to node 2: interrupted"))
        #expect(!report.csv.contains("latency,,node 1,node 2"))
    }

    @Test func heatGoesFromBestToWorst() throws {
        let matrices = try Results.report("n4-ring").matrices
        let latency = try #require(matrices.first { $0.name == "latency" })
        #expect(latency.heat(0, 0) == 0 && latency.heat(0, 2) == 1)
        let read = try #require(matrices.first { $0.name == "read" })
        #expect(read.heat(0, 0) == 0 && read.heat(0, 2) == 1)
        let one = try #require(Results.report("n1").matrices.first)
        #expect(one.heat(0, 0) == 0)
    }

    @Test func logarithmicAxesEncloseTheirFigures() {
        #expect(CurveDrawing.powers(from: 1.24, to: 136) == [1, 2, 5, 10, 20, 50, 100, 200])
        #expect(CurveDrawing.powers(from: 1, to: 1) == [1, 2])
        for (least, top) in [(0.003, 0.004), (7, 7.5), (9.99, 1e6), (1e-9, 1e15)] {
            let steps = CurveDrawing.powers(from: least, to: top)
            #expect(steps.first ?? .infinity <= least && steps.last ?? 0 >= top && steps == steps.sorted())
        }
        for (least, top) in [(0, 1), (-1, 1), (2, 1), (.infinity, .infinity), (.nan, 1), (1, 1e300)] {
            #expect(CurveDrawing.powers(from: least, to: top).isEmpty)
        }
    }

    @Test func axesHaveRoundSteps() {
        for top in [0.003, 0.9, 1, 7, 80, 142, 999, 1e6] {
            let steps = CurveDrawing.steps(to: top)
            #expect(steps[0] == 0 && steps[steps.count - 1] >= top && 4...10 ~= steps.count, "\(top): \(steps)")
        }
        #expect(CurveDrawing.steps(to: .nan) == [0])
        // What a damaged file may say.
        for top in [Double.leastNonzeroMagnitude, 1e-300, 1e300] { #expect(CurveDrawing.steps(to: top) == [0, top]) }
    }

    @Test func aResultComparedWithItselfIsTheSame() throws {
        let report = try Results.report("n2")
        let comparison = CostComparison(old: report, new: report)
        #expect(comparison.differences.count > 20)
        #expect(comparison.differences.allSatisfy { $0.ratio == 1 && !$0.isOutsideSpread && !$0.isWorse })
        #expect(comparison.notes.isEmpty && comparison.onlyOld.isEmpty && comparison.worstFactor == 1)
        #expect(comparison.agreement.contains { $0.quantity == "latency" && $0.figures == 4 })
        #expect(comparison.agreement.allSatisfy { $0.medians.worst == 0 && $0.medians.within3Percent == $0.figures })
    }

    @Test func agreementIsTheMiddleAndTheWorstInPerCent() throws {
        let old = try Results.report("n2")
        var new = old
        new.latencyNanoseconds[0][0] = old.latencyNanoseconds[0][0].map { $0 * 1.02 }
        new.latencyNanoseconds[0][1] = old.latencyNanoseconds[0][1].map { $0 * 0.9 }
        let latency = try #require(
            CostComparison(old: old, new: new).agreement.first { $0.quantity == "latency" })
        #expect(abs(latency.medians.worst - 10) < 1e-9 && abs(latency.medians.median - 1) < 1e-9)
        #expect(latency.medians.within3Percent == 3)
        // The readings themselves are as they were.
        #expect(latency.bestReadings.map { $0.worst == 0 } ?? true)
    }

    @Test func policiesAreInEveryForm() throws {
        var report = try Results.report("n2")
        var costs = PolicyCosts()
        let rate = try #require(Summary([10, 11, 12]))
        let faster = try #require(Summary([16]))
        for (policy, value) in [(PolicyCost.Policy.local, rate), (.remote, rate), (.interleave, faster)] {
            costs.figures.append(
                PolicyCost(
                    policy: policy, work: .copy, cpuNode: 0, otherNode: 1, value: value, unit: "GB/s",
                    localShare: policy == .interleave ? 0.5 : 1))
        }
        costs.verdict = "A verdict."
        costs.missing = ["weightedInterleave: not here"]
        report.policies = costs
        #expect(report.csv.contains("policy,interleave copy,node 0,node 1,0.5,local share,16.0,GB/s"))
        let sense = CostSense(report)
        let page = CostPage(report, sense).text
        for words in ["interleave", "A verdict.", "weightedInterleave: not here", "50 %"] {
            #expect(page.contains(words), "\(words)")
        }
        let advice = try #require(sense.advice.first { $0.advice.contains("numactl --interleave=0,1") })
        #expect(advice.because.contains("16 GB/s interleaved, local 11 GB/s"))
    }

    @Test func aComparisonTellsBetterFromWorse() throws {
        var new = try Results.report("n1")
        let old = new
        new.latencyDetails = [[nil]]
        new.latencyNanoseconds = [[100]]
        new.bandwidthGBps.read = [[40]]
        new.host.kernel = "6.18"
        let comparison = CostComparison(old: old, new: new)
        let latency = try #require(comparison.differences.first { $0.figure == "latency node 0 to node 0" })
        #expect(latency.isWorse && latency.isOutsideSpread)
        let read = try #require(comparison.differences.first { $0.figure == "bandwidth read node 0 to node 0" })
        #expect(!read.isWorse && read.ratio == 2)
        #expect(abs(comparison.worstFactor - 100 / 80.5) < 1e-9)
        #expect(comparison.notes == ["another kernel: 6.12.1 then, 6.18 now"])
    }

    @Test func resultsOfOtherMachinesShareSomeFigures() throws {
        let comparison = CostComparison(old: try Results.report("n4-ring"), new: try Results.report("n2"))
        #expect(!comparison.onlyOld.isEmpty && !comparison.onlyNew.isEmpty && !comparison.notes.isEmpty)
    }

    /// Every value replaced by what cannot be: an error that names the file, or a result that every form can show.
    @Test func damagedResultsAreErrorsOrHarmless() throws {
        let text = try String(contentsOfFile: Results.path("n2"), encoding: .utf8)
        let damages = ["-1", "99999999999999999999", "1e300", "null", "[]", "\"x\"", "0"]
        var numbers: [Range<String.Index>] = []
        var index = text.startIndex
        while let start = text[index...].firstIndex(where: { $0.isNumber }) {
            let end = text[start...].firstIndex { !$0.isNumber && $0 != "." } ?? text.endIndex
            numbers.append(start..<end)
            index = end
        }
        var refused = 0
        for (count, range) in numbers.enumerated() where count % 7 == 0 {
            let damaged = text.replacingCharacters(in: range, with: damages[(count / 7) % damages.count])
            try Self.withFile(damaged) { path in
                do {
                    let report = try AccessCostReport(file: path)
                    _ = try OpenMetricsReader(report.openMetrics)
                    _ = try MarkupReader(CostPage(report, CostSense(report)).text)
                    _ = CostComparison(old: report, new: report)
                } catch let error as FormatError {
                    #expect(error.file == path)
                    refused += 1
                }
            }
        }
        #expect(refused > 10)
    }

    @Test(arguments: [
        (#""latencyBufferBytes":[268435456,268435456]"#, #""latencyBufferBytes":[1,2,3]"#, "method"),
        (#""pagesPerNode":[100,100]"#, #""pagesPerNode":[100]"#, "pagesPerNode"),
        (#""memoryNodes":[0,1]"#, #""memoryNodes":[1,0]"#, "memoryNodes"),
        (#""memoryNodes":[0,1]"#, #""memoryNodes":[0,1,2]"#, "latencyNanoseconds"),
        (#""firmwareDistances":[[10,21]"#, #""firmwareDistances":[[10,256]"#, "firmwareDistances"),
        (#""latencyNanoseconds":[[80,"#, #""latencyNanoseconds":[[-80,"#, "latencyNanoseconds"),
    ])
    func contradictionsAreNamed(_ old: String, _ new: String, _ field: String) throws {
        let text = try String(contentsOfFile: Results.path("n2"), encoding: .utf8)
        let damaged = text.replacingOccurrences(of: old, with: new)
        try #require(damaged != text)
        try Self.withFile(damaged) { path in
            let error = #expect(throws: FormatError.self) { try AccessCostReport(file: path) }
            #expect(error?.description.contains(field) == true && error?.file == path)
        }
    }

    private static func withFile(_ text: String, _ body: (String) throws -> Void) throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("pgdat-\(UUID().uuidString).json")
        try Data(text.utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        try body(url.path)
    }
}

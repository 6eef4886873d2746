import Foundation
import Lab
import PhysicalMemory
import Testing

@Suite struct ExplainProseTests {
    /// Requests that together go through every stage.
    static let requests: [(MachinePreset, ExplainedRequest)] = [
        (.laptop, ExplainedRequest(cpu: 0, gfp: .highUserMovable, repeats: 1)),
        (.laptop, ExplainedRequest(cpu: 0, order: 4)),
        (.laptop, ExplainedRequest(cpu: 0, order: 2, gfp: .atomic, fills: fills("0/Normal=min", "0/DMA32=all"))),
        (.laptop, ExplainedRequest(cpu: 0, fills: fills("0/Normal=all", "0/DMA32=all", "0/DMA=all"))),
        (.cpuOnly, ExplainedRequest(cpu: 0, order: 4, fills: fills("0/Normal=60%:scattered", "0/DMA32=all"))),
        (.cpuOnly, ExplainedRequest(cpu: 0, gfp: [.kernel, .noFail], fills: fills("0/Normal=99.9%", "0/DMA32=all"))),
        (
            .ring,
            ExplainedRequest(cpu: 0, policy: policy("preferred-many:1,2"), fills: fills("1/Normal=all", "2/Normal=all"))
        ),
        (.ring, ExplainedRequest(cpu: 0, policy: policy("interleave:0-3"), repeats: 1)),
        (.twoSockets, ExplainedRequest(cpu: 8, gfp: [.kernel, .dma32], policy: policy("bind:1"))),
    ]

    static func fills(_ texts: String...) -> [FillRequest] { texts.compactMap { FillRequest($0) } }
    static func policy(_ text: String) -> PolicyRequest { PolicyRequest(text) ?? .local }

    @Test(arguments: requests.indices) func everyRequestIsToldInSentences(index: Int) throws {
        let (preset, request) = Self.requests[index]
        let report = try request.run(on: Machine(MachineLayout(booting: preset.spec)))
        let prose = ExplainProse(report)
        #expect(prose.steps.count >= 3)
        for sentence in prose.prepared + prose.steps + [prose.ending] {
            #expect(sentence.hasSuffix(".") || sentence.hasSuffix(")."), "\(sentence)")
            #expect(
                !sentence.contains("?") && !sentence.contains("Optional") && !sentence.contains("  "), "\(sentence)")
        }
        let told = prose.steps.joined(separator: " ")
        if let result = report.result {
            #expect(told.contains("\(result.pfn)"))
            #expect(prose.ending.contains("zone \(result.zone)"))
        }
    }

    @Test func jsonHasTheKeysOfTheContract() throws {
        let (preset, request) = Self.requests[2]
        let report = try request.run(on: Machine(MachineLayout(booting: preset.spec)))
        let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(report)) as? [String: Any]
        let steps = try #require(object?["steps"] as? [[String: Any]])
        for step in steps {
            #expect(step["kind"] is String && step["detail"] is [String: Any])
            #expect(step.keys.contains("node") && step.keys.contains("zone"), "null where no zone is concerned")
        }
        #expect(steps.contains { $0["kind"] as? String == "zone" && $0["zone"] as? String == "Normal" })
        let result = try #require(object?["result"] as? [String: Any])
        #expect(result["pfn"] is Int && result["node"] as? Int == 0 && result["zone"] as? String == "Normal")
        #expect(object?["failure"] == nil)
    }
}

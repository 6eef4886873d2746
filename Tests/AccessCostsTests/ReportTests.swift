import Foundation
import HostNUMA
import Testing

@testable import AccessCosts

@Suite struct ReportTests {
    @Test func aReportSurvivesJSON() async throws {
        let report = try await MeasurePlan(on: .current(), options: .tiny).execute()
        let data = try JSONEncoder().encode(report)
        #expect(try JSONDecoder().decode(AccessCostReport.self, from: data) == report)
    }

    @Test func theKeysOfTheContractAreThere() async throws {
        let report = try await MeasurePlan(on: .current(), options: .tiny).execute()
        let object = try #require(
            try JSONSerialization.jsonObject(with: JSONEncoder().encode(report)) as? [String: Any])
        for key in [
            "host", "cpuNodes", "memoryNodes", "latencyNanoseconds", "bandwidthGBps", "loadedLatency",
            "cacheToCacheNanoseconds", "pageCosts", "firmwareDistances", "placementVerified", "gaps", "policies",
            "curves", "warnings", "method", "conditions", "cpus", "interrupted", "missing", "locks",
        ] {
            #expect(object[key] != nil, "\(key)")
        }
        let bandwidth = try #require(object["bandwidthGBps"] as? [String: Any])
        #expect(Set(bandwidth.keys) == ["read", "write", "copy", "triad"])
        #expect(object["policies"] is NSNull)
    }

    @Test func whatAnOlderResultLacksIsNil() throws {
        let json =
            Data(#"{"kernel": "6.1", "architecture": "x86_64", "pageBytes": 4096, "nodes": [],"#.utf8)
            + Data(#""offlineCPUs": [], "caches": [], "isEmulated": false}"#.utf8)
        let host = try JSONDecoder().decode(MeasuredHost.self, from: json)
        #expect(host.hypervisor == nil && host.cpuModel == nil)
    }

    @Test func anEmulatorsFiguresAreLabelledAndSmall() async throws {
        let host = try Host.current()
        let plan = MeasurePlan(on: host, options: MeasureOptions(isQuick: true), hypervisor: Hypervisor(name: "TCG"))
        let report = try await plan.execute()
        #expect(report.host.isEmulated && !report.timingsMeanSomething)
        #expect(report.warnings.first?.contains("emulated") == true)
        #expect(report.latencyDetails.joined().compactMap { $0 }.allSatisfy { $0.bufferBytes <= 1 << 20 })
    }

    @Test func aFlagRaisedBeforehandLeavesGaps() async throws {
        let flag = InterruptFlag()
        flag.raise()
        let report = try await MeasurePlan(on: .current(), options: .tiny).execute(interrupt: flag)
        #expect(report.interrupted)
        let cells = report.latencyNanoseconds.joined().count
        #expect(report.gaps.count { $0.part == .latency } == cells)
        #expect(report.gaps.allSatisfy { $0.part == .cacheToCache || $0.reason == "interrupted" })
    }

    @Test func settingsThatSpoilFiguresAreWarnedOf() async throws {
        var report = try AccessCostReport(blankFor: MeasurePlan(on: .current(), options: .tiny, hypervisor: nil))
        report.conditions.numaBalancing = 1
        report.conditions.governors = ["performance", "powersave"]
        report.conditions.smtActive = true
        report.conditions.loadAverage = 3.5
        report.conditions.binding = "mbind: no"
        report.conditions.pinning = "sched_setaffinity: no"
        report.host.offlineCPUs = [7]
        report.addWarnings()
        for words in ["numa_balancing", "powersave", "SMT", "3.5", "mbind", "sched_setaffinity", "offline"] {
            #expect(report.warnings.contains { $0.contains(words) }, "\(words)")
        }
        #expect(!report.warnings.contains { $0.contains("governor performance") })
    }

    @Test func onlyTheNodesThatWereNamedAreMeasured() throws {
        let real = try Host.current()
        let host = Host(
            topology: topology([
                node(0, online: [0], cpus: [0], total: 1 << 30, free: 1 << 30),
                node(1, online: [1], cpus: [1], total: 1 << 30, free: 1 << 30),
            ]), binding: real.binding)
        var options = MeasureOptions.tiny
        options.nodes = [HostNodeID(rawValue: 1)!]
        let plan = MeasurePlan(on: host, options: options)
        #expect(plan.host.topology.nodes.map(\.id.rawValue) == [1])
    }

    @Test func progressGoesForwardAndNamesTheTimeLeft() async throws {
        let plan = try MeasurePlan(on: .current(), options: .tiny)
        #expect(plan.seconds > 0 && plan.announcement.contains(" s"))
        let seen = Seen()
        _ = try await plan.execute { seen.add($0) }
        let steps = seen.all
        #expect(!steps.isEmpty)
        #expect(zip(steps, steps.dropFirst()).allSatisfy { $0.done <= $1.done })
        #expect(steps.allSatisfy { (0...1).contains($0.done) && $0.secondsLeft >= 0 && !$0.words.isEmpty })
    }
}

private final class Seen: @unchecked Sendable {
    // Unchecked: `steps` is reached under the lock only.
    private let lock = NSLock()
    private var steps: [MeasureProgress] = []

    func add(_ step: MeasureProgress) { lock.withLock { steps.append(step) } }
    var all: [MeasureProgress] { lock.withLock { steps } }
}

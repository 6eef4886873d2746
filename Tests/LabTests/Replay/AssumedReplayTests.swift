import KernelFormats
import PhysicalMemory
import Testing

@testable import Lab

@Suite struct AssumedReplayTests {
    private static let text = """
        a-1 [000] .... 1.0: mm_page_alloc: page=0x1 pfn=0x9000 order=2 migratetype=1 gfp_flags=0x140cca
        a-1 [001] .... 1.1: mm_page_free: page=0x1 pfn=0x9002 order=1
        a-1 [001] .... 1.2: mm_page_free: page=0x1 pfn=0x9000 order=1
        a-1 [000] .... 1.3: mm_page_free: page=0x1 pfn=0x7777 order=0
        a-1 [000] .... 1.4: mm_page_alloc: page=(nil) pfn=0x0 order=9 migratetype=1 gfp_flags=0x3d24ca

        """

    private func events(_ text: String = text) throws -> TraceEvents {
        try TraceEvents.tracepoints(Array(text.utf8), file: "t").events
    }

    @Test func demandIsMetFromAnAssumedStateWhichIsSaid() throws {
        let replay = try AssumedReplay(events())
        #expect(replay.report.allocations == 1 && replay.report.recordedFailures == 1)
        #expect(replay.report.frees == 3)
        // The pieces of the block are freed; what was allocated before the trace is not known.
        #expect(replay.report.strayFrees == 1)
        #expect(!replay.report.assumptions.isEmpty)
        #expect(replay.report.finalState == nil)
        #expect(replay.predictions.map(\.line) == [1, 5])
        #expect(replay.predictions[0].pfn != .none)
    }

    /// A refill takes the zone's lock once; a free to a list takes none.
    @Test func eachRefillIsAnAcquisitionOfAZonesLock() throws {
        let lines = (0..<300).map {
            "a-1 [000] 1.0: mm_page_alloc: page=0x1 pfn=\(0x9000 + $0) order=0 migratetype=1 gfp_flags=0x140cca"
        }
        let replay = try AssumedReplay(events(lines.joined(separator: "\n") + "\n"), settings: [("pcp.batch", "63")])
        let costs = try #require(replay.report.changes).unchanged
        #expect(costs.refills > 0)
        #expect(costs.zoneLockAcquisitions >= costs.refills)
    }

    @Test func settingsAreCompared() throws {
        let changes = try #require(AssumedReplay(events(), settings: [("pcp.batch", "1")]).report.changes)
        #expect(changes.changed.refills >= changes.unchanged.refills)
        #expect(throws: ReplayError.self) { try AssumedReplay(events(), settings: [("pcp.nothing", "1")]) }
    }

    @Test func frameBeyondAnyMachineIsRefused() throws {
        let far = Self.text.replacing("pfn=0x9000", with: "pfn=0xfffffffff0000")
        #expect(throws: ReplayError.self) { try AssumedReplay(events(far)) }
    }
}

@Suite struct ReplaySettingsTests {
    @Test(arguments: [
        ("vm.percpu_pagelist_high_fraction", "8"), ("pcp.batch", "1"), ("watermark_scale_factor", "200"),
    ])
    func sameDemandUnderAnotherSetting(_ name: String, _ value: String) throws {
        let replay = try Replay(AllocationTrace(folder: Traces.carried), settings: [(name, value)])
        let changes = try #require(replay.report.changes)
        #expect(changes.changed != changes.unchanged)
        #expect(changes.unchanged.failures == 0)
        #expect(replay.report.finalState == nil)
        #expect(replay.report.strayFrees == 0)
        #expect(replay.predictions.count == replay.report.allocations)
    }

    /// A list that fetches one block at a time asks the zone more often.
    @Test func smallBatchCostsZoneLocks() throws {
        let replay = try Replay(AllocationTrace(folder: Traces.carried), settings: [("pcp.batch", "1")])
        let changes = try #require(replay.report.changes)
        #expect(changes.changed.refills > changes.unchanged.refills)
        #expect(changes.changed.zoneLockAcquisitions > changes.unchanged.zoneLockAcquisitions)
    }

    @Test(arguments: [
        ("pcp.batch", "0"), ("pcp.batch", "x"), ("vm.percpu_pagelist_high_fraction", "3"), ("vm.swappiness", "1"),
        ("min_free_kbytes", "-1"),
    ])
    func settingThatTheKernelRefusesIsRefused(_ name: String, _ value: String) throws {
        let trace = try AllocationTrace(folder: Traces.carried)
        #expect(throws: ReplayError.self) { try Replay(trace, settings: [(name, value)]) }
    }
}

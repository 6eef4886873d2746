import KernelFormats
import PhysicalMemory
import TestSupport
import Testing

@testable import Lab

/// Events that no capture at hand has, in traces worked out by hand.
@Suite struct RareEventTests {
    @Test func nodeMinusOneIsTheCPUsOwn() throws {
        let trace = SmallTrace(
            state0: SmallTrace.state(
                free: 1024, count: [2, 0], lists: ["free 0 10 M 1400", "pcplist 0 cpu 0 0 M 1230 1231"]),
            events: "A 0 0 0 M p 801 140cca -1 - 3 0 1230 c=2,40,0,0\n",
            state1: SmallTrace.state(
                free: 1024, count: [1, 0], lists: ["free 0 10 M 1400", "pcplist 0 cpu 0 0 M 1231"]))
        let report = try trace.replay().report
        #expect(report.exact == 1)
        #expect(report.zonesExact == 1)
        #expect(report.finalState?.differences == [])
    }

    /// The list is empty and so is the zone; another CPU frees a frame before the same request looks at the zone.
    @Test func requestGoesOnAfterAnEmptyList() throws {
        let trace = SmallTrace(
            state0: SmallTrace.state(free: 0, flags: 4, blocks: "UU"),
            events: """
                N 0 0 0 U p 804 2dc2 0 - 2 2 - c=0,40,0,0
                G 1 0 0 0 1230
                A 0 0 0 U b 804 2dc2 0 - 2 2 1230

                """,
            // The refill that found nothing has doubled the next one all the same.
            state1: SmallTrace.state(free: 0, flags: 4, differences: [-1, 1], blocks: "UU", alloc: [1, 0]))
        let report = try trace.replay().report
        #expect(report.exact == 1)
        #expect(report.zonesExact == 1)
        #expect(report.strayFrees == 0)
        #expect(report.finalState?.listsEqual == true)
        #expect(report.finalState?.differences == [])
    }

    /// An urgent block of order 1 from a claimed block of order 10; the rest of its pageblock is kept, then given back.
    @Test func pageblockIsKeptForUrgentRequestsAndGivenBack() throws {
        let request = "A 0 0 1 U p a30 820 0 - 2 1 1000 c=0,40,0,0 + 1000 1002\n"
        // 1004 … 11ff: one block of each order from 2 to 8.
        let rest = (2...8).map { "free 0 \($0) H \(String(0x1000 + 1 << $0, radix: 16))" }
        let other = ["free 0 9 U 1200", "pcplist 0 cpu 0 1 U 1002"]
        func after(_ events: String, _ state: String) throws -> ReplayReport {
            try SmallTrace(
                state0: SmallTrace.state(free: 1024, lists: ["free 0 10 M 1000"]), events: request + events,
                state1: state
            ).replay().report
        }
        let kept = try after(
            "H 0 0 1000 U H\n",
            SmallTrace.state(
                free: 1020, reserved: 512, highatomic: 508, blocks: "HU", count: [2, 0], high: [44, 40],
                lists: rest + other))
        #expect(kept.exact == 1)
        #expect(kept.finalState?.differences == [])

        // The line that tells of it is not needed: the next event of the CPU finds it done.
        let untold = try after(
            "V 0 0\n",
            SmallTrace.state(
                free: 1020, reserved: 512, highatomic: 508, blocks: "HU", count: [2, 0], high: [44, 40],
                lists: rest + other))
        #expect(untold.finalState?.differences == [])

        let back = try after(
            "H 0 0 1000 U H\nH 1 0 1000 H M\n",
            SmallTrace.state(
                free: 1020, blocks: "MU", count: [2, 0], high: [44, 40],
                lists: rest.map { $0.replacing(" H ", with: " M ") } + other))
        #expect(back.finalState?.differences == [])
    }

    /// Compaction takes half a pageblock, which becomes movable; the frames come back in smaller pieces.
    @Test func compactionTakesABlockAndFreesItInPieces() throws {
        let trace = SmallTrace(
            state0: SmallTrace.state(free: 1280, blocks: "U", lists: ["free 0 8 U 1000", "free 0 10 M 1400"]),
            events: """
                I 0 8 1000
                J 0 256
                H 0 0 1000 U M
                G 0 0 7 0 1000
                G 0 0 7 2 1080

                """,
            state1: SmallTrace.state(free: 1280, lists: ["free 0 8 M 1000", "free 0 10 M 1400"]))
        let report = try trace.replay().report
        #expect(report.strayFrees == 0)
        #expect(report.finalState?.differences == [])
    }

    @Test func compactionLeavesABlockThatTheZoneCannotSpare() throws {
        let state = SmallTrace.state(free: 16, flags: 4, lists: ["free 0 4 M 1000"])
        let report = try SmallTrace(state0: state, events: "I 0 4 1000\nJ 0 0\n", state1: state).replay().report
        #expect(report.finalState?.differences == [])
    }

    @Test func freeOfWhatNobodyHoldsIsCountedAndSkipped() throws {
        let state = SmallTrace.state(free: 1024, lists: ["free 0 10 M 1400"])
        let report = try SmallTrace(state0: state, events: "G 0 0 3 0 1408\n", state1: state).replay().report
        #expect(report.frees == 1)
        #expect(report.strayFrees == 1)
        #expect(!report.isExact)
        #expect(report.finalState?.differences == [])
    }
}

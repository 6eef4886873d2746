import KernelFormats
import PhysicalMemory
import TestSupport
import Testing

@testable import Lab

@Suite struct DamagedReplayTests {
    private let good = SmallTrace(
        state0: SmallTrace.state(
            free: 1024, count: [2, 0], lists: ["free 0 10 M 1400", "pcplist 0 cpu 0 0 M 1230 1231"]),
        events: """
            A 0 0 0 M p 801 140cca 0 - 3 0 1230 c=2,40,0,0
            F 0 0 0 M 1230 c=1,40,0,0,2
            V 0 1
            E 0 0 1
            A 1 0 9 M p 801 3d24ca 0 - 3 0 1400 c=0,40,0,0 + 1400 1600
            h s 1000 9 0 M
            h m 1 3 400
            W 0 9 M 1 3d24ca 0 - 3 1
            N 0 0 0 U p 804 2dc2 0 - 2 2 - c=0,40,0,0
            I 0 4 1500
            J 0 0
            D 0 0 1 drpz 40 0 1001
            S 0 11
            G 0 0 4 2 1210

            """)

    private func failure(_ trace: SmallTrace) -> FormatError? {
        do {
            _ = try trace.replay()
            return nil
        } catch ReplayError.format(let error) {
            return error
        } catch {
            return error as? FormatError
        }
    }

    @Test func goodTraceReplays() throws { #expect(try good.replay().report.allocations == 2) }

    @Test(arguments: [
        ("E 0 0 1\n", 1), ("V 0 0\nE 0 0 1\n", 2), ("V 0 1\nD 0 0 0 decay 1 0 1001\n", 2), ("J 0 4\n", 1),
        ("W 0 0 M 801 140cca 3 - 3 0\n", 1), ("F 0 0 0 M 123\n", 1), ("Q 1 2\n", 1), ("V 0 1\nE 0 0", 2),
    ])
    func impossibleEventIsNamedWithItsLine(_ events: String, _ line: Int) throws {
        var trace = good
        trace.events = events
        let error = try #require(failure(trace))
        #expect(error.file.contains("events.txt"))
        #expect(error.line == line)
        trace.events += "\nT mark\n"
        #expect(try trace.replay(lenient: true).report.skippedRecords > 0)
    }

    @Test func stateThatContradictsItselfIsRefused() throws {
        var trace = good
        trace.state0 = trace.state0.replacing("free 0 10 M 1400", with: "free 0 10 R 1400")
        #expect(failure(trace)?.file == "state0.txt")
    }

    @Test(arguments: [
        ("batch 4 high_min 40", "batch 4503599627370496 high_min 40"),
        ("watermark_boost_factor 15000", "watermark_boost_factor 4503599627370496"),
        ("min 10 low 12", "min 4503599627370496 low 12"), ("spanned 65536", "spanned 4503599627370496"),
        ("nr_pcp_lists 14", "nr_pcp_lists 99"), ("idx 1 name DMA32", "idx 5 name DMA"),
    ])
    func hugeOrUnknownMachineIsRefused(_ old: String, _ new: String) {
        var trace = good
        trace.machine = trace.machine.replacing(old, with: new)
        #expect(throws: (any Error).self) { try trace.replay() }
    }

    /// Whatever a damaged trace says, it is refused or replayed; nothing traps, hangs or asks for too much memory.
    @Test func damagedTextNeverCrashes() {
        var random = SeededGenerator(seed: 20261121)
        for round in 0..<240 {
            var trace = good
            switch round % 3 {
            case 0: trace.machine = Mutator.mutate(trace.machine, using: &random)
            case 1: trace.state0 = Mutator.mutate(trace.state0, using: &random)
            default: trace.events = Mutator.mutate(trace.events, using: &random)
            }
            for lenient in [false, true] { _ = try? trace.replay(lenient: lenient).report }
        }
    }
}

import HostNUMA
import KernelFormats
import Testing

@testable import Lab

@Suite struct ReplayTests {
    @Test(arguments: Traces.all)
    func everyFrameAndListComesOutAsRecorded(_ name: String) throws {
        guard let folder = Traces.folder(name) else { return }
        let replay = try Replay(AllocationTrace(folder: folder))
        let report = replay.report
        #expect(report.exact == report.allocations)
        #expect(report.strayFrees == 0)
        #expect(report.finalState?.differences == [])
        #expect(report.finalState?.framesInPlace == report.finalState?.frames)
        #expect(report.isExact)
        let wrongZones = report.allocations - report.zonesExact
        if name != "c2n1-tight" && name != "c4n2-spill" { #expect(wrongZones == 0) }
        #expect(wrongZones * 500 <= report.allocations)
    }

    /// Ctrl-C: what was replayed until then, and no end to compare.
    @Test func anInterruptEndsItWithWhatWasReplayed() throws {
        let interrupt = InterruptFlag()
        interrupt.raise()
        let trace = try AllocationTrace(folder: Traces.carried)
        for settings in [[], [(name: "pcp.batch", value: "1")]] {
            let report = try Replay(trace, settings: settings, interrupt: interrupt).report
            #expect(report.interrupted && report.allocations == 0)
            #expect(report.finalState == nil && report.changes == nil && report.firstDifference == nil)
        }
        #expect(try !Replay(trace, interrupt: InterruptFlag()).report.interrupted)
    }
}

import KernelFormats
import PhysicalMemory
import Testing

@testable import Lab

/// What a trace says of the kernel's answers decides nothing.
@Suite struct FalsifiedTraceTests {
    @Test(arguments: ["c1n1-tight", "c2n1-normal", "c4n2-spill"])
    func falseChecksChangeNoPrediction(_ name: String) throws {
        guard let folder = Traces.folder(name) else { return }
        var trace = try AllocationTrace(folder: folder)
        let truth = try Replay(trace).predictions
        for place in trace.events.events.indices {
            switch trace.events.events[place].kind {
            case .allocate, .claimConsidered, .fallback:
                trace.events.events[place].pfn = PFN(0x1000 + UInt64(place) % 0x1000)
            case .zoneReading: trace.events.events[place].amount = 7
            case .claimScanned: trace.events.events[place].amount = 3
            default: break
            }
            if trace.events.events[place].check.isPresent {
                trace.events.events[place].check.count = 1
                trace.events.events[place].check.high = 2
                trace.events.events[place].check.allocFactor = 3
                trace.events.events[place].check.freeCount = 4
            }
            if trace.events.events[place].kind == .free {
                trace.events.events[place].amount = 99
                trace.events.events[place].detail = 5
            }
            if trace.events.events[place].kind == .drain && trace.events.events[place].reason == .decay {
                trace.events.events[place].amount = 1
            }
        }
        for place in trace.events.frames.indices { trace.events.frames[place] = PFN(0x1234) }
        let falsified = try Replay(trace)
        #expect(falsified.predictions == truth)
        #expect(falsified.report.exact < 100)
        #expect(falsified.report.strayFrees == 0)
        #expect(falsified.report.firstDifference != nil)
    }

    @Test func oneWrongConstantIsNoticedAndShown() throws {
        var trace = try AllocationTrace(folder: Traces.carried)
        for zone in trace.initial.zones.indices {
            for cpu in trace.initial.zones[zone].perCPU.indices { trace.initial.zones[zone].perCPU[cpu].batch = 30 }
        }
        let report = try Replay(trace).report
        #expect(report.exact < report.allocations)
        #expect(!report.isExact)
        let difference = try #require(report.firstDifference)
        #expect(difference.line > 0)
        #expect(!difference.state.isEmpty)
    }
}

import Foundation
import KernelFormats
import PhysicalMemory
import TestSupport
import Testing

@Suite struct DamagedTraceTests {
    typealias Damage = (name: String, file: String, line: Int?, change: @Sendable (inout SmallTrace) -> Void)

    static let damages: [Damage] = [
        ("unknown event", "events.txt", 1, { $0.events.replace("T mark", with: "Q 1 2", maxReplacements: 1) }),
        ("bad number", "events.txt", 2, { $0.events.replace("Z 0 22", with: "Z 0 2x2") }),
        ("number too long", "events.txt", 2, { $0.events.replace("Z 0 22", with: "Z 0 2222222222222222222222") }),
        ("missing field", "events.txt", 9, { $0.events.replace("V 1 1", with: "V 1") }),
        ("surplus field", "events.txt", 9, { $0.events.replace("V 1 1", with: "V 1 1 1") }),
        ("no such zone", "events.txt", 10, { $0.events.replace("E 1 0", with: "E 1 7") }),
        ("no such cpu", "events.txt", 10, { $0.events.replace("E 1 0", with: "E 2 0") }),
        ("no such type", "events.txt", 3, { $0.events.replace("A 0 0 0 M p", with: "A 0 0 0 Q p") }),
        ("freed frame outside", "events.txt", 7, { $0.events.replace("M 1231 c=", with: "M 9231 c=") }),
        ("freed block misaligned", "events.txt", 8, { $0.events.replace("2 1210", with: "2 1211") }),
        ("order too high", "events.txt", 8, { $0.events.replace("G 0 0 4", with: "G 0 0 11") }),
        ("order without a list", "events.txt", 7, { $0.events.replace("F 0 0 0 M 1231", with: "F 0 0 4 M 1230") }),
        ("no check", "events.txt", 3, { $0.events.replace(" c=3,41,0,0\n", with: "\n") }),
        ("cut line", "events.txt", 24, { $0.events.removeLast(3) }),
        ("no events", "events.txt", nil, { $0.events = "" }),
        ("block twice", "state0.txt", 7, { $0.state0.replace("free 0 4 M 1210", with: "free 0 4 M 1200") }),
        ("frame twice", "state0.txt", 11, { $0.state0.replace("R 1001", with: "R 1011") }),
        ("pcp count", "state0.txt", 9, { $0.state0.replace("count 3", with: "count 4") }),
        ("free counter", "state0.txt", 2, { $0.state0.replace("free 23", with: "free 24") }),
        ("frame in no zone", "state0.txt", 6, { $0.state0.replace("1010", with: "9010") }),
        ("misaligned", "state0.txt", 6, { $0.state0.replace("1010", with: "1011") }),
        ("pageblocks missing", "state0.txt", 5, { $0.state0.replace("8 UM", with: "8 U") }),
        ("zone twice", "state0.txt", 3, { $0.state0.replace("diff 0 cpu 0 -2", with: "zone 0 free 1") }),
        (
            "no pcp", "state0.txt", nil,
            { $0.state0 = $0.state0.split(separator: "\n").dropLast().joined(separator: "\n") + "\n" }
        ),
        ("unknown state", "state0.txt", 3, { $0.state0.replace("diff 0 cpu 0", with: "dif 0 cpu 0") }),
        ("no zones", "machine.txt", 9, { $0.machine.replace("zone 0 node", with: "zone 1 node") }),
        ("huge span", "machine.txt", 9, { $0.machine.replace("spanned 1024", with: "spanned 1") }),
        ("unknown zone type", "machine.txt", 9, { $0.machine.replace("DMA32", with: "DMA33") }),
        ("node out of range", "machine.txt", 9, { $0.machine.replace("node 0 idx", with: "node 1000000000 idx") }),
        ("zonelist of no zone", "machine.txt", 17, { $0.machine.replace("fallback 0", with: "fallback 3") }),
        ("empty machine", "machine.txt", nil, { $0.machine = "" }),
    ]

    @Test(arguments: damages.indices) func damageIsNamed(_ index: Int) throws {
        let damage = Self.damages[index]
        var trace = SmallTrace()
        damage.change(&trace)
        let error = try #require(trace.failure(), "\(damage.name)")
        #expect(error.file.hasSuffix(damage.file), "\(damage.name): \(error)")
        #expect(error.line == damage.line, "\(damage.name): \(error)")
    }

    @Test func aLenientReaderCountsAndGoesOn() throws {
        var trace = SmallTrace()
        trace.events.replace("Z 0 22", with: "Z 0 2x2")
        trace.events.replace("V 1 1", with: "Q")
        trace.state0.replace("count 3", with: "count 4")
        let loaded = try trace.load(lenient: true)
        #expect(loaded.events.events.count == 22)
        #expect(loaded.initial.zones[0].perCPU[0].count == 3)
        #expect(loaded.skipped.count == 4)
    }

    @Test func aLenientReaderLeavesAFrameInOnePlace() throws {
        var trace = SmallTrace()
        trace.state0.replace("R 1001", with: "R 1011")
        let zone = try trace.load(lenient: true).initial.zones[0]
        #expect(zone.perCPU[0].lists[2] == [] && zone.perCPU[0].count == 2)
        #expect(zone.freeLists[1][0] == [PFN(0x1002), PFN(0x1010)])
    }

    @Test func answersMayBeAnything() throws {
        var trace = SmallTrace()
        trace.events.replace("1230 c=3", with: "dead c=3")
        trace.events.replace("+ 1400 1401", with: "+ 0 fffffffff")
        trace.events.replace("h s 1200", with: "h s 7777")
        #expect(try trace.load().events.events[2].pfn == PFN(0xdead))
    }

    @Test func aMissingFolderIsNamed() {
        #expect {
            _ = try AllocationTrace(folder: "/nonexistent")
        } throws: {
            ($0 as? FormatError)?.reason == .notFound
        }
    }

    @Test func aPackedFileThatIsCutIsNamed() throws {
        let folder = try TemporaryFolder()
        for name in ["machine.txt", "state0.txt.gz", "state1.txt.gz", "events.txt.gz"] {
            var bytes = try Data(contentsOf: URL(fileURLWithPath: "\(Oracle.tightTrace)/\(name)"))
            if name == "events.txt.gz" { bytes.removeLast(bytes.count / 2) }
            try bytes.write(to: URL(fileURLWithPath: "\(folder.path)/\(name)"))
        }
        #expect {
            _ = try AllocationTrace(folder: folder.path)
        } throws: {
            let error = $0 as? FormatError
            return error?.reason == .cutShort && error?.file.hasSuffix("events.txt.gz") == true
        }
    }

    @Test func mutationsNeverCrash() {
        var random = SeededGenerator(seed: 3)
        let whole = SmallTrace()
        for _ in 0..<400 {
            var trace = whole
            switch Int.random(in: 0..<3, using: &random) {
            case 0: trace.machine = Mutator.mutate(trace.machine, using: &random)
            case 1: trace.state0 = Mutator.mutate(trace.state0, using: &random)
            default: trace.events = Mutator.mutate(trace.events, using: &random)
            }
            guard
                let machine = try? AllocationTrace.Machine(parsing: Array(trace.machine.utf8), file: "machine")
            else { continue }
            _ = try? AllocatorState(parsing: Array(trace.state0.utf8), machine: machine, file: "state")
            _ = try? TraceEvents(parsing: Array(trace.events.utf8), machine: machine, file: "events")
        }
    }
}

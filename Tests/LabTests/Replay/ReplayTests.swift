import Foundation
import KernelFormats
import PhysicalMemory
import Testing

@testable import Lab

@Suite struct ScratchTests {
    @Test(arguments: ["c1n1-order0", "c2n1-mixed", "c2n1-normal", "c4n2-mixed", "c1n1-tight", "c2n1-tight", "c4n2-spill"])
    func scratch(_ name: String) throws {
        let trace = try AllocationTrace(folder: "/work/shared/oracle/traces/\(name)")
        let observer = Scratch(name)
        let replayer = try Replay(trace).start(observer: observer)
        replayer.run()
        print(name, replayer.tally)
        let images = replayer.machine.images()
        for (z, n) in replayer.zoneNumbers.enumerated() {
            let want = ZoneImage(trace.final!.zones[z])
            var got = images[n]
            got.blockTypes = zip(got.blockTypes, want.blockTypes).map { $1 == nil ? nil : $0 }
            if got == want { continue }
            print(name, "zone", z, "lists", got.freeLists == want.freeLists, "blocks", got.blockTypes == want.blockTypes,
                "free", got.freePages, want.freePages, "diff", got.differences == want.differences, "flags", got.flags, want.flags, "boost", got.watermarkBoost, want.watermarkBoost, "ha", got.reservedHighatomic, want.reservedHighatomic, got.freeHighatomic, want.freeHighatomic)
            for (c, (a, b)) in zip(got.perCPU, want.perCPU).enumerated() where a != b {
                var x = a; x.lists = []
                var y = b; y.lists = []
                print(name, " pcp", c, a.lists == b.lists); if x != y { print(x); print(y) }
            }
        }
    }
}
final class Scratch: ReplayObserver {
    let name: String
    var shown = 0
    init(_ name: String) { self.name = name }
    func before(_ event: TraceEvent, _ r: Replayer) {
        guard shown < 3 else { return }
        if event.check.isPresent {
            let image = r.machine.pcp(zone: r.zoneNumbers[Int(event.zone)], cpu: Int(event.cpu))
            let fc = event.kind != .free && event.route == .perCPU ? image.freeCount >> 1 : image.freeCount
            let mine = [image.count.rawValue, image.high.rawValue, image.allocFactor, fc]
            let theirs = [event.check.count, event.check.high, event.check.allocFactor, event.check.freeCount].map(Int.init)
            if mine != theirs { shown += 1; print(name, "line", event.line, event.kind, "pcp", mine, theirs) }
        }
    }
    func wrongFrame(_ event: TraceEvent, _ p: PFN, _ r: Replayer) {
        guard shown < 3 else { return }
        shown += 1
        print(name, "line", event.line, "predicted", p, "real", event.pfn, event.order, event.type, event.route)
    }
}

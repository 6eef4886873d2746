import Foundation
import KernelFormats
import PhysicalMemory
import TestSupport
import Testing

@Suite struct AllocationTraceTests {
    @Test func everyKindOfEventIsRead() throws {
        let trace = try SmallTrace().load()
        let events = trace.events.events
        #expect(events.count == 24)
        #expect(events.map(\.line) == Array(1...24))
        let first = events[2]
        #expect(first.kind == .allocate && first.route == .perCPU && first.type == .movable)
        #expect(first.pfn == PFN(0x1230) && first.allocationFlags == 0x801 && first.gfp == 0x400dc0)
        #expect(first.check.count == 3 && first.check.high == 41 && first.check.freeCount == 0)
        #expect(trace.events.nodeMask(of: first) == nil)
        let bulk = events[3]
        #expect(bulk.route == .bulk && bulk.preferredNode == -1 && bulk.highestZoneIndex == -1 && bulk.attempt == 2)
        #expect(trace.events.nodeMask(of: bulk) == [0, 1])
        #expect(Array(trace.events.frames(of: bulk)) == [PFN(0x1400), PFN(0x1401)])
        #expect(events[4].route == .buddy && !events[4].check.isPresent && events[4].order == 4)
        #expect(events[5].kind == .perCPUMiss && events[5].pfn == .none)
        let free = events[6]
        #expect(free.kind == .free && free.check.flags == 3 && free.amount == 2 && free.detail == 1)
        #expect(Array(trace.events.frames(of: free)) == [PFN(0x1231), PFN(0x1230)])
        #expect(events[7].kind == .freeToBuddy && events[7].flag)
        #expect(events[8].kind == .statisticsWorker && events[8].flag)
        #expect(events[9].kind == .statisticsZone && events[9].amount == -3)
        #expect(events[10...12].map(\.reason) == [.decay, .remoteZone, .all])
        #expect(events[10].listCPU == 1)
        #expect(events[13].kind == .claimConsidered && events[13].blockOrder == 9)
        #expect(events[14].kind == .claimScanned && events[14].amount == 321 && events[14].detail == 7)
        #expect(events[15].kind == .fallback && events[15].otherType == .reclaimable && events[15].flag)
        #expect(events[16].kind == .zoneReading && events[16].amount == TraceEvent.unread && events[16].detail == 5)
        #expect(events[17].kind == .walkFailed && events[17].order == 9 && events[17].gfp == 0x3d24ca)
        #expect(events[18].kind == .statThreshold && events[18].amount == 11)
        #expect(events[19].kind == .blockTypeChanged && events[19].otherType == .highatomic)
        #expect(events[20].kind == .context && trace.events.contexts[20] == "wakek gfp=0 order=0")
        #expect(events[21].kind == .compactionTake && events[21].pfn == PFN(0x1204))
        #expect(events[22].kind == .compactionResult && events[22].amount == 2)
    }

    @Test func theStateHasItsListsInOrder() throws {
        let trace = try SmallTrace().load()
        let zone = trace.initial.zones[0]
        #expect(zone.free == 23 && zone.differences == [-2, 1])
        #expect(zone.freeLists[1][0] == [PFN(0x1002), PFN(0x1010)])
        #expect(zone.freeLists[4][1] == [PFN(0x1210)])
        #expect(zone.firstBlock == 8 && zone.blockTypes == [.unmovable, .movable])
        #expect(zone.perCPU[0].lists[1] == [PFN(0x1230), PFN(0x1231)] && zone.perCPU[0].lists[2] == [PFN(0x1001)])
        #expect(zone.perCPU[1].expire == 3)
        #expect(trace.final == trace.initial)
        #expect(trace.machine.kernelVersion == KernelVersion(6, 12))
        #expect(trace.machine.globals["min_free_kbytes"] == 1830)
        #expect(trace.machine.zones[0].watermarks.promo == 57)
    }

    @Test func perCPUListsAreNumberedByOrderAndType() throws {
        let machine = try SmallTrace().load().machine
        #expect(machine.perCPUList(order: 0, type: .movable) == 1)
        #expect(machine.perCPUList(order: 3, type: .reclaimable) == 11)
        #expect(machine.perCPUList(order: 9, type: .reclaimable) == 12)
        #expect(machine.perCPUList(order: 9, type: .movable) == 13)
        #expect(machine.perCPUList(order: 4, type: .movable) == nil)
        #expect(machine.perCPUList(order: 0, type: .highatomic) == nil)
        #expect(
            (0..<15).map { machine.perCPUListOrder($0)?.rawValue } == [
                0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 9, 9, nil,
            ])
    }

    @Test func theClonesTraceIsRead() throws {
        let trace = try AllocationTrace(folder: Oracle.tightTrace)
        #expect(trace.events.events.count == 70474)
        #expect(trace.events.events.count { $0.kind == .allocate } == 35413)
        #expect(trace.skipped.count == 0)
        #expect(trace.initial.zones.map(\.free) == [3808, 23550])
    }

    @Test func everyTraceIsRead() throws {
        guard let folder = Oracle.folder("traces") else { return }
        for capture in Oracle.entries(of: folder) where capture.pathExtension != "md" {
            let trace = try AllocationTrace(folder: capture.path)
            let last = try #require(trace.events.events.last)
            #expect(Int(last.line) == trace.events.events.count, "\(capture.lastPathComponent)")
        }
    }
}

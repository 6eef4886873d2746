import PhysicalMemory
import Testing

@Suite struct PerCPUListTests {
    let machine: Machine
    let name = ZoneName(node: 0, zone: .normal)

    init() throws { machine = try Machine(MachineSpec.nodes(1, mebibytes: 1024)) }

    private var pageset: PagesetStatus { get throws { try #require(machine.pageset(of: 0, name)) } }

    @Test func fetchesDoubleWhileNothingIsFreed() throws {
        let batch = machine.layout.nodes[0].zones[2].perCPU.batch.rawValue
        var fetched: [Int] = []
        var last = 0
        for _ in 0..<2000 {
            let before = try pageset
            _ = try machine.allocate(0, .highUserMovable, on: 0)
            let after = try pageset
            if after.refills > last {
                last = after.refills
                fetched.append(after.count.rawValue + 1 - before.count.rawValue)
            }
        }
        #expect(Array(fetched.prefix(4)) == [batch, 2 * batch, 4 * batch, 8 * batch])
    }

    @Test func aLongListGivesBackToTheZone() throws {
        var held: [PFN] = []
        for _ in 0..<60_000 { held.append(try machine.allocate(0, .highUserMovable, on: 0)) }
        for pfn in held { try machine.free(pfn, on: 0) }
        let status = try pageset
        #expect(status.drains > 0)
        #expect(status.count <= status.highMax)
        #expect(machine.audit(holding: []).isClean)
    }

    @Test func lastFreedIsFirstAllocated() throws {
        let first = try machine.allocate(0, .kernel, on: 0)
        let second = try machine.allocate(0, .kernel, on: 0)
        try machine.free(first, on: 0)
        try machine.free(second, on: 0)
        #expect(try machine.allocate(0, .kernel, on: 0) == second)
        #expect(try machine.allocate(0, .kernel, on: 0) == first)
    }

    @Test func ordersFourToEightGoStraightToTheZone() throws {
        let before = try pageset.count
        let pfn = try machine.allocate(4, .kernel, on: 0)
        try machine.free(pfn, order: 4, on: 0)
        #expect(try pageset.count == before)
        let huge = try machine.allocate(9, .transparentHuge, on: 0)
        try machine.free(huge, order: 9, on: 0)
        #expect(try pageset.listLengths[13] > 0)
    }

    @Test func bulkAllocationTakesFromOneList() throws {
        var frames: [PFN] = []
        #expect(try machine.allocateBulk(500, .kernel, on: 0, into: &frames) == 500)
        #expect(Set(frames).count == 500)
        let audit = machine.audit(holding: frames.map { Holding(pfn: $0, order: 0) })
        #expect(audit.isClean, "\(audit)")
        #expect(machine.numaStat(of: 0).localNode == 500)
    }

    /// Frames of two zones and one that nobody holds: the others are freed all the same.
    @Test func bulkFreeRefusesWhatIsWrongAlone() throws {
        let machine = try Machine(MachinePreset.laptop)
        var frames: [PFN] = []
        _ = try machine.allocateBulk(100, .kernel, on: 0, into: &frames)
        frames.append(try machine.allocate(0, .dma32, on: 0))
        _ = try machine.allocateBulk(50, .highUserMovable, on: 0, into: &frames)
        let twice = frames[70]
        try machine.free(twice, on: 1)
        #expect(throws: BadPage(pfn: twice, order: 0, reason: .notAllocated)) {
            try machine.freeBulk(frames, on: 0)
        }
        let audit = machine.audit(holding: [])
        #expect(audit.isClean && audit.allocated == 0, "\(audit)")
        #expect(machine.badPageCount == 1)
        try machine.freeBulk([], on: 0)
        #expect(throws: BadPage(pfn: twice, order: 0, reason: .noSuchCPU)) { try machine.freeBulk([twice], on: 99) }
        #expect(throws: BadPage(pfn: twice, order: 0, reason: .noSuchCPU)) { try machine.free(twice, on: 99) }
    }

    @Test func anotherCPUDrainsTheLists() throws {
        _ = try machine.allocate(0, .kernel, on: 0)
        machine.drain(0, on: 1)
        #expect(try pageset.count == 0)
    }
}

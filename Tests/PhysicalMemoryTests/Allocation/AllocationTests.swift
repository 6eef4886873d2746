import PhysicalMemory
import Testing

@Suite struct AllocationTests {
    let cpu: CPUID = 0

    @Test func aFrameComesFromTheLocalNodeAndGoesBack() throws {
        let machine = try Machine(MachinePreset.laptop)
        let pfn = try machine.allocate(0, .kernel, on: cpu)
        let audit = machine.audit(holding: [Holding(pfn: pfn, order: 0)])
        #expect(audit.isClean, "\(audit)")
        #expect(audit.allocated == 1)
        try machine.free(pfn, on: cpu)
        let after = machine.audit(holding: [])
        #expect(after.isClean, "\(after)")
        #expect(after.allocated == 0 && after.pcp > 0)
        #expect(machine.numaStat(of: 0).numaHit == 1)
    }

    @Test func aListIsFilledOnceForManyPages() throws {
        let machine = try Machine(MachinePreset.laptop)
        let name = ZoneName(node: 0, zone: .normal)
        let before = try #require(machine.status(of: name)).lockAcquisitions
        for _ in 0..<63 { _ = try machine.allocate(0, .kernel, on: cpu) }
        let pageset = try #require(machine.pageset(of: cpu, name))
        #expect(pageset.refills == 1)
        // A look at the zone is no CPU's acquisition.
        #expect(machine.status(of: name)?.lockAcquisitions == before + 1)
    }

    @Test(arguments: 0...10) func everyOrderIsAlignedAndAudited(order: Int) throws {
        let machine = try Machine(MachinePreset.laptop)
        let pfn = try machine.allocate(Order(order), .kernel, on: cpu)
        #expect(pfn.rawValue % (1 << UInt64(order)) == 0)
        let audit = machine.audit(holding: [Holding(pfn: pfn, order: Order(order))])
        #expect(audit.isClean, "\(audit)")
        try machine.free(pfn, order: Order(order), on: cpu)
        #expect(machine.audit(holding: []).isClean)
    }

    @Test func outOfMemoryIsAnErrorAndNothingIsLost() throws {
        let machine = try Machine(MachineSpec.tiny)
        var held: [Holding] = []
        do {
            while true { held.append(Holding(pfn: try machine.allocate(0, .highUserMovable, on: cpu), order: 0)) }
        } catch {
            #expect(error == .outOfMemory(order: 0, gfp: .highUserMovable))
        }
        let audit = machine.audit(holding: held)
        #expect(audit.isClean, "\(audit)")
        #expect(held.count > 1000)
        for block in held { try machine.free(block.pfn, on: cpu) }
        machine.drainAll(on: cpu)
        let after = machine.audit(holding: [])
        #expect(after.isClean, "\(after)")
        #expect(after.pcp == 0 && after.free + after.reserved == after.frames)
    }
}

import PhysicalMemory
import Testing

@Suite struct BadPageTests {
    let machine: Machine
    let cpu: CPUID = 0

    init() throws { machine = try Machine(MachineSpec.tiny) }

    private func expectRefusal(_ reason: BadPage.Reason, _ pfn: PFN, _ order: Order = 0, holding: [Holding] = []) {
        #expect(throws: BadPage(pfn: pfn, order: order, reason: reason)) {
            try machine.free(pfn, order: order, on: cpu)
        }
        let audit = machine.audit(holding: holding)
        #expect(audit.isClean, "\(audit)")
        #expect(machine.badPageCount == 1)
    }

    @Test func aFrameFreedTwiceIsRefused() throws {
        let pfn = try machine.allocate(0, .kernel, on: cpu)
        try machine.free(pfn, on: cpu)
        expectRefusal(.notAllocated, pfn)
    }

    @Test func aFrameFreedTwiceIsRefusedInTheFreeAreasToo() throws {
        let pfn = try machine.allocate(4, .kernel, on: cpu)
        try machine.free(pfn, order: 4, on: cpu)
        expectRefusal(.notAllocated, pfn, 4)
    }

    @Test func anotherOrderIsRefused() throws {
        let pfn = try machine.allocate(2, .kernel, on: cpu)
        expectRefusal(.wrongOrder, pfn, 1, holding: [Holding(pfn: pfn, order: 2)])
    }

    @Test func theInsideOfABlockIsRefused() throws {
        let pfn = try machine.allocate(2, .kernel, on: cpu)
        expectRefusal(.notAllocated, pfn.advanced(by: 1), holding: [Holding(pfn: pfn, order: 2)])
    }

    @Test func aTailOfACompoundPageIsRefused() throws {
        let pfn = try machine.allocate(3, [.kernel, .compound], on: cpu)
        expectRefusal(.tail, pfn.advanced(by: 5), holding: [Holding(pfn: pfn, order: 3)])
        try machine.free(pfn, order: 3, on: cpu)
        #expect(machine.audit(holding: []).isClean)
    }

    @Test func aMisalignedBlockIsRefused() throws {
        let pfn = try machine.allocate(2, .kernel, on: cpu)
        expectRefusal(.misaligned, pfn.advanced(by: 1), 1, holding: [Holding(pfn: pfn, order: 2)])
    }

    @Test(arguments: [PFN(1 << 40), PFN(.max), PFN(1 << 15)]) func beyondTheMapIsRefused(pfn: PFN) {
        expectRefusal(.beyondMap, pfn)
    }

    @Test func aHoleIsRefused() {
        // Between the end of low memory at 636 KiB and 1 MiB.
        expectRefusal(.notInitialized, PFN(0xb0))
    }

    @Test func aFrameThatNobodyAskedForIsRefused() throws {
        let status = try #require(machine.status(of: ZoneName(node: 0, zone: .dma32)))
        #expect(status.freePages > 0)
        expectRefusal(.notAllocated, PFN(0x2000))
    }

    @Test func anOrderThatNoBlockHasIsRefused() throws {
        let pfn = try machine.allocate(0, .kernel, on: cpu)
        expectRefusal(.orderTooLarge, pfn, 11, holding: [Holding(pfn: pfn, order: 0)])
    }

    @Test func requestsThatCannotBeMetSayWhy() {
        #expect(throws: AllocationFailure.orderTooLarge(order: 11, highest: 10)) {
            try machine.allocate(11, .kernel, on: cpu)
        }
        #expect(throws: AllocationFailure.noSuchCPU(7)) { try machine.allocate(0, .kernel, on: 7) }
        #expect(throws: AllocationFailure.noSuchNode(3)) { try machine.allocate(0, .kernel, on: cpu, node: 3) }
        #expect(throws: AllocationFailure.noZone(gfp: .kernel)) {
            try machine.allocate(0, .kernel, on: cpu, allowed: [5])
        }
    }
}

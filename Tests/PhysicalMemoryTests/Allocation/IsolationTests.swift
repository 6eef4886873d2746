import PhysicalMemory
import Testing

@Suite struct IsolationTests {
    let machine: Machine
    let zone = ZoneName(node: 0, zone: .normal)

    init() throws { machine = try Machine(.nodes(1, mebibytes: 128)) }

    func status() throws -> ZoneStatus { try #require(machine.status(of: zone)) }
    var pageblock: PageCount { machine.layout.pageblockOrder.pageCount }

    @Test func anIsolatedPageblockIsNotFreeAndComesBack() throws {
        let before = try status().freePagesSnapshot
        let pfn = try #require(machine.layout.nodes[0].zones.last { $0.presentPages > 0 }?.managedRanges.first)
            .lowerBound
            .advanced(by: 3 * pageblock.rawValue)
        try machine.isolatePageblock(of: pfn, on: 0)
        #expect(try status().freePagesSnapshot == before - pageblock)
        #expect(try status().freeBlocksByType.contains { $0[.isolate] != nil })
        #expect(machine.audit(holding: []).problems.isEmpty)
        #expect(throws: IsolationFailure.alreadyIsolated(pfn)) { try machine.isolatePageblock(of: pfn, on: 0) }
        let block =
            pfn.roundedDown(
                toMultipleOf: pageblock)..<pfn.roundedDown(toMultipleOf: pageblock).advanced(by: pageblock.rawValue)
        while let taken = try? machine.allocate(0, [.highUserMovable, .memAlloc], on: 0) {
            #expect(!block.contains(taken))
        }
        try machine.releasePageblock(of: pfn, on: 0)
        #expect(try status().freePagesSnapshot == pageblock)
        #expect(throws: IsolationFailure.notIsolated(pfn)) { try machine.releasePageblock(of: pfn, on: 0) }
        #expect(machine.audit(holding: []).problems.isEmpty)
    }

    @Test func frameFreedIntoAnIsolatedPageblockPassesTheLists() throws {
        let pfn = try machine.allocate(0, .highUserMovable, on: 0)
        machine.drainAll(on: 0)
        try machine.isolatePageblock(of: pfn, on: 0)
        let before = try #require(machine.pageset(of: 0, zone)).count
        try machine.free(pfn, on: 0)
        #expect(machine.pageset(of: 0, zone)?.count == before)
        let isolated = try status().freeBlocksByType.enumerated().reduce(0) {
            $0 + ($1.element[.isolate] ?? 0) << $1.offset
        }
        #expect(isolated == pageblock.rawValue)
        try machine.releasePageblock(of: pfn, as: .unmovable, on: 0)
        let audit = machine.audit(holding: [])
        #expect(audit.isClean, "\(audit)")
    }

    @Test func neighboursMergeAndPartAgain() throws {
        let start = machine.layout.nodes[0].startPFN.advanced(by: 16 * pageblock.rawValue)
        let next = start.advanced(by: pageblock.rawValue)
        let fresh = try status()
        for pfn in [start, next] { try machine.isolatePageblock(of: pfn, on: 0) }
        #expect(try status().freeBlocksByType[10][.isolate] == 1, "two isolated pageblocks make one block")
        for pfn in [start, next] { try machine.releasePageblock(of: pfn, on: 0) }
        #expect(try status().freeBlocks == fresh.freeBlocks)
        #expect(machine.audit(holding: []).isClean)
    }

    @Test func framesThatAreNone() {
        #expect(throws: IsolationFailure.notManaged(PFN(5))) { try machine.isolatePageblock(of: PFN(5), on: 0) }
        #expect(throws: IsolationFailure.self) { try machine.isolatePageblock(of: .none, on: 0) }
    }

    @Test func contiguousAreasAreLentToMovableRequestsOnly() throws {
        var layout = machine.layout
        let index = try #require(layout.nodes[0].zones.firstIndex { $0.presentPages > 0 })
        let start = layout.nodes[0].startPFN.advanced(by: 16 * pageblock.rawValue)
        // Ragged ends: only the whole pageblocks within count.
        let area = start.advanced(by: -5)..<start.advanced(by: 8 * pageblock.rawValue + 7)
        layout.nodes[0].zones[index].cmaRanges = [area]
        let machine = try Machine(layout)
        let whole = start..<start.advanced(by: 8 * pageblock.rawValue)
        let status = try #require(machine.status(of: zone))
        let lent = status.freeBlocksByType.enumerated().reduce(0) { $0 + ($1.element[.cma] ?? 0) << $1.offset }
        #expect(lent == whole.pageCount.rawValue)
        #expect(status.freePagesSnapshot == status.managedPages)

        let told = machine.explain(on: 0) { machine throws(AllocationFailure) in try machine.allocate(0, .kernel, on: 0)
        }
        let unusable = told.steps.compactMap { if case .zone(let verdict) = $0.event { verdict.unusable } else { nil } }
        #expect(unusable == [whole.pageCount], "kernel memory cannot count on it")
        var held = try [Holding(pfn: #require(told.pfn), order: 0)]
        while let pfn = try? machine.allocate(0, .kernel, on: 0) {
            try #require(!whole.contains(pfn))
            held.append(Holding(pfn: pfn, order: 0))
        }
        var borrowed = 0
        while let pfn = try? machine.allocate(0, .highUserMovable, on: 0) {
            if whole.contains(pfn) { borrowed += 1 }
            held.append(Holding(pfn: pfn, order: 0))
        }
        #expect(borrowed > 0)
        #expect(machine.audit(holding: held).isClean)
        for block in held { try machine.free(block.pfn, on: 1) }
        machine.drainAll(on: 0)
        let audit = machine.audit(holding: [])
        #expect(audit.isClean && audit.pcp == 0, "\(audit)")
    }
}

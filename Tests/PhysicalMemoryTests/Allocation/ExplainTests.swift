import PhysicalMemory
import TestSupport
import Testing

@Suite struct ExplainTests {
    @Test func anExplainedRequestGetsTheFrameThatAnyOtherWould() throws {
        var random = SeededGenerator(seed: 0x5eed)
        let plain = try Machine(.nodes(2, mebibytes: 64))
        let told = try Machine(.nodes(2, mebibytes: 64))
        let kinds: [GFP] = [
            .kernel, .highUserMovable, .atomic, [.kernel, .reclaimable], [.kernel, .thisNode], .noWait,
        ]
        var held: [Holding] = []
        for step in 0..<2500 {
            let cpu = CPUID(Int(random.next() % 4))
            if random.next() % 5 < 2, !held.isEmpty {
                let block = held.remove(at: Int(random.next() % UInt64(held.count)))
                try plain.free(block.pfn, order: block.order, on: cpu)
                try told.free(block.pfn, order: block.order, on: cpu)
                continue
            }
            let order = Order([0, 0, 0, 0, 1, 2, 3, 4, 9][Int(random.next() % 9)])
            let gfp = kinds[Int(random.next() % UInt64(kinds.count))]
            let pfn = try? plain.allocate(order, gfp, on: cpu)
            let explanation = told.explain(on: cpu) { machine throws(AllocationFailure) in
                try machine.allocate(order, gfp, on: cpu)
            }
            try #require(explanation.pfn == pfn, "step \(step)")
            if let pfn { held.append(Holding(pfn: pfn, order: order)) }
        }
        for zone in plain.zoneNames {
            let (a, b) = (try #require(plain.status(of: zone)), try #require(told.status(of: zone)))
            #expect(a == b)
            for cpu in 0..<4 { #expect(plain.pageset(of: CPUID(cpu), zone) == told.pageset(of: CPUID(cpu), zone)) }
        }
        for node in 0..<2 { #expect(plain.numaStat(of: NodeID(node)) == told.numaStat(of: NodeID(node))) }
        #expect(told.audit(holding: held).isClean)
    }

    @Test func theFirstPageTellsOfTheListAndItsRefill() throws {
        let machine = try Machine(MachinePreset.laptop)
        let explanation = machine.explain(on: 0) { machine throws(AllocationFailure) in
            try machine.allocate(0, .highUserMovable, on: 0)
        }
        #expect(
            explanation.steps.map(\.event.kind) == ["request", "attempt", "zone", "perCPUList", "refill", "handOut"])
        let again = machine.explain(on: 0) { machine throws(AllocationFailure) in
            try machine.allocate(0, .highUserMovable, on: 0)
        }
        #expect(again.steps.map(\.event.kind) == ["request", "attempt", "zone", "perCPUList", "handOut"])
        guard case .refill(let refill) = explanation.steps[4].event else {
            Issue.record("no refill")
            return
        }
        #expect(refill.takenBlocks == refill.wantedBlocks)
        #expect(refill.sourceBlocks.reduce(0, +) == refill.takenBlocks)
    }

    @Test func nothingIsNotedOnceTheExplanationIsOver() throws {
        let machine = try Machine(MachinePreset.laptop)
        _ = machine.explain(on: 0) { machine throws(AllocationFailure) in try machine.allocate(0, .kernel, on: 0) }
        for _ in 0..<200 { _ = try machine.allocate(0, .kernel, on: 0) }
        let empty = machine.explain(on: 0) { _ throws(AllocationFailure) in PFN(0) }
        #expect(empty.steps.isEmpty)
    }

    @Test func otherCPUsLeaveNoSteps() throws {
        let machine = try Machine(MachinePreset.laptop)
        let explanation = machine.explain(on: 0) { machine throws(AllocationFailure) in
            try machine.allocate(0, .kernel, on: 1)
        }
        #expect(explanation.steps.isEmpty)
    }

    @Test func anUnknownCPUIsAFailure() throws {
        let machine = try Machine(MachinePreset.laptop)
        let explanation = machine.explain(on: 99) { machine throws(AllocationFailure) in
            try machine.allocate(0, .kernel, on: 99)
        }
        #expect(throws: AllocationFailure.noSuchCPU(99)) { try explanation.result.get() }
    }
}

import PhysicalMemory
import Testing

@Suite struct SlowPathTests {
    /// One node, zone Normal alone: 256 MiB.
    let machine: Machine
    let zone = ZoneName(node: 0, zone: .normal)

    init() throws { machine = try Machine(.nodes(1, mebibytes: 256)) }

    func status() throws -> ZoneStatus { try #require(machine.status(of: zone)) }

    func leave(_ pages: PageCount, as type: MigrateType = .movable, scattered: Bool = false) {
        _ = machine.occupy(zone, leaving: pages, as: type, scattered: scattered, on: 0)
    }

    func explain(_ order: Order = 0, _ gfp: GFP, on cpu: CPUID = 0) -> Explanation {
        machine.explain(on: cpu) { machine throws(AllocationFailure) in try machine.allocate(order, gfp, on: cpu) }
    }

    func kinds(_ explanation: Explanation) -> [String] { explanation.steps.map(\.event.kind) }

    func attempts(_ explanation: Explanation) -> [AllocationStep.Attempt] {
        explanation.steps.compactMap { if case .attempt(let attempt) = $0.event { attempt } else { nil } }
    }

    func outOfMemory(_ explanation: Explanation) -> [AllocationStep.OutOfMemory.Verdict] {
        explanation.steps.compactMap { if case .outOfMemory(let detail) = $0.event { detail.verdict } else { nil } }
    }

    func retries(_ explanation: Explanation) -> [AllocationStep.Retry.Reason] {
        explanation.steps.compactMap { if case .retry(let detail) = $0.event { detail.reason } else { nil } }
    }

    /// Whether each try to give up the last pageblock kept for urgent requests found one.
    func forcedUnreserves(_ explanation: Explanation) -> [Bool] {
        explanation.steps.compactMap { step -> Bool? in
            if case .unreserveHighatomic(let detail) = step.event, detail.forced { detail.done } else { nil }
        }
    }

    @Test func belowLowTheSlowPathWakesKswapdAndMakesDoWithMin() throws {
        leave(try status().watermarks.low)
        let told = explain(0, .kernel)
        #expect(told.pfn != nil)
        #expect(attempts(told).map(\.watermark) == ["low", "min"])
        #expect(kinds(told).contains("slowPath") && kinds(told).contains("wakeKswapd"))
        #expect(machine.kswapdRequest(of: 0)?.wakeups == 1)
    }

    @Test func withoutKswapdReclaimNobodyIsWoken() throws {
        leave(try status().watermarks.low)
        #expect(explain(0, []).pfn != nil)
        #expect(machine.kswapdRequest(of: 0)?.wakeups == 0)
    }

    @Test func belowMinAnOrdinaryRequestReclaimsAndFails() throws {
        leave(try status().watermarks.min)
        let told = explain(0, .kernel)
        #expect(throws: AllocationFailure.outOfMemory(order: 0, gfp: .kernel)) { try told.result.get() }
        for kind in ["reclaim", "drain", "unreserveHighatomic", "retry", "outOfMemory", "failure"] {
            #expect(kinds(told).contains(kind), "\(kind) is missing")
        }
        #expect(attempts(told).last?.watermark == "high", "the last attempt before a task is killed")
        #expect(outOfMemory(told) == [.kill])
    }

    @Test func urgencyReachesDeeperStepByStep() throws {
        let min = try status().watermarks.min.rawValue
        // What must stay free: all of min; a half; without waiting a quarter of that less.
        let requests: [(GFP, Int)] = [
            (.kernel, min), ([.kernel, .high], min - min / 2), (.atomic, 3 * (min - min / 2) / 4),
        ]
        for (gfp, floor) in requests {
            let machine = try Machine(.nodes(1, mebibytes: 256))
            _ = machine.occupy(zone, leaving: PageCount(floor + 200), on: 0)
            while (try? machine.allocate(0, gfp, on: 0)) != nil {}
            let status = try #require(machine.status(of: zone))
            let pcp = try #require(machine.pageset(of: 0, zone)).count
            #expect(abs((status.freePagesSnapshot + pcp).rawValue - floor) <= 2 * 63, "gfp \(gfp.kernelNames)")
        }
    }

    @Test func memallocHeedsNoWatermark() throws {
        leave(20)
        #expect(explain(0, .kernel).pfn == nil)
        let told = explain(0, [.kernel, .memAlloc])
        #expect(told.pfn != nil)
        #expect(attempts(told).last?.watermark == "none")
        #expect(explain(0, [.kernel, .memAlloc, .noMemAlloc]).pfn == nil)
    }

    @Test func noFailTakesReservesWhereOthersFail() throws {
        leave(20)
        let told = explain(0, [.kernel, .noFail])
        #expect(told.pfn != nil)
        #expect(kinds(told).contains("noFail"))
        let timid = explain(0, [.kernel, .noFail, .noRetry])
        #expect(kinds(timid).contains("noFail") && !kinds(timid).contains("outOfMemory"))
        #expect(explain(0, [.kswapdReclaim, .noFail]).pfn == nil, "who cannot wait may fail all the same")
    }

    @Test func noFailFailsAsAnErrorWhenNothingAtAllIsLeft() throws {
        leave(0)
        #expect(throws: AllocationFailure.self) { try explain(0, [.kernel, .noFail]).result.get() }
    }

    @Test func noRetryGivesUpAfterOneRound() throws {
        leave(try status().watermarks.min)
        let told = explain(0, [.kernel, .noRetry])
        #expect(told.pfn == nil)
        #expect(retries(told).last == .noRetry)
        #expect(!kinds(told).contains("outOfMemory"))
    }

    @Test func aRequestThatMayFailKillsNobody() throws {
        leave(try status().watermarks.min)
        let told = explain(0, [.kernel, .retryMayFail])
        #expect(outOfMemory(told) == [.requestMayFail])
    }

    @Test func aCostlyOrderIsNotWorthARound() throws {
        leave(PageCount(try status().managedPages.rawValue / 2), scattered: true)
        let told = explain(4, .kernel)
        #expect(told.pfn == nil)
        #expect(kinds(told).contains("compaction"))
        #expect(retries(told).last == .costly)
        let verdicts = told.steps.compactMap { if case .zone(let verdict) = $0.event { verdict.verdict } else { nil } }
        #expect(Set(verdicts) == [.noBlock])
        #expect(!kinds(explain(4, .noIO)).contains("compaction"), "without I/O there is no compaction")
        #expect(explain(0, .highUserMovable).pfn != nil, "single pages are there")
    }

    @Test func whatOtherCPUsKeepIsGathered() throws {
        leave(PageCount(try status().watermarks.min.rawValue + 130))
        // Two refills of CPU 1 take the zone below its watermark; their pages come back from its list.
        var held: [PFN] = []
        while let pfn = try? machine.allocate(0, .noWait, on: 1) { held.append(pfn) }
        for pfn in held { try machine.free(pfn, on: 1) }
        let kept = try #require(machine.pageset(of: 1, zone)).count
        try #require(kept > 0)
        let told = explain(0, .kernel)
        #expect(told.pfn != nil)
        let drained = told.steps.compactMap { if case .drain(let drain) = $0.event { drain.pages } else { nil } }
        #expect(drained.isEmpty || drained[0] >= kept)
    }

    @Test func urgentBlocksKeepAPageblockForTheirKind() throws {
        leave(try status().watermarks.min)
        let told = explain(2, .atomic)
        #expect(told.pfn != nil)
        #expect(kinds(told).contains("reserveHighatomic"))
        let pageblock = machine.layout.pageblockOrder.pageCount
        #expect(try status().reservedHighatomic == pageblock)
        #expect(try status().freeBlocksByType.contains { $0[.highatomic] != nil })
        // GFP_NOWAIT is not urgent: nothing is kept for it.
        let other = try Machine(.nodes(1, mebibytes: 256))
        _ = other.occupy(zone, leaving: try status().watermarks.low, on: 0)
        _ = try? other.allocate(2, .noWait, on: 0)
        #expect(other.status(of: zone)?.reservedHighatomic == 0)
    }

    @Test func keptPageblocksAreGivenUpBeforeARequestFails() throws {
        leave(try status().watermarks.min)
        #expect(explain(2, .atomic).pfn != nil)
        let free = try status().freeHighatomic
        try #require(free > 0)
        leave(free)
        let told = explain(0, [.kernel, .retryMayFail])
        #expect(forcedUnreserves(told).contains(true))
        #expect(try status().reservedHighatomic == 0)
        #expect(machine.audit(holding: []).problems.isEmpty)
    }

    @Test func nodesAreReclaimedBeforeTheWalkGoesFarther() throws {
        var layout = try MachineLayout(booting: .nodes(2, mebibytes: 128))
        try layout.set(sysctl: "vm.zone_reclaim_mode", to: "1")
        let near = try Machine(layout)
        let low = try #require(near.status(of: zone)).watermarks.low
        _ = near.occupy(zone, leaving: low, on: 0)
        let told = near.explain(on: 0) { machine throws(AllocationFailure) in try machine.allocate(0, .kernel, on: 0) }
        let reclaims = told.steps.filter { if case .nodeReclaim = $0.event { true } else { false } }
        #expect(reclaims.first?.place == zone)
        #expect(told.steps.last?.place?.node == 1)

        layout.nodes[0].distances[1] = 40
        layout.nodes[1].distances[0] = 40
        let far = try Machine(layout)
        let other = ZoneName(node: 1, zone: .normal)
        for name in [zone, other] { _ = far.occupy(name, leaving: low, on: 0) }
        let toldFar = far.explain(on: 0) { machine throws(AllocationFailure) in try machine.allocate(0, .kernel, on: 0)
        }
        let outcomes = toldFar.steps.compactMap { step -> AllocationStep.NodeReclaim.Outcome? in
            if case .nodeReclaim(let detail) = step.event, step.place == other { detail.outcome } else { nil }
        }
        #expect(Set(outcomes) == [.tooFar])
    }

    @Test func aFullPageblockOfAnotherTypeIsNotClaimedButAPageOfItStolen() throws {
        leave(PageCount(try status().managedPages.rawValue / 4), scattered: true)
        let told = explain(0, .kernel)
        #expect(told.pfn != nil)
        let verdicts = told.steps.compactMap { if case .claim(let claim) = $0.event { claim.verdict } else { nil } }
        #expect(verdicts.contains(.tooLittleAlike))
        #expect(kinds(told).contains("steal") && kinds(told).contains("boost"))
        #expect(try status().steals > 0 && status().claims == 0)
        #expect(try status().watermarkBoost > 0)
    }

    @Test func noZoneAtAll() throws {
        let told = machine.explain(on: 0) { machine throws(AllocationFailure) in
            try machine.allocate(0, .kernel, on: 0, allowed: [7])
        }
        #expect(throws: AllocationFailure.noZone(gfp: .kernel)) { try told.result.get() }
    }
}

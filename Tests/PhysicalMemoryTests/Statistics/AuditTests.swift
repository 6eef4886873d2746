import Testing

@testable import PhysicalMemory

/// An audit that cannot fail proves nothing: each record of a frame, spoilt alone, must be noticed.
@Suite struct AuditTests {
    enum Damage: CaseIterable {
        case link, mark, pageblock, freeCount, highatomicCount, withheldCount, occupied
        case cpuMark, cpuCount

        /// What the audit says of it.
        var words: String {
            switch self {
            case .link: "broken link"
            case .mark: "not marked as free with this order"
            case .pageblock: "its pageblock has another type"
            case .freeCount: "pages free, counted"
            case .highatomicCount: "free highatomic pages, counted"
            case .withheldCount: "pages withheld, counted"
            case .occupied: "marked wrongly as empty or not"
            case .cpuMark: "broken at pfn"
            case .cpuCount: "pages in lists, counted"
            }
        }

        func spoil(_ zone: borrowing Zone, _ pageset: borrowing PerCPUPages) throws {
            let list = pageset.lists.acquire()
            let areas = zone.areas.acquire()
            let order = zone.maxOrder
            let movable = MigrateType.movable.rawValue
            let first = areas.value.list(order, movable).first
            let second = zone.frames[first].next
            try #require(first != .none && second != .none)
            try #require(list.value.length(of: 0) > 1)
            let cpuSecond = list.value.block(1, of: 0)
            switch self {
            case .link: zone.frames[second].previous = .none
            case .mark: zone.frames[first].type.store(0)
            case .pageblock: zone.frames.setMigrateType(of: first, to: MigrateType.unmovable.rawValue)
            case .freeCount: zone.freePages.addAsOnlyWriter(1)
            case .highatomicCount: zone.freeHighatomic.addAsOnlyWriter(1)
            case .withheldCount: zone.withheld.addAsOnlyWriter(1)
            case .occupied: zone.occupiedOrders[Int(movable)].remove(UInt32(1) << UInt32(order))
            case .cpuMark: zone.frames[cpuSecond].claim = Page.listed(1)
            case .cpuCount: list.value.tally.add(1)
            }
        }
    }

    /// A machine whose CPU 0 holds one page and has others in its list.
    private func machine() throws -> (machine: Machine, held: Holding) {
        let machine = try Machine(MachineSpec.tiny)
        let held = Holding(pfn: try machine.allocate(0, .kernel, on: 0), order: 0)
        for _ in 0..<3 { try machine.free(machine.allocate(0, .kernel, on: 0), on: 0) }
        let audit = machine.audit(holding: [held])
        try #require(audit.isClean && audit.problems.isEmpty && audit.allocated == 1)
        return (machine, held)
    }

    @Test(arguments: Damage.allCases) func oneSpoiltRecordIsNamed(_ damage: Damage) throws {
        let (machine, held) = try machine()
        let number = try #require(machine.zones.firstIndex { $0.value.type == .dma32 })
        try damage.spoil(machine.zones[number].value, machine.pagesets[0][number].value)
        let audit = machine.audit(holding: [held])
        #expect(!audit.isClean)
        #expect(audit.problems.contains { $0.contains(damage.words) }, "\(audit.problems)")
    }

    @Test func whatNobodyHoldsIsLostAndWhatTwoHoldIsCounted() throws {
        let (machine, held) = try machine()
        #expect(machine.audit(holding: []).lost == 1)
        let twice = machine.audit(holding: [held, held])
        #expect(twice.duplicated == 1 && twice.lost == 0 && twice.allocated == 1 && !twice.isClean)
        #expect(twice.problems.contains { $0.contains("pfn \(held.pfn) is in two places") }, "\(twice.problems)")
        let elsewhere = machine.audit(holding: [held, Holding(pfn: PFN(1 << 30), order: 0)])
        #expect(elsewhere.problems.count == 1 && !elsewhere.isClean)
    }

    /// What two CPUs do that free one block at the same moment: both pass the check, and it stands in two lists.
    @Test func aBlockFreedTwiceAtOnceIsNamedAndNothingIsCountedBelowZero() throws {
        let (machine, held) = try machine()
        let zone = try #require(machine.zones.first { $0.value.zoneName == machine.zone(of: held.pfn)?.value.zoneName })
        let number = zone.value.number
        for cpu in 0..<2 {
            let list = machine.pagesets[cpu % machine.pagesets.count][number].value.lists.acquire()
            let frame = zone.value.frames.offset(held.pfn.rawValue)
            list.value.append(frame, 0, zone.value.frames)
            list.value.tally.add(1)
        }
        let audit = machine.audit(holding: [])
        #expect(audit.duplicated == 1 && audit.lost == 0)
        #expect(audit.frames == audit.free + audit.pcp + audit.allocated + audit.reserved + audit.lost)
        #expect(audit.problems.contains { $0.contains("pfn \(held.pfn) is in two places") }, "\(audit.problems)")
    }
}

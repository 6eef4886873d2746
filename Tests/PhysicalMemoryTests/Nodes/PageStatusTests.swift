import PhysicalMemory
import Testing

/// What the map says of a frame through its life.
struct PageStatusTests {
    private let machine: Machine
    private let ordinary: PFN

    init() throws {
        machine = try Machine(.tiny)
        ordinary = try machine.allocate(0, .kernel, on: 0)
    }

    @Test func anAllocatedFrame() throws {
        let page = try #require(machine.page(ordinary))
        #expect(page.place == .allocated(head: ordinary, 0))
        #expect(page.refcount == 1)
        #expect(page.mapcount == -1)
        #expect(page.type == nil)
        #expect(page.zone.node == 0)
        #expect(page.migrateType != nil)
    }

    @Test func aFrameInACPUsList() throws {
        try machine.free(ordinary, on: 1)
        let page = try #require(machine.page(ordinary))
        guard case .perCPU(let cpu, list: let list, let head, let order) = page.place else {
            Issue.record("\(page.place)")
            return
        }
        #expect(cpu == 1 && head == ordinary && order == 0)
        #expect(list == 0)
        #expect(page.refcount == 0)
    }

    @Test func framesOfABlock() throws {
        let block = try machine.allocate(5, .kernel, on: 0)
        for frame in [block, block.advanced(by: 1), block.advanced(by: 31)] {
            #expect(try #require(machine.page(frame)).place == .allocated(head: block, 5))
        }
        try machine.free(block, order: 5, on: 0)
        machine.drainAll(on: 0)
        guard case .free(let head, let order) = try #require(machine.page(block)).place else {
            Issue.record("not free")
            return
        }
        #expect(order >= 5)
        #expect(head <= block && block < head.advanced(by: order.pageCount.rawValue))
        #expect(try #require(machine.page(head)).type == 0xf000_0000)
        #expect(try #require(machine.page(head.advanced(by: 1))).type == nil)
    }

    @Test func tailsOfACompoundPageNameTheirHead() throws {
        let head = try machine.allocate(2, [.kernel, .compound], on: 0)
        #expect(try #require(machine.page(head)).flagNames == ["PG_head"])
        #expect(try #require(machine.page(head)).compoundHead == nil)
        for offset in 1...3 {
            let tail = try #require(machine.page(head.advanced(by: offset)))
            #expect(tail.compoundHead == head)
            #expect(tail.place == .allocated(head: head, 2))
        }
    }

    @Test func framesThatAreNotThere() throws {
        #expect(machine.page(PFN(0)) == nil)
        #expect(machine.page(PFN(0xa0)) == nil)
        #expect(machine.page(PFN(64 << 8)) == nil)
        #expect(machine.page(.none) == nil)
    }

    @Test func reservedAndDeferredFrames() throws {
        let machine = try Machine(.nodes(1, mebibytes: 1024))
        let zone = try #require(machine.layout.nodes[0].zones.first { $0.presentPages > 0 })
        let reserved = try #require(
            zone.presentRanges.flatMap { [$0.lowerBound, $0.upperBound.advanced(by: -1)] }.first { pfn in
                !zone.managedRanges.contains { $0.contains(pfn) }
            })
        #expect(try #require(machine.page(reserved)).place == .reserved)
        #expect(try #require(machine.page(reserved)).flagNames == ["PG_reserved"])
        let deferred = try #require(machine.nodeData(0)?.firstDeferredPFN)
        #expect(try #require(machine.page(deferred)).place == .deferred)
        #expect(try #require(machine.page(deferred.advanced(by: -1))).place != .deferred)
    }
}

/// What `struct zone` says of zones with and without frames.
struct ZoneDataTests {
    @Test func zonesWithoutFramesAreThereToo() throws {
        let machine = try Machine(MachinePreset.twoSockets)
        let movable = try #require(machine.zoneData(ZoneName(node: 0, zone: .movable)))
        #expect(movable.status == nil)
        #expect(!movable.isInitialized)
        #expect(movable.isolatedPageblocks == 0)
        #expect(machine.zoneData(ZoneName(node: 0, zone: .highMem)) == nil)
        #expect(machine.zoneData(ZoneName(node: 5, zone: .normal)) == nil)
    }

    @Test func countersFollowTheAllocator() throws {
        let machine = try Machine(.tiny)
        let name = try #require(machine.zoneNames.last)
        let zone = try #require(machine.zoneData(name))
        let before = zone.statistic(.freePages)
        #expect(before == zone.layout.managedPages.rawValue)
        _ = try machine.allocate(10, .kernel, on: 0)
        let difference = try #require(machine.perCPUStatistics(of: 0, name)).freePagesDifference.rawValue
        #expect(zone.statistic(.freePages) + difference == before - 1024)
        #expect(zone.numaEvents.numaHit == 1)
        #expect(machine.perCPUStatistics(of: 0, name)?.numaEvents.localNode == 1)
        #expect(machine.perCPUStatistics(of: 1, name)?.numaEvents.localNode == 0)
    }

    @Test func holesOfWholeSectionsInterruptAZone() throws {
        let banks = try Machine(MachinePreset.documentedBanks)
        #expect(try #require(banks.zoneData(ZoneName(node: 1, zone: .normal))).isContiguous == false)
        let sockets = try Machine(MachinePreset.twoSockets)
        #expect(try #require(sockets.zoneData(ZoneName(node: 1, zone: .normal))).isContiguous)
        #expect(try #require(sockets.zoneData(ZoneName(node: 0, zone: .dma))).isContiguous)
        #expect(try #require(sockets.zoneData(ZoneName(node: 1, zone: .dma))).isContiguous == false)
    }

    @Test func neighboursInAPerCPUListAreNamed() throws {
        let machine = try Machine(MachineSpec.tiny)
        let frames = try (0..<3).map { _ in try machine.allocate(0, .kernel, on: 0) }
        for pfn in frames { try machine.free(pfn, on: 0) }
        let (head, middle, third) = (frames[2], frames[1], frames[0])
        let status = try #require(machine.page(middle))
        #expect(status.previous == head && status.next == third)
        #expect(machine.page(head)?.previous == nil && machine.page(head)?.next == middle)
        let length = machine.pageset(of: 0, status.zone)?.listLengths[0] ?? 0
        var (last, steps) = (third, 2)
        while let next = machine.page(last)?.next, steps <= length { (last, steps) = (next, steps + 1) }
        #expect(steps == length - 1, "the links lead through the whole list")
    }
}

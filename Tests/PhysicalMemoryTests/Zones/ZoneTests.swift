import Testing

@testable import PhysicalMemory

/// Rules of one zone, asked by themselves.
@Suite struct ZoneTests {
    private func withZone(_ body: (borrowing Zone) throws -> Void) throws {
        let machine = try Machine(MachineSpec.tiny)
        let number = try #require(machine.zones.firstIndex { $0.value.type == .dma32 })
        try body(machine.zones[number].value)
    }

    /// *Kernel counterpart:* `__zone_watermark_ok`'s first half.
    @Test func watermarksBendForUrgentRequests() throws {
        try withZone { zone in
            let requests: [AllocationFlags] = [
                [], .highatomic, .minReserve, [.minReserve, .nonBlock], .outOfMemory,
                [.minReserve, .nonBlock, .outOfMemory],
            ]
            var marks: [Int] = []
            for flags in requests { marks.append(zone.bend(1000, flags)) }
            #expect(marks == [1000, 1000, 500, 375, 500, 188])
        }
    }

    @Test func urgentPagesAreKeptFromOthers() throws {
        try withZone { zone in
            zone.freeHighatomic.addAsOnlyWriter(64)
            zone.freeCMA.addAsOnlyWriter(8)
            var pages: [Int] = []
            for flags: AllocationFlags in [[], .cma, .highatomic, [.minReserve, .cma]] {
                pages.append(zone.unusableFree(flags))
            }
            #expect(pages == [72, 64, 8, 0])
        }
    }

    /// The block is one, so its pageblocks have one type: that of the half that came last.
    @Test func pageblocksThatMergeTakeOneType() throws {
        try withZone { zone in
            let areas = zone.areas.acquire()
            let (movable, unmovable) = (MigrateType.movable.rawValue, MigrateType.unmovable.rawValue)
            let (whole, half) = (zone.maxOrder, zone.pageblockOrder)
            try #require(whole == half + 1)
            for types in [(movable, unmovable), (unmovable, movable)] {
                let low = zone.takeSmallest(whole, movable, cpu: 0, &areas.value)
                try #require(low != .none)
                let high = low + FrameOffset(1) << FrameOffset(half)
                zone.frames.setMigrateType(of: low, to: types.0)
                zone.frames.setMigrateType(of: high, to: types.1)
                zone.put(low, half, types.0, cpu: 0, &areas.value)
                zone.put(high, half, types.1, cpu: 0, &areas.value)
                let isOne = zone.isFree(low, whole)
                let merged = [zone.frames.migrateType(of: low), zone.frames.migrateType(of: high)]
                #expect(isOne && merged == [types.1, types.1])
                areas.value.remove(low, whole, types.1, zone)
            }
        }
    }
}

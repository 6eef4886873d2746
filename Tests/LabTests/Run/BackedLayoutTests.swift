import Lab
import PhysicalMemory
import Testing

@Suite struct BackedLayoutTests {
    @Test(arguments: MachinePreset.allCases) func zonesGiveInProportionToTheirPresentFrames(preset: MachinePreset)
        throws
    {
        let full = try MachineLayout(booting: preset.spec)
        let quota = PageCount((512 << 20) / full.pageSize.rawValue)
        let backed = full.backed(Dictionary(uniqueKeysWithValues: full.nodes.map { ($0.id, quota) }))
        let least = (16 << 20) / full.pageSize.rawValue
        for node in backed.nodes {
            for zone in node.zones where zone.presentPages > 0 {
                let name = "node \(node.id) \(zone.type)"
                let exact =
                    Double(quota.rawValue) * Double(zone.presentPages.rawValue)
                    / Double(node.presentPages.rawValue)
                let part = min(max(exact, Double(least)), Double(zone.presentPages.rawValue))
                let difference = abs(Double(zone.managedPages.rawValue) - part)
                #expect(
                    difference <= Double(full.maxOrder.pageCount.rawValue), "\(name): \(zone.managedPages) of \(part)")
                #expect(zone.managedPages.rawValue >= min(least, zone.presentPages.rawValue), "\(name)")
            }
        }
    }

    @Test(arguments: MachinePreset.allCases) func managedFramesExistAndAddUp(preset: MachinePreset) throws {
        let full = try MachineLayout(booting: preset.spec)
        let backed = full.backed(Dictionary(uniqueKeysWithValues: full.nodes.map { ($0.id, PageCount(5000)) }))
        for zone in backed.nodes.flatMap(\.zones) {
            #expect(zone.managedRanges.reduce(0) { $0 + $1.pageCount.rawValue } == zone.managedPages.rawValue)
            for (range, next) in zip(zone.managedRanges, zone.managedRanges.dropFirst()) {
                #expect(range.upperBound < next.lowerBound)
            }
            for range in zone.managedRanges {
                let isPresent = zone.presentRanges.contains {
                    $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound
                }
                #expect(isPresent, "\(range) of \(zone.type)")
            }
        }
    }

    @Test func watermarksFollowFromWhatIsManaged() throws {
        let full = try MachineLayout(booting: MachinePreset.twoSockets.spec)
        let backed = full.backed([0: 16384, 1: 16384])
        #expect(backed == backed.retuned())
        #expect(backed.minFreeKbytes < full.minFreeKbytes)
        let normal = try #require(backed.node(1)?.zones.first { $0.type == .normal })
        #expect(normal.watermarks.low < normal.managedPages)
    }

    @Test func aNodeThatIsNotNamedGivesNothing() throws {
        let full = try MachineLayout(booting: MachinePreset.ring.spec)
        let backed = full.backed([2: 10000])
        for node in backed.nodes {
            let managed = node.zones.reduce(0) { $0 + $1.managedPages.rawValue }
            #expect((managed > 0) == (node.id == 2))
        }
    }
}

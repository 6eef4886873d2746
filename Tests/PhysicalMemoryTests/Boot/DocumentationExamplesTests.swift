import PhysicalMemory
import Testing

/// The machines that the kernel's Physical Memory document draws.
struct DocumentationExamplesTests {
    private static let mebibyte: UInt64 = 256

    private func layout(_ preset: MachinePreset) throws -> MachineLayout { try MachineLayout(booting: preset.spec) }

    private func span(_ zone: ZoneLayout) -> Range<UInt64> {
        zone.startPFN.rawValue..<zone.startPFN.rawValue + UInt64(zone.spannedPages.rawValue)
    }

    @Test func pc32HasItsBordersAt16And896MiB() throws {
        let node = try #require(try layout(.documentedPC).nodes.first)
        #expect(node.zones.map(\.type) == [.dma, .normal, .highMem, .movable])
        #expect(span(node.zones[0]) == 0..<16 * Self.mebibyte)
        #expect(span(node.zones[1]) == 16 * Self.mebibyte..<896 * Self.mebibyte)
        #expect(span(node.zones[2]) == 896 * Self.mebibyte..<2048 * Self.mebibyte)
        #expect(node.zones[3].spannedPages == 0)
    }

    @Test func armServerHasMovableFrom4200MAnd9320M() throws {
        let layout = try layout(.documentedArm)
        #expect(
            layout.movableStart == [
                .init(node: 0, start: PFN(4200 * Self.mebibyte)), .init(node: 1, start: PFN(9320 * Self.mebibyte)),
            ])
        let zones = layout.nodes[0].zones
        #expect(span(zones[0]) == 1024 * Self.mebibyte..<4096 * Self.mebibyte)
        #expect(zones[1].spannedPages == 0)
        #expect(span(zones[2]) == 4096 * Self.mebibyte..<4200 * Self.mebibyte)
        #expect(span(zones[3]) == 4200 * Self.mebibyte..<9216 * Self.mebibyte)
        #expect(span(layout.nodes[1].zones[2]) == 9216 * Self.mebibyte..<9320 * Self.mebibyte)
        #expect(span(layout.nodes[1].zones[3]) == 9320 * Self.mebibyte..<17408 * Self.mebibyte)
    }

    @Test func interleavedBanksMakeNodesThatOverlap() throws {
        let layout = try layout(.documentedBanks)
        let gibibyte = 1024 * Self.mebibyte
        #expect(layout.nodes[0].startPFN == PFN(0))
        #expect(layout.nodes[0].spannedPages == PageCount(Int(12 * gibibyte)))
        #expect(layout.nodes[0].presentPages == PageCount(Int(8 * gibibyte)))
        #expect(layout.nodes[1].startPFN == PFN(4 * gibibyte))
        #expect(layout.nodes[1].spannedPages == PageCount(Int(12 * gibibyte)))
        #expect(layout.nodes[1].presentPages == PageCount(Int(8 * gibibyte)))
        #expect(
            layout.nodes[1].zones[2].presentRanges == [
                PFN(4 * gibibyte)..<PFN(8 * gibibyte), PFN(12 * gibibyte)..<PFN(16 * gibibyte),
            ])
    }

    @Test(arguments: MachinePreset.allCases)
    func everyPresetLaysOut(_ preset: MachinePreset) throws {
        let layout = try layout(preset)
        #expect(layout.name == preset.rawValue)
        #expect(!layout.managedIsKnown)
        for node in layout.nodes {
            for zone in node.zones {
                #expect(zone.managedRanges.reduce(0) { $0 + $1.pageCount } == zone.managedPages)
                #expect(zone.presentRanges.reduce(0) { $0 + $1.pageCount } == zone.presentPages)
            }
        }
    }
}

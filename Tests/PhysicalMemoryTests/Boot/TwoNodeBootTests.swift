import PhysicalMemory
import Testing

/// `x86_64-6.12-n2-4g-4g-movablecore-2g`, transcribed by hand from what the kernel printed.
struct TwoNodeBootTests {
    private static var spec: MachineSpec {
        var spec = MachineSpec(name: "n2", commandLine: "quiet movablecore=2G")
        spec.hasLegacyFirmwareArea = true
        spec.memory = [
            .init(start: 0, end: 0x9fc00, node: 0), .init(start: 0x100000, end: 0xbffdf000, node: 0),
            .init(start: 0x1_0000_0000, end: 0x2_4000_0000, node: 0),
            .init(start: 0xbffdf000, end: 0xc0000000, node: 0, kind: .reserved),
        ]
        spec.affinity = [
            .init(start: 0, end: 0xa0000, node: 0), .init(start: 0x100000, end: 0xc0000000, node: 0),
            .init(start: 0x1_0000_0000, end: 0x1_4000_0000, node: 0),
            .init(start: 0x1_4000_0000, end: 0x2_4000_0000, node: 1),
        ]
        spec.nodes = [
            .init(id: 0, cpus: [0, 1], distances: [10, 20]), .init(id: 1, cpus: [2, 3], distances: [20, 10]),
        ]
        spec.zoneInputs = [
            .init(node: 0, zone: .dma, managedPages: 3840), .init(node: 0, zone: .dma32, managedPages: 756313),
            .init(node: 0, zone: .normal, managedPages: 1024), .init(node: 0, zone: .movable, managedPages: 244556),
        ]
        return spec
    }

    @Test func zonesAreThoseTheKernelPrinted() throws {
        let layout = try MachineLayout(booting: Self.spec)
        let zones = layout.nodes[0].zones
        #expect(zones.map(\.type) == [.dma, .dma32, .normal, .movable, .device])
        #expect(zones.map(\.startPFN.rawValue) == [1, 4096, 1_048_576, 1_049_600, 0])
        #expect(zones.map(\.spannedPages) == [4095, 1_044_480, 1024, 261_120, 0])
        #expect(zones.map(\.presentPages) == [3998, 782_303, 1024, 261_120, 0])
        #expect(layout.movableStart.map { $0.start.rawValue * 4096 } == [0x1_0040_0000, 0x2_0000_0000])
        #expect(layout.zoneRanges.map { $0.frames.lowerBound.rawValue * 4096 } == [0x1000, 0x100_0000, 0x1_0000_0000])
    }

    @Test func zonelistsAreThoseTheKernelPrinted() throws {
        let layout = try MachineLayout(booting: Self.spec)
        #expect(layout.nodes.map(\.fallbackOrder) == [[0, 1], [1, 0]])
        let names = layout.nodes[1].zonelist.map { "\($0.node):\($0.zone.kernelName)" }
        #expect(names == ["1:Movable", "1:Normal", "0:Movable", "0:Normal", "0:DMA32", "0:DMA"])
        #expect(layout.nodes[1].thisNodeZonelist.map(\.zone) == [.movable, .normal])
        #expect(layout.policyZone == .normal)
        #expect(layout.states.normalMemory == [0, 1])
    }

    @Test func tuningFollowsFromManagedPages() throws {
        let layout = try MachineLayout(booting: Self.spec)
        #expect(layout.minFreeKbytes == 90112)
        let zones = layout.nodes[0].zones
        #expect(zones[0].protection == [0, 2954, 2958, 3913, 3913])
        #expect(zones[2].protection == [0, 0, 0, 7642, 7642])
        #expect(zones.map(\.perCPU.batch) == [1, 63, 1, 63, 1])
        #expect(zones[0].statThreshold == 6)
        #expect(zones[1].statThreshold == 36)
        #expect(zones[4].watermarks.low == 0)
    }
}

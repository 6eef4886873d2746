import PhysicalMemory
import Testing

/// Machines at the limits, and descriptions that make no sense.
struct HugeMachineTests {
    @Test(.timeLimit(.minutes(10)))
    func aThousandNodesLayOut() throws {
        var spec = MachineSpec(name: "1024 nodes")
        for node in 0..<NodeID.limit {
            spec.nodes.append(
                .init(
                    id: NodeID(node), cpus: (0..<8).map { CPUID(node * 8 + $0) },
                    distances: (0..<NodeID.limit).map { $0 == node ? 10 : 11 + ($0 ^ node) % 200 }))
            spec.memory.append(
                .init(start: .gibibytes(node * 64), end: .gibibytes(node * 64 + 64), node: NodeID(node)))
        }
        spec.commandLine = "movablecore=50%"
        let layout = try MachineLayout(booting: spec)
        #expect(layout.nodes.count == 1024)
        #expect(layout.nodes.reduce(0) { $0 + $1.presentPages.rawValue } == (64 << 40) / 4096)
        #expect(layout.nodes.allSatisfy { $0.fallbackOrder.count == 1024 })
    }

    @Test func sixtyFourTebibytesOnOneNodeLayOut() throws {
        let spec = MachineSpec(name: "64T", memory: [.init(start: 0, end: .gibibytes(64 << 10), node: 0)])
        let layout = try MachineLayout(booting: spec)
        #expect(layout.nodes[0].presentPages.rawValue == (64 << 40) / 4096)
    }

    @Test func aHoleAsWideAsTheAddressSpaceDoesNotSlowEmulationDown() throws {
        let memory: [MachineSpec.MemoryRange] = [
            .init(start: 0, end: .gibibytes(2), node: 0),
            .init(start: ByteCount((1 << 56) - (2 << 30)), end: ByteCount(1 << 56), node: 0),
        ]
        for option in ["numa=fake=3", "numa=fake=2U", "numa=fake=512M", "numa=fake=1023", "numa=fake=99999999U"] {
            let spec = MachineSpec(name: "hole", memory: memory, commandLine: option)
            let layout = try MachineLayout(booting: spec)
            #expect(layout.nodes.reduce(0) { $0 + $1.presentPages.rawValue } == 1 << 20, "\(option)")
        }
    }

    @Test(arguments: [
        (MachineSpec.MemoryRange(start: 4096, end: 4096, node: 0), BootError.range(key: "memory", index: 0)),
        (.init(start: -4096, end: 4096, node: 0), .range(key: "memory", index: 0)),
        (.init(start: 0, end: ByteCount(.max), node: 0), .range(key: "memory", index: 0)),
        (.init(start: 0, end: 4096, node: NodeID(1_000_000_000)), .node(NodeID(1_000_000_000))),
        (.init(start: 0, end: 4096, node: -1), .node(-1)),
        (.init(start: 1, end: 4096, node: 0), .noUsableMemory),
    ])
    func badRangesAreNamed(_ range: MachineSpec.MemoryRange, _ error: BootError) {
        #expect(throws: error) { try MachineLayout(booting: MachineSpec(name: "bad", memory: [range])) }
    }

    @Test func badNodesAreNamed() {
        var spec = MachinePreset.laptop.spec
        spec.nodes.append(.init(id: 0))
        #expect(throws: BootError.duplicateNode(0)) { try MachineLayout(booting: spec) }
        spec.nodes = [.init(id: 0, cpus: [CPUID(-1)])]
        #expect(throws: BootError.cpu(CPUID(-1), node: 0)) { try MachineLayout(booting: spec) }
        spec.nodes = [.init(id: 0, distances: [10_000])]
        #expect(throws: BootError.distance(10_000, from: 0)) { try MachineLayout(booting: spec) }
        spec.nodes = []
        spec.zoneInputs = [.init(node: 0, zone: .dma, managedPages: -1)]
        #expect(throws: BootError.self) { try MachineLayout(booting: spec) }
        spec.zoneInputs = []
        spec.pageSize = 5000
        #expect(throws: BootError.pageSize(5000)) { try MachineLayout(booting: spec) }
    }

    @Test(arguments: [
        "mem=99999999999999999999999G memmap=\u{0}$$ numa=fake= kernelcore=% movablecore=999999999999999%",
        "memmap=18446744073709551615@1 mem=0 kernelcore=0x memmap=exactmap,1@,!,4G!4G",
        "\"unclosed movablecore=3G cma=-1 hugepages=x numa=fake=-3 sysctl.vm.min_free_kbytes=-5",
        "kernelcore=18446744073709551615% movablecore=18446744073709551615%", "-- mem=1",
    ])
    func senselessOptionsArePassedOver(_ line: String) throws {
        var spec = MachinePreset.twoSockets.spec
        spec.commandLine = line
        do {
            let layout = try MachineLayout(booting: spec)
            #expect(!layout.nodes.isEmpty)
        } catch BootError.noUsableMemory {
            // A map that an option emptied is a machine without memory.
        }
    }
}

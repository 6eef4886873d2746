/// Machines worth having at hand: the documentation's examples, and others to learn and test with.
public enum MachinePreset: String, CaseIterable, Hashable, Sendable {
    /// The documentation's 32-bit PC: 2 GiB, of which the direct map holds 896 MiB.
    case documentedPC = "x86-32-2g"
    /// The documentation's arm64 machine: 16 GiB on two equal nodes, `movablecore=80%`.
    case documentedArm = "arm64-16g-movable"
    /// The documentation's x86 machine: 16 GiB, banks of 4 GiB on two nodes by turns.
    case documentedBanks = "x86-16g-interleaved"
    /// A laptop: one node, eight CPUs, 16 GiB on both sides of the hole below 4 GiB.
    case laptop = "laptop-16g"
    /// A server with two sockets, each 8 CPUs and 32 GiB.
    case twoSockets = "2-socket"
    /// A server with four sockets, all at the same distance.
    case fourSockets = "4-socket"
    /// Two sockets, each divided into four nodes (NPS4, SNC-4): near, the same socket, the other socket.
    case subNUMA = "sub-numa"
    /// Four nodes in a ring: the opposite one is two hops away.
    case ring = "ring-4"
    /// Two sockets and a node of CXL memory that has no CPUs.
    case memoryOnly = "cxl"
    /// Two nodes, of which the second has CPUs but no memory.
    case cpuOnly = "cpu-only-node"

    /// What makes the machine worth looking at, in one line.
    public var summary: String {
        switch self {
        case .documentedPC: "32-bit x86, 2 GiB: DMA, Normal to 896 MiB, HighMem"
        case .documentedArm: "arm64, 16 GiB on two nodes, 80 % of it Movable"
        case .documentedBanks: "x86-64, 16 GiB in banks that belong to two nodes by turns"
        case .laptop: "x86-64, one node, 8 CPUs, 16 GiB"
        case .twoSockets: "x86-64, two sockets of 8 CPUs and 32 GiB"
        case .fourSockets: "x86-64, four sockets of 4 CPUs and 16 GiB, all equally far"
        case .subNUMA: "x86-64, two sockets of four nodes each"
        case .ring: "x86-64, four nodes in a ring"
        case .memoryOnly: "x86-64, two sockets and a CXL memory node without CPUs"
        case .cpuOnly: "x86-64, one of two nodes has no memory"
        }
    }

    /// The machine's description.
    public var spec: MachineSpec {
        switch self {
        case .documentedPC: Self.pc32()
        case .documentedArm: Self.armServer()
        case .documentedBanks: Self.interleaved()
        case .laptop: Self.pc(rawValue, gibibytes: [16], cpus: [8], distances: [[10]])
        case .twoSockets: Self.pc(rawValue, gibibytes: [32, 32], cpus: [8, 8], distances: [[10, 21], [21, 10]])
        case .fourSockets:
            Self.pc(
                rawValue, gibibytes: [16, 16, 16, 16], cpus: [4, 4, 4, 4], distances: Self.matrix(4) { _, _ in 21 })
        case .subNUMA:
            Self.pc(
                rawValue, gibibytes: Array(repeating: 16, count: 8), cpus: Array(repeating: 4, count: 8),
                distances: Self.matrix(8) { $0 / 4 == $1 / 4 ? 12 : 32 })
        case .ring:
            Self.pc(
                rawValue, gibibytes: [8, 8, 8, 8], cpus: [2, 2, 2, 2],
                distances: Self.matrix(4) { ($0 + 2) % 4 == $1 ? 30 : 20 })
        case .memoryOnly:
            Self.pc(
                rawValue, gibibytes: [16, 16, 32], cpus: [8, 8, 0],
                distances: [[10, 21, 17], [21, 10, 28], [17, 28, 10]])
        case .cpuOnly: Self.pc(rawValue, gibibytes: [8, 0], cpus: [4, 4], distances: [[10, 20], [20, 10]])
        }
    }

    private static func matrix(_ count: Int, _ distance: (Int, Int) -> Int) -> [[Int]] {
        (0..<count).map { row in (0..<count).map { $0 == row ? 10 : distance(row, $0) } }
    }

    /// An x86-64 machine with memory below 3 GiB and from 4 GiB on, as PCs have it.
    private static func pc(_ name: String, gibibytes: [Int], cpus: [Int], distances: [[Int]]) -> MachineSpec {
        var spec = MachineSpec(name: name)
        spec.hasLegacyFirmwareArea = true
        var next = 0
        var address = 0
        for (node, size) in gibibytes.enumerated() {
            let numbers = (next..<next + cpus[node]).map { CPUID($0) }
            next += cpus[node]
            spec.nodes.append(.init(id: NodeID(node), cpus: numbers, distances: distances[node]))
            var rest = size << 30
            while rest > 0 {
                if address == 3 << 30 { address = 4 << 30 }
                let part = address < 3 << 30 ? min(rest, 3 << 30 - address) : rest
                spec.memory.append(range(address, address + part, NodeID(node)))
                address += part
                rest -= part
            }
        }
        return spec
    }

    private static func range(_ start: Int, _ end: Int, _ node: NodeID) -> MachineSpec.MemoryRange {
        MachineSpec.MemoryRange(start: ByteCount(start), end: ByteCount(end), node: node)
    }

    private static func pc32() -> MachineSpec {
        var configuration = MachineSpec.Configuration()
        configuration.hasNUMA = false
        configuration.hasZoneDMA32 = false
        configuration.hasHighMem = true
        configuration.hasZoneDevice = false
        return MachineSpec(
            name: MachinePreset.documentedPC.rawValue, architecture: .i386PAE, configuration: configuration,
            memory: [range(0, 2 << 30, 0)], nodes: [.init(id: 0, cpus: [0], distances: [10])],
            lowmemBytes: .mebibytes(896))
    }

    private static func armServer() -> MachineSpec {
        MachineSpec(
            name: MachinePreset.documentedArm.rawValue, architecture: .arm64,
            memory: [range(1 << 30, 9 << 30, 0), range(9 << 30, 17 << 30, 1)],
            nodes: [
                .init(id: 0, cpus: [0, 1], distances: [10, 20]), .init(id: 1, cpus: [2, 3], distances: [20, 10]),
            ],
            commandLine: "movablecore=80%")
    }

    private static func interleaved() -> MachineSpec {
        MachineSpec(
            name: MachinePreset.documentedBanks.rawValue,
            memory: (0..<4).map { range($0 << 32, ($0 + 1) << 32, NodeID($0 % 2)) },
            nodes: [
                .init(id: 0, cpus: [0, 1], distances: [10, 20]), .init(id: 1, cpus: [2, 3], distances: [20, 10]),
            ])
    }
}

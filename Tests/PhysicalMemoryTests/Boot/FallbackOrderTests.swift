import PhysicalMemory
import Testing

/// Orders that kernels printed at boot (kernel-facts 10).
struct FallbackOrderTests {
    private func orders(
        _ distances: [[Int]], withMemory: [Bool]? = nil, kernel: KernelVersion = .reference
    ) throws -> [[Int]] {
        var spec = MachineSpec(name: "order", kernel: kernel)
        for (node, row) in distances.enumerated() {
            spec.nodes.append(.init(id: NodeID(node), cpus: [CPUID(node)], distances: row))
            guard withMemory?[node] ?? true else { continue }
            spec.memory.append(.init(start: .gibibytes(node), end: .gibibytes(node + 1), node: NodeID(node)))
        }
        return try MachineLayout(booting: spec).nodes.map { $0.fallbackOrder.map(\.rawValue) }
    }

    private func matrix(_ count: Int, _ distance: (Int, Int) -> Int) -> [[Int]] {
        (0..<count).map { row in (0..<count).map { $0 == row ? 10 : distance(row, $0) } }
    }

    @Test func aMeshGivesEachNeighbourItsTurn() throws {
        #expect(try orders(matrix(4) { _, _ in 20 }) == [[0, 1, 2, 3], [1, 2, 3, 0], [2, 3, 0, 1], [3, 0, 1, 2]])
    }

    @Test func emulatedNodesInheritDistances() throws {
        // `x86_64-6.12-n2-fake-2u`
        let orders = try orders(matrix(4) { $0 / 2 == $1 / 2 ? 10 : 20 })
        #expect(orders == [[0, 1, 2, 3], [1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0]])
    }

    @Test func aNodeMayOvertakeOneThatIsNearerByOne() throws {
        // The lower number counts as one farther: 11 and 12 are a tie that the load decides.
        let orders = try orders([[10, 20, 20], [20, 10, 20], [11, 12, 10]])
        #expect(orders[2] == [2, 0, 1])
    }

    @Test func memorylessNodesAreInNobodysListButHaveOne() throws {
        let distances = matrix(3) { abs($0 - $1) * 10 + 10 }
        let withMemory = [true, false, true]
        #expect(try orders(distances, withMemory: withMemory) == [[0, 2], [2, 0], [2, 0]])
        #expect(try orders(distances, withMemory: withMemory, kernel: KernelVersion(6, 1))[1] == [1, 2, 0])
    }

    @Test func zonesOfANodeStandTogetherHighestFirst() throws {
        let layout = try MachineLayout(booting: MachinePreset.twoSockets.spec)
        #expect(
            layout.nodes[1].zonelist.map { "\($0.node) \($0.zone.kernelName)" } == [
                "1 Normal", "0 Normal", "0 DMA32", "0 DMA",
            ])
        #expect(layout.nodes[0].thisNodeZonelist.map(\.zone) == [.normal, .dma32, .dma])
    }
}

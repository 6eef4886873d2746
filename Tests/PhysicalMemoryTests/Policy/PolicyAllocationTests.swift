import PhysicalMemory
import Testing

@Suite struct PolicyAllocationTests {
    let machine: Machine
    let cpu: CPUID = 0

    init() throws { machine = try Machine(.nodes(4, mebibytes: 64)) }

    func node(of pfn: PFN) throws -> NodeID {
        let node = machine.layout.nodes.last { $0.startPFN <= pfn }
        return try #require(node).id
    }

    func nodes(_ count: Int, _ task: inout TaskPolicy, _ gfp: GFP = .highUserMovable) throws -> [Int] {
        try (0..<count).map { _ in try node(of: machine.allocate(0, gfp, on: cpu, policy: &task)).rawValue }
    }

    /// Takes all that ordinary requests can get of a node.
    func fill(_ node: NodeID) {
        while (try? machine.allocate(0, [.highUserMovable, .thisNode], on: cpu, node: node)) != nil {}
    }

    @Test func localMeansTheCPUsNode() throws {
        var task = TaskPolicy()
        #expect(try nodes(3, &task) == [0, 0, 0])
        #expect(try self.node(of: machine.allocate(0, .kernel, on: 6, policy: &task)) == 3)
    }

    @Test func bindTakesTheNearestOfItsNodesAndNoOther() throws {
        var task = TaskPolicy(try machine.policy(.bind, nodes: [2, 3]))
        #expect(try nodes(2, &task) == [2, 2])
        // The preferred zone is the first that the mask leaves, so this is a hit, on a remote node.
        #expect(machine.numaStat(of: 2).numaHit == 2)
        #expect(machine.numaStat(of: 2).otherNode == 2)
        #expect(machine.numaStat(of: 0).numaForeign == 0)
        fill(2)
        #expect(try nodes(1, &task) == [3])
        #expect(machine.numaStat(of: 3).numaMiss == 1)
        #expect(machine.numaStat(of: 2).numaForeign == 1)
        fill(3)
        #expect(throws: AllocationFailure.outOfMemory(order: 0, gfp: .highUserMovable)) {
            try machine.allocate(0, .highUserMovable, on: cpu, policy: &task)
        }
    }

    @Test func bindLooksAtItsHomeNodeFirst() throws {
        var task = TaskPolicy(try machine.policy(.bind, nodes: [1, 3], homeNode: 3))
        #expect(try nodes(2, &task) == [3, 3])
    }

    @Test func bindIsNotForZonesBelowThePolicyZone() throws {
        let server = try Machine(MachinePreset.twoSockets)
        #expect(server.layout.policyZone == .normal)
        var task = TaskPolicy(try server.policy(.bind, nodes: [1]))
        let low = try server.allocate(0, .kernel.union(.dma32), on: 8, policy: &task)
        #expect(low.rawValue < 1 << 20, "only node 0 has memory below 4 GiB")
        let high = try server.allocate(0, .kernel, on: 0, policy: &task)
        let second = try #require(server.layout.node(1))
        #expect(high >= second.startPFN)
    }

    @Test func preferredIsAWish() throws {
        var task = TaskPolicy(try machine.policy(.preferred, nodes: [2, 3]))
        #expect(try nodes(2, &task) == [2, 2])
        #expect(machine.numaStat(of: 2).numaHit == 2)
        fill(2)
        let elsewhere = try nodes(1, &task)[0]
        #expect(elsewhere != 2)
        #expect(machine.numaStat(of: 2).numaForeign == 1)
        #expect(machine.numaStat(of: NodeID(elsewhere)).numaMiss == 1)
    }

    @Test func preferredManyWidensWithoutReclaiming() throws {
        var task = TaskPolicy(try machine.policy(.preferredMany, nodes: [1, 2]))
        #expect(try nodes(2, &task) == [1, 1])
        fill(1)
        #expect(try nodes(1, &task) == [2])
        fill(2)
        let explanation = machine.explain(on: cpu) { machine throws(AllocationFailure) in
            try machine.allocate(0, .highUserMovable, on: 0, policy: &task)
        }
        #expect(try node(of: explanation.result.get()) == 0)
        let kinds = explanation.steps.map(\.event.kind)
        #expect(kinds.filter { $0 == "policy" }.count == 2)
        #expect(kinds.contains("cannotWait"), "the first pass must not reclaim")
        #expect(!kinds.contains("reclaim"))
    }

    @Test func interleavingGoesRoundAndIsCounted() throws {
        var task = TaskPolicy(try machine.policy(.interleave, nodes: [0, 2, 3]))
        #expect(try nodes(7, &task) == [0, 2, 3, 0, 2, 3, 0])
        #expect((0..<4).map { machine.numaStat(of: NodeID($0)).interleaveHit } == [3, 0, 2, 2])
        fill(2)
        let before = machine.numaStat(of: 2)
        #expect(try nodes(1, &task) != [2])
        #expect(machine.numaStat(of: 2).interleaveHit == before.interleaveHit)
        #expect(machine.numaStat(of: 2).numaForeign == before.numaForeign + 1)
    }

    @Test func aNewPolicyBeginsItsTurnsAnew() throws {
        let policy = try machine.policy(.interleave, nodes: [1, 2])
        var task = TaskPolicy(policy)
        #expect(try nodes(1, &task) == [1])
        task.set(policy)
        #expect(try nodes(2, &task) == [1, 2])
    }

    @Test func weightsAreTurnsInARow() throws {
        machine.interleaveWeights.set(3, of: 0)
        machine.interleaveWeights.set(2, of: 3)
        var task = TaskPolicy(try machine.policy(.weightedInterleave, nodes: [0, 1, 3]))
        #expect(try nodes(8, &task) == [0, 0, 0, 1, 3, 3, 0, 0])
        #expect((0..<4).map { machine.numaStat(of: NodeID($0)).interleaveHit } == [5, 1, 0, 2])
        machine.interleaveWeights.set(0, of: 0)
        #expect(machine.interleaveWeights[0] == 1)
    }

    @Test func inARangeThePlaceDecides() throws {
        let range = RangePolicy(try machine.policy(.interleave, nodes: [1, 2, 3]), firstPage: 1)
        let nodes = try [5, 0, 2, 1].map { page in
            try node(of: machine.allocate(0, .highUserMovable, on: cpu, at: page, of: range, task: TaskPolicy()))
        }
        #expect(nodes == [1, 2, 1, 3])
        let large = try [0, 4, 8].map { page in
            try node(of: machine.allocate(2, .highUserMovable, on: cpu, at: page, of: range, task: TaskPolicy()))
        }
        #expect(large == [1, 2, 3], "larger blocks count in their own size")
    }

    @Test func weightsInARange() throws {
        machine.interleaveWeights.set(2, of: 2)
        let range = RangePolicy(try machine.policy(.weightedInterleave, nodes: [0, 2]))
        let nodes = try (0..<6).map { page in
            try node(of: machine.allocate(0, .highUserMovable, on: cpu, at: page, of: range, task: TaskPolicy()))
        }
        #expect(nodes == [0, 2, 2, 0, 2, 2])
    }

    @Test func aRangeWithoutPolicyFollowsItsTask() throws {
        let task = TaskPolicy(try machine.policy(.interleave, nodes: [0, 1]))
        let pfn = try machine.allocate(0, .highUserMovable, on: cpu, at: 3, of: RangePolicy(), task: task)
        #expect(try node(of: pfn) == 1)
    }

    @Test func restrictionsHoldWhateverThePolicy() throws {
        var task = TaskPolicy(try machine.policy(.interleave, nodes: [0, 1]))
        task.restrict(to: [2, 3])
        #expect(try nodes(4, &task) == [2, 3, 2, 3])
        var local = TaskPolicy(allowedNodes: [1])
        #expect(try nodes(2, &local) == [1, 1])
        var many = TaskPolicy(try machine.policy(.preferredMany, nodes: [0, 1]))
        many.restrict(to: [1])
        #expect(try nodes(1, &many) == [1])
    }

    @Test func aHugePageStaysAtHomeAsLongAsThatIsPossible() throws {
        let huge = machine.layout.pageblockOrder
        let gfp = GFP.transparentHugeLight
        let range = RangePolicy(try machine.policy(.bind, nodes: [1, 2]))
        // The CPU's node is not in the mask, so there is nothing to stay at.
        let pfn = try machine.allocate(huge, gfp, on: cpu, at: 0, of: range, task: TaskPolicy())
        #expect(try node(of: pfn) == 1)
        fill(0)
        #expect(throws: AllocationFailure.self) {
            try machine.allocate(huge, gfp, on: cpu, at: 0, of: RangePolicy(), task: TaskPolicy())
        }
        let remote = try machine.allocate(
            huge, gfp.union(.directReclaim), on: cpu, at: 0, of: RangePolicy(), task: TaskPolicy())
        #expect(try node(of: remote) != 0)
    }

    @Test func thisNodeOverrulesTheTask() throws {
        var task = TaskPolicy(try machine.policy(.preferred, nodes: [2]))
        #expect(try node(of: machine.allocate(0, [.kernel, .thisNode], on: cpu, policy: &task)) == 0)
    }
}

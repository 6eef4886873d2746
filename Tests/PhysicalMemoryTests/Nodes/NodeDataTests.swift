import PhysicalMemory
import Testing

struct NodeDataTests {
    private let machine: Machine

    init() throws { machine = try Machine(MachinePreset.twoSockets) }

    @Test func nodeDataKnowsOnlineNodesOnly() throws {
        #expect(machine.nodeData(0)?.id == 0)
        #expect(machine.nodeData(1)?.id == 1)
        for absent in [NodeID(2), NodeID(-1), NodeID(1023), NodeID(.max), NodeID(.min)] {
            #expect(machine.nodeData(absent) == nil)
        }
    }

    /// The documentation's example: `for_each_online_node(nid) { pg_data_t *pgdat = NODE_DATA(nid); foo(pgdat); }`.
    @Test func everyOnlineNodeIsVisitedInOrder() {
        var visited: [NodeID] = []
        func foo(_ pgdat: Node) { visited.append(pgdat.id) }
        machine.forEachOnlineNode { pgdat in foo(pgdat) }
        #expect(visited == [0, 1])
    }

    @Test func traversalStopsAtTheFirstError() {
        struct Stop: Error {}
        var visited = 0
        #expect(throws: Stop.self) {
            try machine.forEachOnlineNode { _ in
                visited += 1
                throw Stop()
            }
        }
        #expect(visited == 1)
    }

    @Test func sizesAreThoseOfTheLayout() throws {
        let node = try #require(machine.nodeData(1))
        let layout = try #require(machine.layout.node(1))
        #expect(node.startPFN == layout.startPFN)
        #expect(node.spannedPages == layout.spannedPages)
        #expect(node.presentPages == layout.presentPages)
        #expect(node.presentPages == layout.zones.reduce(0) { $0 + $1.presentPages })
        #expect(node.zones.map(\.zone) == machine.layout.zoneTypes)
        #expect(node.mapRange == layout.startPFN..<layout.startPFN.advanced(by: layout.spannedPages.rawValue))
        #expect(!node.isSizeLocked)
    }

    @Test func zoneCountIsOneMoreThanTheHighestZoneThatSpansFrames() throws {
        #expect(try #require(machine.nodeData(0)).zoneCount == 3)
        let arm = try Machine(MachinePreset.documentedArm)
        #expect(try #require(arm.nodeData(0)).zoneCount == 4)
        let memoryless = try Machine(MachinePreset.cpuOnly)
        #expect(try #require(memoryless.nodeData(1)).zoneCount == 0)
        #expect(try #require(memoryless.nodeData(1)).mapRange == nil)
    }

    /// Of each zone the greatest reserve and the high watermark, but no more than it has.
    @Test(arguments: MachinePreset.allCases)
    func totalReserveIsTheSumOverZones(_ preset: MachinePreset) throws {
        let machine = try Machine(preset)
        for layout in machine.layout.nodes {
            var total = 0
            for zone in layout.zones {
                let reserve = zone.protection.map(\.rawValue).max() ?? 0
                total += min(zone.managedPages.rawValue, reserve + zone.watermarks.high.rawValue)
            }
            #expect(try #require(machine.nodeData(layout.id)).totalReservePages == PageCount(total))
        }
    }

    @Test func reclaimMinimaAreHundredthsOfEachZone() throws {
        let node = try #require(machine.nodeData(0))
        let managed = node.layout.zones.map(\.managedPages.rawValue)
        #expect(node.minUnmappedPages.rawValue == managed.reduce(0) { $0 + $1 / 100 })
        #expect(node.minSlabPages.rawValue == managed.reduce(0) { $0 + $1 * 5 / 100 })
    }

    @Test func fieldsAtRest() throws {
        let node = try #require(machine.nodeData(0))
        #expect(!node.kswapdIsRunning && !node.kcompactdIsRunning && !node.proactiveCompactTrigger)
        #expect(node.kswapdOrder == 0 && node.kswapdHighestZone == nil && node.kswapdFailures == 0)
        #expect(node.kcompactdMaxOrder == 0)
        #expect(node.kcompactdHighestZone == node.zoneCount - 1)
        #expect(ReclaimThrottle.allCases.allSatisfy { node.reclaimWaiters($0) == 0 })
        #expect(NodeStatItem.allCases.allSatisfy { node.statistic($0) == 0 })
        #expect(node.flags.isEmpty)
        #expect(node.deferredSplitLength == 0)
    }

    @Test func lruvecIsReachedByNode() throws {
        let vector = try #require(machine.lruvec(of: 1))
        for list in LRUList.allCases { #expect(vector.count(list) == 0) }
        #expect(machine.lruvec(of: 2) == nil)
    }

    @Test func statThresholdIsTheGreatestOfItsZones() throws {
        let node = try #require(machine.nodeData(0))
        #expect(node.statThreshold == node.layout.zones.map(\.statThreshold).max())
        #expect(node.statThreshold > 0)
    }
}

/// What changes while the machine runs shows in the node's fields.
struct LiveNodeTests {
    @Test func firstDeferredMovesUpUntilNothingIsLeft() throws {
        let machine = try Machine(.nodes(2, mebibytes: 512))
        let node = try #require(machine.nodeData(0))
        let first = try #require(node.firstDeferredPFN)
        #expect(first > node.startPFN)
        while node.firstDeferredPFN == first { _ = try machine.allocate(machine.layout.maxOrder, .kernel, on: 0) }
        if let next = node.firstDeferredPFN { #expect(next > first) }
        machine.finishInitialization(of: 0)
        #expect(node.firstDeferredPFN == nil)
        #expect(try #require(machine.nodeData(1)).firstDeferredPFN != nil)
    }

    @Test func aNodeThatRunsLowAsksItsKswapd() throws {
        let machine = try Machine(.tiny)
        let node = try #require(machine.nodeData(0))
        #expect(node.kswapdWakeups == 0)
        #expect(throws: AllocationFailure.self) {
            while true { _ = try machine.allocate(3, .kernel, on: 0) }
        }
        #expect(node.kswapdWakeups > 0)
        #expect(node.kswapdOrder == 3)
        #expect(node.kswapdHighestZone == machine.layout.zoneTypes.firstIndex(of: .normal))
    }
}

/// The documentation's sentence: if node 2 has normal memory and a CPU, bit 2 is set in all these masks.
struct NodeStateExampleTests {
    @Test func bitTwoOfEachStateForNodeTwo() throws {
        let machine = try Machine(MachinePreset.ring)
        for state in [NodeStates.State.possible, .online, .normalMemory, .highMemory, .memory, .cpu] {
            #expect(machine.nodeStates[state].contains(2))
            #expect(machine.nodeStates.holds(state, for: 2))
        }
        #expect(!machine.nodeStates.holds(.genericInitiator, for: 2))
    }

    @Test func statesTellMemoryFromCPUs() throws {
        let machine = try Machine(MachinePreset.memoryOnly)
        var withCPUs: [NodeID] = []
        var withMemory: [NodeID] = []
        machine.forEachNode(in: .cpu) { withCPUs.append($0.id) }
        machine.forEachNode(in: .memory) { withMemory.append($0.id) }
        #expect(withCPUs == [0, 1])
        #expect(withMemory == [0, 1, 2])
    }
}

import Testing

@testable import HostNUMA

@Suite struct FirmwareCostsTests {
    private static let node = "sys/devices/system/node/node"
    private static let weights = "sys/kernel/mm/mempolicy/weighted_interleave/"

    private func topology(_ tree: FixtureTree) throws -> HostTopology { try HostTopology(root: tree.root) }

    private static var machine: [String: String] {
        ["\(FixtureTree.nodes)online": "0-1\n"]
            + FixtureTree.node(0, cpus: "0-1", totalKB: 1000, freeKB: 500, distances: "10 20")
            + FixtureTree.node(1, cpus: "", totalKB: 1000, freeKB: 500, distances: "20 10")
    }

    @Test func figuresComeFromTheAccessClasses() throws {
        let folder = "\(Self.node)1/access1/initiators"
        let tree = try FixtureTree(
            Self.machine + [
                "\(folder)/node0/x": "", "\(folder)/read_latency": "250\n", "\(folder)/write_latency": "0\n",
                "\(folder)/read_bandwidth": "12000\n", "\(folder)/write_bandwidth": "nonsense\n",
                "\(Self.node)0/access0/initiators/node0/x": "",
            ])
        let costs = FirmwareCosts.all(of: try topology(tree), root: tree.root)
        #expect(costs.count == 1)
        #expect(costs.first?.memoryNode == 1 && costs.first?.accessClass == 1 && costs.first?.initiators == [0])
        #expect(costs.first?.readLatency == 250 && costs.first?.writeLatency == nil)
        #expect(costs.first?.readBandwidth == 12000 && costs.first?.writeBandwidth == nil)
    }

    @Test func weightsAndWhoSetsThem() throws {
        let none = try FixtureTree(Self.machine)
        #expect(InterleaveSettings(of: try topology(none), root: none.root) == nil)
        let tree = try FixtureTree(
            Self.machine + [
                "\(Self.weights)node0": "13\n", "\(Self.weights)node1": "4\n", "\(Self.weights)auto": "Y\n",
            ]
        )
        let settings = InterleaveSettings(of: try topology(tree), root: tree.root)
        #expect(settings?.weights == [0: 13, 1: 4] && settings?.isAutomatic == true)
    }
}

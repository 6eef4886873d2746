import Foundation
import Testing

@testable import HostNUMA

private func id(_ number: Int) -> HostNodeID { HostNodeID(rawValue: number)! }
private func cpus(_ numbers: Int...) -> [HostCPU] { numbers.map { HostCPU(rawValue: $0)! } }

private let twoNodes =
    ["\(FixtureTree.nodes)online": "0-1\n"]
    + FixtureTree.node(0, cpus: "0-1", totalKB: 4000, freeKB: 1000, distances: "10 21")
    + FixtureTree.node(1, cpus: "2-3", totalKB: 8000, freeKB: 2000, distances: "31 10")

@Suite struct HostTopologyTests {
    @Test func twoNodesOfAFixture() throws {
        let tree = try FixtureTree(twoNodes)
        let host = try HostTopology(root: tree.root)
        #expect(host.source == .sysfs)
        #expect(host.hasNUMA)
        #expect(host.nodes.map(\.id) == [id(0), id(1)])
        #expect(host.nodes[1].cpus == cpus(2, 3))
        #expect(host.nodes[0].memoryTotal == 4000 * 1024)
        #expect(host.nodes[1].memoryFree == 2000 * 1024)
        #expect(host.distances == [[10, 21], [31, 10]])
        #expect(host.distance(from: id(1), to: id(0)) == 31)
        #expect(host.node(of: cpus(3)[0])?.id == id(1))
        #expect(host.note == nil)
    }

    @Test func memoryOnlyAndCPUOnlyNodes() throws {
        let tree = try FixtureTree(
            ["\(FixtureTree.nodes)online": "0,2,5\n"]
                + FixtureTree.node(0, cpus: "0", totalKB: 4000, freeKB: 1000, distances: "10 20 40")
                + FixtureTree.node(2, cpus: "", totalKB: 4000, freeKB: 1000, distances: "20 10 30")
                + FixtureTree.node(5, cpus: "7", totalKB: 0, freeKB: 0, distances: "40 30 10"))
        let host = try HostTopology(root: tree.root)
        #expect(host.nodes.map(\.isMemoryOnly) == [false, true, false])
        #expect(host.nodes.map(\.isCPUOnly) == [false, false, true])
        #expect(host.cpuNodes.map(\.id) == [id(0), id(5)])
        #expect(host.memoryNodes.map(\.id) == [id(0), id(2)])
        #expect(host.distance(from: id(0), to: id(5)) == 40)
    }

    @Test func affinityAndCpusetAreRespected() throws {
        let tree = try FixtureTree(twoNodes + FixtureTree.status(cpus: "1-2", memories: "1"))
        let host = try HostTopology(root: tree.root)
        #expect(host.nodes[0].onlineCPUs == cpus(0, 1))
        #expect(host.nodes[0].cpus == cpus(1))
        #expect(host.cpus == cpus(1, 2))
        #expect(host.nodes.map(\.hasUsableMemory) == [false, true])
    }

    @Test func nodesAreFoundWithoutAnOnlineFile() throws {
        var files = twoNodes
        files["\(FixtureTree.nodes)online"] = nil
        let others = ["\(FixtureTree.nodes)nodeless/cpulist": "", "\(FixtureTree.nodes)has_cpu": "0"]
        let tree = try FixtureTree(files + others)
        #expect(try HostTopology(root: tree.root).nodes.map(\.id) == [id(0), id(1)])
    }

    @Test func noNodeDirectoryIsOneNodeAndSaysSo() throws {
        let tree = try FixtureTree([
            "sys/devices/system/cpu/online": "0-3\n",
            "proc/meminfo": "MemTotal:       2048 kB\nMemFree:        1024 kB\n",
        ])
        let host = try HostTopology(root: tree.root)
        #expect(!host.hasNUMA)
        #expect(host.source == .none)
        #expect(host.nodes.count == 1)
        #expect(host.nodes[0].cpus == cpus(0, 1, 2, 3))
        #expect(host.nodes[0].memoryTotal == 2 << 20)
        #expect(host.distances == [[10]])
        #expect(host.note?.contains("one node") == true)
    }

    @Test func missingDistancesAreUnknownAndSaidSo() throws {
        var files = twoNodes
        files["\(FixtureTree.nodes)node1/distance"] = nil
        let tree = try FixtureTree(files)
        let host = try HostTopology(root: tree.root)
        #expect(host.distances == [[10, 21], [nil, nil]])
        #expect(host.note != nil)
    }

    @Test(arguments: [
        ("online", "0-", 1), ("online", "1-0", 1), ("online", "0-99999999999999999999", 1), ("online", "0-1024", 1),
        ("online", "+1", 1), ("online", "zwei", 1), ("online", "0,,1", 1), ("online", "0-0-1", 1),
        ("node0/cpulist", "0-8192", 1), ("node0/cpulist", "-1", 1), ("node0/cpulist", "١", 1),
        ("node0/distance", "10", 1), ("node0/distance", "10 21 30", 1), ("node0/distance", "10 x", 1),
        ("node0/distance", "10 99999999", 1), ("node0/distance", "", 1),
        ("node1/meminfo", "Node 1 MemTotal: lots kB\n", 1), ("node1/meminfo", "\nNode 1 MemTotal: 5 MB\n", 2),
        ("node1/meminfo", "Node 1 MemTotal: 9223372036854775807 kB\n", 1), ("node1/meminfo", "", 1),
    ])
    func garbageIsATypedErrorWithFileAndLine(name: String, text: String, line: Int) throws {
        let tree = try FixtureTree(twoNodes + [FixtureTree.nodes + name: text])
        do {
            let host = try HostTopology(root: tree.root)
            Issue.record("taken: \(host)")
        } catch HostError.malformed(let file, let at, _) {
            #expect(file == "\(tree.root)/\(FixtureTree.nodes)\(name)")
            #expect(at == line)
        }
    }

    @Test func aNodeWithoutItsFilesIsATypedError() throws {
        let tree = try FixtureTree(twoNodes + ["\(FixtureTree.nodes)online": "2"])
        #expect(throws: HostError.missing(file: "\(tree.root)/\(FixtureTree.nodes)node2/cpulist")) {
            try HostTopology(root: tree.root)
        }
    }

    @Test func bytesThatAreNoTextAreATypedError() throws {
        let tree = try FixtureTree(twoNodes)
        try Data([0xFF, 0xFE, 0x00]).write(to: URL(fileURLWithPath: "\(tree.root)/\(FixtureTree.nodes)online"))
        #expect(throws: HostError.self) { try HostTopology(root: tree.root) }
    }

    @Test func thisHostHasNodesThatAgreeWithSysfs() throws {
        let host = try HostTopology.current()
        let sysfs = try HostTopology(root: "")
        #expect(!host.nodes.isEmpty)
        #expect(host.nodes.map(\.id) == sysfs.nodes.map(\.id))
        #expect(host.nodes.map(\.onlineCPUs) == sysfs.nodes.map(\.onlineCPUs))
        #expect(host.nodes.map(\.memoryTotal) == sysfs.nodes.map(\.memoryTotal))
        #expect(host.distances == sysfs.distances)
        #expect(!host.cpus.isEmpty)
    }
}

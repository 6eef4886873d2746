import Foundation
import KernelFormats
import PhysicalMemory
import Testing

@testable import Lab

struct HostStateTests {
    /// Two nodes, the second under pressure; node 1 has no CPU.
    private static let text = """
        @@machine
        name "two"
        kernel 6.12.1
        page_size 4096
        @@zoneinfo
        Node 0, zone   Normal
          pages free     900
                boost    0
                min      100
                low      125
                high     150
                spanned  4096
                present  4096
                managed  4000
          pagesets
            cpu: 0
                      count: 7
                      high:  14
                      batch: 3
            cpu: 3
                      count: 9
                      high:  28
                      batch: 3
          start_pfn:           4096
        Node 0, zone  Movable
          pages free     0
                min      32
                low      32
                high     32
                spanned  0
                present  0
                managed  0
        Node 1, zone   Normal
          pages free     110
                boost    20
                min      100
                low      125
                high     150
                promo    175
                spanned  4096
                present  4096
                managed  4000
        @@buddyinfo
        Node 0, zone   Normal    100    100    150
        Node 1, zone   Normal    110      0      0
        @@pagetypeinfo
        Page block order: 2
        Pages per block:  4

        Free pages count per migrate type at order       0      1      2
        Node    0, zone   Normal, type    Unmovable     40     50     60
        Node    0, zone   Normal, type      Movable     60     50     90

        Number of blocks type     Unmovable      Movable
        Node 0, zone   Normal          400          600
        @@nodes
        online 0-1
        node0.cpulist 0,3
        node0.numastat numa_hit 1000
        node0.numastat numa_miss 30
        node0.numastat numa_foreign 4
        node0.numastat interleave_hit 5
        node0.numastat local_node 990
        node0.numastat other_node 40
        node1.numastat numa_hit 1
        @@sysctl
        zone_reclaim_mode 0
        @@end

        """

    private func state(_ text: String = text) throws -> HostState {
        try HostState(Capture(parsing: Array(text.utf8), name: "two.txt"), picture: 1)
    }

    @Test func aCaptureSaysHowItsKernelStood() throws {
        let state = try state()
        #expect(state.nodes.map(\.id) == [0, 1])
        let (first, second) = (state.nodes[0], state.nodes[1])
        #expect(first.cpus == [0, 3] && second.cpus.isEmpty)
        // Empty zones are left out.
        #expect(first.zones.map(\.name) == ["Normal"])
        #expect(first.numastat?.numaMiss == 30 && first.numastat?.otherNode == 40)
        #expect(first.zones[0].pressure == .aboveHigh && second.zones[0].pressure == .belowLow)
        #expect(second.zones[0].boost == 20 && second.zones[0].promo == 175 && first.zones[0].promo == nil)
        #expect(first.zones[0].pagesets.map(\.count) == [7, 9])
        #expect(first.freeBlocks == [100, 100, 150])
        #expect(second.unusableFreeIndex == [0, 1, 1])
        #expect(first.zones[0].pageblocks == ["Unmovable": 400, "Movable": 600])
        #expect(first.zones[0].freeBlocksByType["Movable"] == [60, 50, 90])
        #expect(state.notes.isEmpty)
    }

    @Test func whatIsMissingIsNamed() throws {
        let state = try state("@@buddyinfo\nNode 0, zone   Normal    100    100\n@@end\n")
        #expect(state.nodes[0].zones[0].pressure == nil)
        #expect(state.nodes[0].numastat == nil)
        #expect(state.notes.count == 3)
        #expect(throws: MachineSourceError.noPicture(2, of: 1)) {
            try HostState(Capture(parsing: [], name: ""), picture: 2)
        }
    }

    @Test func openMetricsAreValidAndComplete() throws {
        let metrics = try OpenMetricsReader(state().openMetrics)
        #expect(metrics.types["pgdat_numastat"] == "counter")
        #expect(metrics.value("pgdat_numastat_total", ["node": "0", "event": "numa_miss"]) == 30)
        #expect(metrics.value("pgdat_zone_free_pages", ["node": "1", "zone": "Normal"]) == 110)
        #expect(metrics.value("pgdat_zone_watermark_pages", ["node": "1", "zone": "Normal", "mark": "promo"]) == 175)
        #expect(metrics.value("pgdat_pcp_pages", ["node": "0", "zone": "Normal", "cpu": "3"]) == 9)
        #expect(metrics.value("pgdat_zone_unusable_free_ratio", ["node": "1", "zone": "Normal", "order": "2"]) == 1)
        #expect(
            metrics.value("pgdat_zone_pageblocks", ["node": "0", "zone": "Normal", "migratetype": "Movable"]) == 600)
    }

    @Test(arguments: ["x86_64-6.12-n4-asym-b", "i386-6.1-pae-2g-movablecore-512m", "x86_64-7.2-n2-memonly"])
    func openMetricsOfRealBootsAreValid(_ name: String) throws {
        let boots = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("KernelFormatsTests/Boots/\(name).txt")
        let state = try HostState(Capture(path: boots.path), picture: 1)
        #expect(try OpenMetricsReader(state.openMetrics).samples.count > 100)
        #expect(state.nodes.flatMap(\.zones).allSatisfy { $0.pressure != nil })
    }

    @Test func labelsAreEscaped() throws {
        var metrics = OpenMetrics()
        metrics.add("a", unit: "bytes", help: "back\\slash\n\"", [.init(["file": "x\"\\\ny"], 1.5)])
        metrics.add("none", help: "", [])
        let read = try OpenMetricsReader(metrics.text)
        #expect(read.samples == [.init(name: "a_bytes", labels: ["file": "x\"\\\ny"], value: 1.5)])
        #expect(try OpenMetricsReader(OpenMetrics().text).samples.isEmpty)
    }

    @Test func changesArePerSecondAndNeverNegative() throws {
        let earlier = try state()
        var now = earlier
        now.nodes[0].numastat?.numaHit += 50
        now.nodes[0].numastat?.numaMiss = 0
        now.nodes[0].zones[0].free = 880
        let changes = HostChanges(from: earlier, seconds: 2)
        #expect(changes.rate(.numaHit, now.nodes[0]) == 25)
        #expect(changes.rate(.numaMiss, now.nodes[0]) == nil)
        #expect(changes.free(now.nodes[0].zones[0], of: now.nodes[0]) == -20)
        let list = changes.list(to: now)
        #expect(list.seconds == 2 && list.nodes.map(\.id) == now.nodes.map(\.id))
        #expect(list.nodes[0].numastatPerSecond["numa_hit"] == 25)
        #expect(list.nodes[0].numastatPerSecond["numa_miss"] == .some(nil))
        #expect(list.nodes[0].freePages[now.nodes[0].zones[0].name] == -20)
    }

    /// Whatever a kernel, or somebody else, says.
    @Test func damageNeitherCrashesNorBreaksTheText() throws {
        let numbers = ["-1", "9007199254740992", "99999999999999999999", "", "x"]
        for (index, line) in Self.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard let word = line.split(separator: " ").last, Int(word) != nil else { continue }
            var lines = Self.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            lines[index] = String(line.dropLast(word.count)) + numbers[index % numbers.count]
            let state = try state(lines.joined(separator: "\n"))
            _ = try OpenMetricsReader(state.openMetrics)
        }
    }
}

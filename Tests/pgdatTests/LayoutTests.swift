import Foundation
import Testing

struct LayoutTests {
    @Test func jsonHasTheContractsKeys() throws {
        let result = try Program.run("layout", "--machine", "arm64-16g-movable", "--json")
        #expect(result.status == 0)
        let layout = try result.json()
        #expect(layout["schema"] as? Int == 1)
        let ranges = try #require(layout["zoneRanges"] as? [[String: Any]])
        #expect(ranges.map { $0["zone"] as? String } == ["DMA", "Normal"])
        #expect(ranges[0]["start"] as? Int == 1 << 30)
        #expect(ranges[0]["end"] as? Int == 4 << 30)
        let starts = try #require(layout["movableStart"] as? [[String: Int]])
        #expect(starts == [["node": 0, "address": 4200 << 20], ["node": 1, "address": 9320 << 20]])
        #expect(layout["policyZone"] as? String == "Normal")
        #expect(layout["minFreeKbytes"] as? Int != nil)
        let states = try #require(layout["nodeStates"] as? [String: [Int]])
        #expect(
            Set(states.keys) == [
                "possible", "online", "normalMemory", "highMemory", "memory", "cpu", "genericInitiator",
            ])
        #expect(states["cpu"] == [0, 1])
    }

    @Test func jsonOfNodesAndZones() throws {
        let layout = try Program.run("layout", "--machine", "arm64-16g-movable", "--json").json()
        let nodes = try #require(layout["nodes"] as? [[String: Any]])
        #expect(nodes.count == 2)
        let node = nodes[1]
        let keys = [
            "id", "startPFN", "spannedPages", "presentPages", "totalReservePages", "cpus", "distances",
            "fallbackOrder", "zonelist", "zones",
        ]
        for key in keys { #expect(node[key] != nil, "\(key)") }
        #expect(node["fallbackOrder"] as? [Int] == [1, 0])
        let zonelist = try #require(node["zonelist"] as? [[String: Any]])
        #expect(zonelist.first?["zone"] as? String == "Movable")
        #expect(zonelist.first?["node"] as? Int == 1)
        let zones = try #require(node["zones"] as? [[String: Any]])
        #expect(zones.map { $0["name"] as? String } == ["DMA", "DMA32", "Normal", "Movable", "Device"])
        let movable = zones[3]
        for key in ["startPFN", "spannedPages", "presentPages", "managedPages"] {
            #expect(movable[key] is Int, "\(key)")
        }
        let marks = try #require(movable["watermarks"] as? [String: Int])
        #expect(Set(marks.keys) == ["min", "low", "high", "promo"])
        #expect((movable["protection"] as? [Int])?.count == 5)
        let pagesets = try #require(movable["pagesets"] as? [[String: Int]])
        #expect(pagesets.count == 4)
        #expect(Set(pagesets[0].keys) == ["cpu", "highMin", "highMax", "high", "batch", "statThreshold"])
        #expect((zones[4]["pagesets"] as? [Any])?.isEmpty == true)
    }

    @Test func whatAKernelVersionDoesNotHaveIsNull() throws {
        let old = #"{"kernel": "6.1", "memory": [{"start": 0, "end": 4294967296}], "nodes": [{"id": 0, "cpus": [0]}]}"#
        let layout = try Folder.withTemporary { folder in
            try Program.run("layout", "--json", "--machine", folder.write("old.json", old)).json()
        }
        let nodes = try #require(layout["nodes"] as? [[String: Any]])
        let zone = try #require((nodes[0]["zones"] as? [[String: Any]])?[1])
        #expect((zone["watermarks"] as? [String: Any])?["promo"] is NSNull)
        let pageset = try #require((zone["pagesets"] as? [[String: Any]])?.first)
        #expect(pageset["highMin"] is NSNull && pageset["highMax"] is NSNull)
        #expect((pageset["high"] as? Int ?? 0) > 0)
    }

    @Test func everyFormatSaysTheSameOfAZone() throws {
        func text(_ format: String) throws -> String {
            let result = try Program.run("layout", "--machine", "2-socket", "--format", format)
            #expect(result.status == 0)
            #expect(result.errors.split(separator: "\n").allSatisfy { $0.hasPrefix("Note: ") }, "\(result.errors)")
            return result.output
        }
        #expect(try text("tree").contains("node 1  32768 MiB (8388608 pages)"))
        #expect(try text("zoneinfo").contains("Node 1, zone   Normal"))
        #expect(try text("buddyinfo").contains("Node 1, zone   Normal"))
        #expect(try text("dmesg").contains("Zone ranges:"))
        #expect(try text("json") == Program.run("layout", "--machine", "2-socket", "--json").output)
    }

    @Test func settingsAndParametersChangeTheLayout() throws {
        let set = try Program.run("layout", "--machine", "2-socket", "--set", "vm.min_free_kbytes=65536", "--json")
        #expect(try set.json()["minFreeKbytes"] as? Int == 65536)
        let movable = try Program.run("layout", "--machine", "2-socket", "--cmdline", "movablecore=50%", "--json")
        #expect((try movable.json()["movableStart"] as? [Any])?.count == 2)
    }

    /// What a kernel would print is a machine's description again.
    @Test(arguments: ["zoneinfo", "dmesg"])
    func whatIsPrintedCanBeRead(_ format: String) throws {
        let original = try Program.run("layout", "--machine", "2-socket", "--json").json()
        let again = try Folder.withTemporary { folder in
            let text = try Program.run("layout", "--machine", "2-socket", "--format", format).output
            return try Program.run("layout", "--json", "--machine", folder.write("capture.txt", text)).json()
        }
        func presentPages(_ layout: [String: Any]) -> [Int?] {
            (layout["nodes"] as? [[String: Any]] ?? []).map { $0["presentPages"] as? Int }
        }
        #expect(presentPages(again) == presentPages(original))
        #expect((again["notes"] as? [String])?.isEmpty == false)
    }

    @Test func aNameWithQuotesIsStillJSON() throws {
        let machine = #"{"name": "a\"b\\c\n\u0001é", "memory": [{"start": 0, "end": 1073741824}]}"#
        let layout = try Folder.withTemporary { folder in
            try Program.run("layout", "--json", "--machine", folder.write("quoted.json", machine)).json()
        }
        #expect(layout["name"] as? String == "a\"b\\c\n\u{1}é")
        let nodes = try #require(layout["nodes"] as? [[String: Any]])
        #expect((nodes[0]["cpus"] as? [Any])?.isEmpty == true)
    }

    /// The host's capture describes the host.
    @Test func aCaptureOfTheHostLaysOutLikeIt() throws {
        try Folder.withTemporary { folder in
            let path = folder.path("host.txt")
            let written = try Program.run("capture", "--quiet", "-o", path)
            #expect(written.status == 0 && written.output.isEmpty && written.errors.isEmpty)
            let capture = try Program.run("layout", "--json", "--machine", path).json()
            let host = try Program.run("layout", "--json").json()
            #expect(capture["zoneRanges"] as? [[String: AnyHashable]] == host["zoneRanges"] as? [[String: AnyHashable]])
            #expect(capture["minFreeKbytes"] as? Int == host["minFreeKbytes"] as? Int)
        }
        #expect(try Program.run("capture", "-o", "/nonexistent/folder/file").status == 69)
    }

    @Test func theHostLaysOut() throws {
        let result = try Program.run("layout", "--json")
        #expect(result.status == 0, "\(result.errors)")
        #expect((try result.json()["nodes"] as? [Any])?.isEmpty == false)
    }
}

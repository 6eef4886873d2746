import Foundation
import Testing

struct HostTests {
    private static let boot = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("KernelFormatsTests/Boots/x86_64-6.12-n4-asym-b.txt").path

    @Test func aCaptureAsTextJSONAndOpenMetrics() throws {
        let text = try Program.run("host", "--machine", Self.boot)
        #expect(text.status == 0 && text.errors.isEmpty)
        for words in ["pressure", "above high", "per-CPU lists", "node 3 unusable", "pageblocks"] {
            #expect(text.output.contains(words), "\(words)")
        }
        #expect(!text.output.contains("\u{1B}"))
        let json = try Program.run("host", "--machine", Self.boot, "--json").json()
        let nodes = try #require(json["nodes"] as? [[String: Any]])
        #expect(nodes.count == 4 && json["schema"] as? Int == 1)
        for key in ["id", "cpus", "numastat", "freeBlocks", "unusableFreeIndex", "zones"] {
            #expect(nodes[0][key] != nil, "\(key)")
        }
        let zone = try #require((nodes[0]["zones"] as? [[String: Any]])?.first)
        for key in ["free", "min", "low", "high", "promo", "pressure", "pagesets", "fragmentationIndex"] {
            #expect(zone[key] != nil, "\(key)")
        }
        let metrics = try Program.run("host", "--machine", Self.boot, "--openmetrics")
        #expect(metrics.status == 0 && metrics.output.hasSuffix("\n# EOF\n"))
    }

    @Test func theHostAndAProcess() throws {
        let pid = String(ProcessInfo.processInfo.processIdentifier)
        guard FileManager.default.isReadableFile(atPath: "/proc/\(pid)/numa_maps") else {
            print("skipped: no /proc/\(pid)/numa_maps")
            return
        }
        let json = try Program.run("host", "--pid", pid, "--mappings", "3", "--json").json()
        let process = try #require(json["process"] as? [String: Any])
        #expect((process["mappings"] as? [Any])?.count == 3)
        #expect((process["nodes"] as? [Any])?.isEmpty == false)
        let text = try Program.run("host", "--pid", pid, "--quiet", "--per-cpu")
        #expect(text.status == 0 && text.output.contains("process \(pid)"))
    }

    @Test func watchingEndsAfterItsCount() throws {
        let result = try Program.run("host", "--watch", "0.1", "--count", "2")
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("changes of"))
    }

    @Test func whatIsWatchedHasItsChangesInJSON() throws {
        let result = try Program.run("host", "--watch", "0.1", "--count", "2", "--json")
        #expect(result.status == 0, "\(result.errors)")
        // One document after the other.
        let second = try #require(result.output.range(of: "\n}\n{"))
        #expect(!result.output[..<second.lowerBound].contains("\"changes\""))
        let data = Data(("{" + result.output[second.upperBound...]).utf8)
        let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let changes = try #require(json["changes"] as? [String: Any])
        #expect((changes["seconds"] as? Double ?? 0) >= 0.1)
        let nodes = try #require(changes["nodes"] as? [[String: Any]])
        #expect(nodes.count == (json["nodes"] as? [Any])?.count)
        #expect(nodes.allSatisfy { $0["numastatPerSecond"] != nil && $0["freePages"] != nil })
    }

    @Test(arguments: [
        (["--pid", "0"], 64, "4194304"), (["--pid", "4194304"], 66, "no such process"),
        (["--watch", "0"], 64, "--watch"), (["--count", "2"], 64, "--watch"),
        (["--json", "--openmetrics"], 64, "--openmetrics"), (["--machine", "ring-4"], 64, "ring-4"),
        (["--machine", "no/such.txt"], 66, "no/such.txt"), (["--machine", "/etc/passwd"], 65, "/etc/passwd"),
        (["--machine", "x", "--pid", "1"], 64, "--pid"), (["--picture", "2"], 64, "--picture"),
    ])
    func whatCannotBe(_ arguments: [String], _ status: Int, _ words: String) throws {
        let result = try Program.run(["host"] + arguments)
        #expect(result.status == Int32(status), "\(result.errors)")
        #expect(result.errors.contains(words) && result.output.isEmpty, "\(result.errors)")
    }
}

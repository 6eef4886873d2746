import Foundation

/// A folder that mirrors a machine, written for one test and removed with it.
final class FixtureTree {
    let root: String

    /// `files` maps paths such as `sys/devices/system/node/online` to what they hold.
    init(_ files: [String: String]) throws {
        root = NSTemporaryDirectory() + "pgdat-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        for (path, text) in files {
            let url = URL(fileURLWithPath: root).appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: url, atomically: false, encoding: .utf8)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    static let nodes = "sys/devices/system/node/"

    /// The files of one node.
    static func node(_ id: Int, cpus: String, totalKB: Int, freeKB: Int, distances: String) -> [String: String] {
        [
            "\(nodes)node\(id)/cpulist": cpus + "\n",
            "\(nodes)node\(id)/distance": distances + "\n",
            "\(nodes)node\(id)/meminfo": """
            Node \(id) MemTotal:       \(totalKB) kB
            Node \(id) MemFree:        \(freeKB) kB
            Node \(id) MemUsed:        \(totalKB - freeKB) kB

            """,
        ]
    }

    static func status(cpus: String, memories: String) -> [String: String] {
        ["proc/self/status": "Name:\tpgdat\nCpus_allowed_list:\t\(cpus)\nMems_allowed_list:\t\(memories)\n"]
    }
}

func + (a: [String: String], b: [String: String]) -> [String: String] { a.merging(b) { $1 } }

/// How much memory this process's control groups still let it have: going beyond ends in a kill, not an error.
public struct MemoryLimit: Hashable, Sendable {
    /// Bytes, file pages that can be dropped counted as free; nil if nothing limits.
    public let remainingBytes: Int?

    public static let unlimited = MemoryLimit(remainingBytes: nil)

    init(remainingBytes: Int?) { self.remainingBytes = remainingBytes }

    /// Reads `proc/self/cgroup` and the memory controller's files (version 2 or 1) under `root`, "" for this host.
    ///
    /// The least of the process's group and those above it. What can't be read limits nothing.
    public init(root: String = "") throws(HostError) {
        var least: Int?
        if let groups = try HostFile(root + "/proc/self/cgroup") {
            for (_, line) in groups.lines {
                let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
                guard fields.count == 3 else { continue }
                let folder: String
                let names: Names
                if fields[0] == "0", fields[1].isEmpty {
                    (folder, names) = (root + "/sys/fs/cgroup", .version2)
                } else if fields[1].split(separator: ",").contains("memory") {
                    (folder, names) = (root + "/sys/fs/cgroup/memory", .version1)
                } else {
                    continue
                }
                for group in Self.groupAndAncestors(fields[2]) {
                    if let bytes = Self.remaining(in: folder + group, names) { least = min(least ?? bytes, bytes) }
                }
            }
        }
        remainingBytes = least
    }

    private struct Names {
        let limit: String, usage: String, inactiveFile: String
        static let version2 = Names(limit: "memory.max", usage: "memory.current", inactiveFile: "inactive_file")
        static let version1 = Names(
            limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes", inactiveFile: "total_inactive_file")
    }

    /// `/a/b` gives `/a/b`, `/a` and the root, "".
    private static func groupAndAncestors(_ group: Substring) -> [String] {
        var parts = group.split(separator: "/").prefix(64)
        guard !parts.contains("..") else { return [""] }
        var groups = [""]
        while !parts.isEmpty {
            groups.append("/" + parts.joined(separator: "/"))
            parts.removeLast()
        }
        return groups
    }

    private static func remaining(in folder: String, _ names: Names) -> Int? {
        // Without a limit version 2 writes `max`, version 1 the greatest multiple of a page below 2⁶³.
        guard let limit = number(in: folder + "/" + names.limit), limit < 1 << 62,
            let usage = number(in: folder + "/" + names.usage)
        else { return nil }
        var droppable = 0
        if let stat = try? HostFile(folder + "/memory.stat") {
            for (_, line) in stat.lines {
                let words = line.words
                if words.count == 2, words[0] == names.inactiveFile { droppable = HostFile.number(words[1]) ?? 0 }
            }
        }
        return max(0, limit - max(0, usage - min(droppable, usage)))
    }

    private static func number(in path: String) -> Int? {
        guard let file = try? HostFile(path) else { return nil }
        return HostFile.number(file.firstLine)
    }
}

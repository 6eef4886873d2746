import Glibc

extension HostTopology {
    /// Reads the topology from the files under `root`: `sys/devices/system/node`, `proc/self/status`, `proc/meminfo`.
    ///
    /// `root` is "" for this host, or a folder that mirrors a machine. Without a node directory that can be
    /// read, all is one node; a missing `proc/self/status` forbids nothing. Throws `HostError` on what no kernel writes.
    public init(root: String) throws(HostError) {
        let folder = root + "/sys/devices/system/node"
        let allowed = try AllowedSets(root: root)
        guard let directory = opendir(folder) else {
            self = try Self.withoutNodes(root: root, allowed: allowed, why: "\(folder): \(errorText(errno))")
            return
        }
        defer { closedir(directory) }
        let ids = try Self.onlineNodes(in: directory, folder)
        guard !ids.isEmpty else {
            self = try Self.withoutNodes(root: root, allowed: allowed, why: "\(folder): no node is online")
            return
        }
        var nodes: [HostNode] = []
        var distances: [[Int?]] = []
        for id in ids {
            let path = "\(folder)/node\(id.rawValue)"
            guard let cpus = try HostFile(path + "/cpulist") else { throw .missing(file: path + "/cpulist") }
            guard let meminfo = try HostFile(path + "/meminfo") else { throw .missing(file: path + "/meminfo") }
            let online = try cpus.cpuList()
            nodes.append(
                HostNode(
                    id: id, onlineCPUs: online, cpus: online.filter(allowed.permits),
                    memoryTotal: try meminfo.bytes(of: "MemTotal:"), memoryFree: try meminfo.bytes(of: "MemFree:"),
                    memoryInactiveFile: try meminfo.bytes(ofOptional: "Inactive(file):") ?? 0,
                    isMemoryAllowed: allowed.permits(id)))
            distances.append(try Self.distances(in: path + "/distance", count: ids.count))
        }
        let unknown = distances.contains { $0.contains(nil) }
        self.init(
            source: .sysfs, hasNUMA: true, nodes: nodes, distances: distances,
            note: unknown ? "some nodes have no distance file" : nil)
    }

    /// The online nodes, from the file of that name or else from the folders.
    private static func onlineNodes(in directory: OpaquePointer, _ folder: String) throws(HostError) -> [HostNodeID] {
        if let online = try HostFile(folder + "/online") { return try online.nodeList() }
        var ids: [HostNodeID] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasPrefix("node"), let number = HostFile.number(name.dropFirst(4)),
                let id = HostNodeID(rawValue: number)
            else { continue }
            ids.append(id)
        }
        return ids.sorted()
    }

    /// One row: a number per online node, or nil for each if there is no such file.
    private static func distances(in path: String, count: Int) throws(HostError) -> [Int?] {
        guard let file = try HostFile(path) else { return Array(repeating: nil, count: count) }
        let words = file.firstLine.words
        guard words.count == count else {
            throw .malformed(file: path, line: 1, reason: "\(words.count) distances for \(count) online nodes")
        }
        var row: [Int?] = []
        for word in words {
            guard let distance = HostFile.number(word), distance <= 0xFFFF else {
                throw .malformed(file: path, line: 1, reason: "'\(word.prefix(40))' is no distance")
            }
            row.append(distance)
        }
        return row
    }

    /// A kernel without NUMA has one node, `contig_page_data`, and shows no directory for it.
    private static func withoutNodes(
        root: String, allowed: AllowedSets, why: String
    ) throws(HostError) -> HostTopology {
        let meminfo = try HostFile(root + "/proc/meminfo")
        let online = try HostFile(root + "/sys/devices/system/cpu/online")?.cpuList()
        let cpus = online ?? allowed.cpus?.sorted() ?? (root.isEmpty ? HostCPU.permittedToThread() : [])
        let node = HostNode(
            id: HostNodeID(rawValue: 0)!, onlineCPUs: cpus, cpus: cpus.filter(allowed.permits),
            memoryTotal: try meminfo?.bytes(of: "MemTotal:") ?? 0,
            memoryFree: try meminfo?.bytes(of: "MemFree:") ?? 0,
            memoryInactiveFile: try meminfo?.bytes(ofOptional: "Inactive(file):") ?? 0, isMemoryAllowed: true)
        return HostTopology(
            source: .none, hasNUMA: false, nodes: [node], distances: [[10]],
            note: "\(why): this kernel shows no NUMA nodes, so all is one node")
    }
}

/// What the kernel lets this process use, by `/proc/self/status`; nil where it says nothing.
///
/// The lines are those of the main thread, which is never pinned, so they hold for the whole process.
struct AllowedSets {
    let cpus: Set<HostCPU>?
    let memories: Set<HostNodeID>?

    init(root: String) throws(HostError) {
        var cpus: Set<HostCPU>?
        var memories: Set<HostNodeID>?
        if let status = try HostFile(root + "/proc/self/status") {
            for (number, line) in status.lines {
                if line.hasPrefix("Cpus_allowed_list:") {
                    let list = try HostFile.numbers(
                        inList: line.dropFirst("Cpus_allowed_list:".count), below: HostCPU.limit,
                        file: status.path, line: number)
                    cpus = Set(list.compactMap(HostCPU.init(rawValue:)))
                } else if line.hasPrefix("Mems_allowed_list:") {
                    let list = try HostFile.numbers(
                        inList: line.dropFirst("Mems_allowed_list:".count), below: HostNodeID.limit,
                        file: status.path, line: number)
                    memories = Set(list.compactMap(HostNodeID.init(rawValue:)))
                }
            }
        }
        self.cpus = cpus
        self.memories = memories
    }

    func permits(_ cpu: HostCPU) -> Bool { cpus?.contains(cpu) ?? true }
    func permits(_ node: HostNodeID) -> Bool { memories?.contains(node) ?? true }
}

extension HostFile {
    /// As `bytes(ofOptional:)`, for a line that every kernel has.
    func bytes(of label: String) throws(HostError) -> Int {
        guard let bytes = try bytes(ofOptional: label) else {
            throw .malformed(file: path, line: 1, reason: "no line \(label)")
        }
        return bytes
    }

    /// The bytes of the line with the word `label`, given in kB, as in a meminfo file; nil without such a line.
    func bytes(ofOptional label: String) throws(HostError) -> Int? {
        for (line, content) in lines {
            let words = content.words
            guard let at = words.firstIndex(where: { $0 == label }) else { continue }
            guard words.count == at + 3, words[at + 2] == "kB", let kilobytes = HostFile.number(words[at + 1]) else {
                throw .malformed(file: path, line: line, reason: "\(label) is not followed by a number of kB")
            }
            let (bytes, overflow) = kilobytes.multipliedReportingOverflow(by: 1024)
            guard !overflow else { throw .malformed(file: path, line: line, reason: "\(label) is too large") }
            return bytes
        }
        return nil
    }
}

import PhysicalMemory

/// What `/sys/devices/system/node` says, or `numactl -H` and `lscpu` in its place.
public struct NodeDirectory: Hashable, Sendable {
    public struct Node: Hashable, Sendable {
        public var cpus: [CPUID]?
        /// To the online nodes in ascending order; 10 is local.
        public var distances: [Int]?
        /// `MemTotal`: the pages managed by the node's zones.
        public var totalKibibytes: Int?
        /// `numastat`, by the kernel's name.
        public var statistics: [String: Int] = [:]
    }

    public var nodes: [NodeID: Node] = [:]
    public var possible: NodeMask?
    public var online: NodeMask?
    public var hasCPU: NodeMask?
    public var hasMemory: NodeMask?
    public var hasNormalMemory: NodeMask?
    public var hasHighMemory: NodeMask?
    public var hasGenericInitiator: NodeMask?

    public var isEmpty: Bool { nodes.isEmpty && online == nil && possible == nil }

    public init() {}

    /// Reads lines `NAME VALUE`: `online 0-1`, `node0.cpulist 0-3`, `node0.distance 10 20`, `node0.meminfo Node 0 …`.
    init(_ lines: some Sequence<TextLine>, problems: inout SkippedRecords) {
        for line in lines {
            guard let name = line.words.first else { continue }
            let value = line.text.after(String(name)).map { $0.trimmed } ?? ""
            if value == "absent" { continue }
            if let dot = name.firstIndex(of: "."), name.hasPrefix("node") {
                guard let node = Numbers.node(name[..<dot].dropFirst(4)) else {
                    problems.add(line.error(.outOfRange(field: "node", value: String(name[..<dot].prefix(40)))))
                    continue
                }
                take(node, name[name.index(after: dot)...], value, line, &problems)
            } else if let path = Self.mask(name) {
                guard let mask = Numbers.nodes(value) else {
                    problems.add(line.error(.badValue(field: String(name), text: String(value.prefix(40)))))
                    continue
                }
                self[keyPath: path] = mask
            }
        }
    }

    private static func mask(_ name: Substring) -> WritableKeyPath<NodeDirectory, NodeMask?>? {
        switch name {
        case "possible": \.possible
        case "online": \.online
        case "has_cpu": \.hasCPU
        case "has_memory": \.hasMemory
        case "has_normal_memory": \.hasNormalMemory
        case "has_high_memory": \.hasHighMemory
        case "has_generic_initiator": \.hasGenericInitiator
        default: nil
        }
    }

    private mutating func take(
        _ node: NodeID, _ key: Substring, _ value: Substring, _ line: TextLine,
        _ problems: inout SkippedRecords
    ) {
        switch key {
        case "cpulist", "cpumap":
            let numbers =
                key == "cpulist"
                ? Numbers.list(value, limit: CPUID.limit) : Numbers.mask(value, limit: CPUID.limit)
            guard let numbers else {
                problems.add(line.error(.badValue(field: String(key), text: String(value.prefix(40)))))
                return
            }
            let cpus = numbers.map { CPUID($0) }
            if let other = nodes[node]?.cpus, other != cpus {
                // Two forms of one mask; the mask itself counts, as it does for hwloc.
                problems.add(
                    line.error(.badValue(field: "\(key), against the node's other list", text: "\(value.prefix(40))")))
            }
            if key == "cpumap" || nodes[node]?.cpus == nil { nodes[node, default: Node()].cpus = cpus }
        case "distance":
            let numbers = value.split(separator: " ").prefix(NodeID.limit).map { Int($0) }
            guard !numbers.contains(where: { $0.map { 0...255 ~= $0 } != true }) else {
                problems.add(line.error(.badValue(field: "distance", text: String(value.prefix(40)))))
                return
            }
            nodes[node, default: Node()].distances = numbers.compactMap { $0 }
        case "meminfo":
            guard let total = value.after("MemTotal:")?.split(separator: " ").first else { return }
            guard let kibibytes = Numbers.count(total) else {
                problems.add(line.error(.badNumber(field: "MemTotal", text: String(total.prefix(40)))))
                return
            }
            nodes[node, default: Node()].totalKibibytes = kibibytes
        case "numastat":
            let words = value.split(separator: " ")
            guard words.count == 2, let count = Numbers.count(words[1]) else { return }
            nodes[node, default: Node()].statistics[String(words[0])] = count
        default: return
        }
    }
}

/// What sysfs says memory of a node costs from its nearest initiators, as firmware's HMAT has it.
///
/// *Kernel counterpart:* `struct access_coordinate`, `/sys/devices/system/node/nodeN/accessC/initiators`.
public struct FirmwareCosts: Hashable, Sendable, Codable {
    /// The node with the memory.
    public let memoryNode: Int
    /// 0: from the nearest initiators of any kind, 1: from the nearest CPUs.
    public let accessClass: Int
    /// The nodes that the figures hold for, ascending.
    public let initiators: [Int]
    /// In nanoseconds; nil where firmware doesn't say.
    public let readLatency: Int?
    public let writeLatency: Int?
    /// In MB/s.
    public let readBandwidth: Int?
    public let writeBandwidth: Int?

    /// The figures of every node that has some, under `root`, "" for this host. What makes no sense is nil.
    public static func all(of topology: HostTopology, root: String = "") -> [FirmwareCosts] {
        let others = topology.nodes.map(\.id.rawValue)
        return topology.nodes.flatMap { node in
            [0, 1].compactMap { accessClass in
                let folder =
                    "\(root)/sys/devices/system/node/node\(node.id.rawValue)/access\(accessClass)/initiators"
                func figure(_ name: String) -> Int? {
                    let file = try? HostFile("\(folder)/\(name)")
                    // The kernel prints 0 where it knows nothing.
                    return file.flatMap { HostFile.number($0.firstLine) }.flatMap { 1...(1 << 32) ~= $0 ? $0 : nil }
                }
                let costs = FirmwareCosts(
                    memoryNode: node.id.rawValue, accessClass: accessClass,
                    initiators: others.filter { HostFile.exists("\(folder)/node\($0)") },
                    readLatency: figure("read_latency"), writeLatency: figure("write_latency"),
                    readBandwidth: figure("read_bandwidth"), writeBandwidth: figure("write_bandwidth"))
                let figures = [costs.readLatency, costs.writeLatency, costs.readBandwidth, costs.writeBandwidth]
                return figures.contains { $0 != nil } ? costs : nil
            }
        }
    }
}

/// The weights of the weighted-interleave policy as they are.
///
/// *Kernel counterpart:* `/sys/kernel/mm/mempolicy/weighted_interleave`.
public struct InterleaveSettings: Hashable, Sendable, Codable {
    /// By node number, 1 to 255.
    public let weights: [Int: Int]
    /// Whether the kernel sets them by firmware's bandwidths; nil before 6.16, which doesn't.
    public let isAutomatic: Bool?

    /// Nil if the kernel has no such policy (before 6.9).
    public init?(of topology: HostTopology, root: String = "") {
        let folder = "\(root)/sys/kernel/mm/mempolicy/weighted_interleave"
        var weights: [Int: Int] = [:]
        for node in topology.nodes {
            let file = try? HostFile("\(folder)/node\(node.id.rawValue)")
            guard let weight = file.flatMap({ HostFile.number($0.firstLine) }), 0...255 ~= weight else { continue }
            weights[node.id.rawValue] = weight
        }
        guard !weights.isEmpty else { return nil }
        self.weights = weights
        // Kernels whose headers make `auto` a macro name the file by what it stands for.
        let automatic = (try? HostFile("\(folder)/auto")) ?? (try? HostFile("\(folder)/__auto_type"))
        isAutomatic = automatic.map { ["true", "Y", "1"].contains($0.firstLine) }
    }
}

import Lab
import PhysicalMemory

/// Machines of little memory, so that an audit takes no time.
enum SmallMachine {
    /// Nodes of 64 MiB with two CPUs each.
    static func layout(nodes: Int = 1) throws -> MachineLayout {
        var spec = MachineSpec(name: "small")
        for node in 0..<nodes {
            spec.nodes.append(
                .init(
                    id: NodeID(node), cpus: [CPUID(2 * node), CPUID(2 * node + 1)],
                    distances: (0..<nodes).map { $0 == node ? 10 : 20 }))
            let start = 4 << 30 + node * 64 << 20
            spec.memory.append(.init(start: ByteCount(start), end: ByteCount(start + 64 << 20), node: NodeID(node)))
        }
        return try MachineLayout(booting: spec)
    }
}

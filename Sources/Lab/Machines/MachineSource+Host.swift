import HostNUMA
import PhysicalMemory

extension MachineSource {
    /// The host as far as its topology tells: nodes, CPUs, distances and sizes, the memory laid end to end.
    static func hostByTopology() throws -> MachineSpec {
        let topology: HostTopology
        do {
            topology = try HostTopology.current()
        } catch {
            throw MachineSourceError.hostUnknown(error.description)
        }
        var spec = MachineSpec(name: "host")
        spec.configuration.hasNUMA = topology.hasNUMA
        spec.nodesAreAsBooted = true
        var address = 0
        for (row, node) in topology.nodes.enumerated() {
            let id = NodeID(node.id.rawValue)
            spec.nodes.append(
                .init(
                    id: id, cpus: node.onlineCPUs.map { CPUID($0.rawValue) },
                    distances: topology.distances[row].enumerated().map { $1 ?? ($0 == row ? 10 : 20) }))
            let size = node.memoryTotal & ~((4 << 20) - 1)
            guard size > 0 else { continue }
            spec.memory.append(.init(start: ByteCount(address), end: ByteCount(address + size), node: id))
            address += size
        }
        return spec
    }
}

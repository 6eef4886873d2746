import CNUMA
import Glibc

/// libnuma, asked only where it may be: every `numa_` call is undefined where `numa_available()` < 0.
enum Libnuma {
    /// Whether libnuma works for the calling thread; the kernel is asked each time.
    ///
    /// libnuma 2.0.16 takes a `get_mempolicy` that is not permitted for one that works and complains on stderr
    /// later; newer ones don't. Here it must work. The corresponding C function is `numa_available`.
    static var isAvailable: Bool { numa_available() >= 0 && get_mempolicy(nil, nil, 0, nil, 0) == 0 }

    /// The online CPUs of a node, or nil if libnuma does not know the node.
    ///
    /// The corresponding C function is `numa_node_to_cpus`.
    static func cpus(of node: HostNodeID) -> [HostCPU]? {
        guard let mask = numa_allocate_cpumask() else { return nil }
        defer { numa_bitmask_free(mask) }
        guard numa_node_to_cpus(Int32(node.rawValue), mask) == 0 else { return nil }
        return (0..<min(Int(mask.pointee.size), HostCPU.limit))
            .filter { numa_bitmask_isbitset(mask, UInt32($0)) != 0 }
            .compactMap(HostCPU.init(rawValue:))
    }

    /// The memory of a node and how much of it is free, in bytes; nil if libnuma does not know.
    ///
    /// The corresponding C function is `numa_node_size64`.
    static func memory(of node: HostNodeID) -> (total: Int, free: Int)? {
        var free: Int64 = 0
        let total = numa_node_size64(Int32(node.rawValue), &free)
        guard total >= 0, free >= 0 else { return nil }
        return (Int(total), Int(free))
    }

    /// The firmware's distance; nil if libnuma does not know.
    ///
    /// The corresponding C function is `numa_distance`.
    static func distance(from: HostNodeID, to: HostNodeID) -> Int? {
        let distance = numa_distance(Int32(from.rawValue), Int32(to.rawValue))
        return distance > 0 ? Int(distance) : nil
    }

    /// The nodes whose memory this thread may have.
    ///
    /// The corresponding C function is `numa_get_mems_allowed`.
    static func allowedMemories() -> Set<HostNodeID>? {
        guard let mask = numa_get_mems_allowed() else { return nil }
        defer { numa_bitmask_free(mask) }
        let ids = (0..<min(Int(mask.pointee.size), HostNodeID.limit))
            .filter { numa_bitmask_isbitset(mask, UInt32($0)) != 0 }
            .compactMap(HostNodeID.init(rawValue:))
        return ids.isEmpty ? nil : Set(ids)
    }

    /// Lets the calling thread run on `cpus` only. Returns 0 or an errno value.
    ///
    /// The corresponding C function is `numa_sched_setaffinity`.
    static func setAffinity(to cpus: [HostCPU]) -> Int32 {
        guard let mask = numa_allocate_cpumask() else { return ENOMEM }
        defer { numa_bitmask_free(mask) }
        for cpu in cpus where UInt(cpu.rawValue) < mask.pointee.size {
            numa_bitmask_setbit(mask, UInt32(cpu.rawValue))
        }
        return numa_sched_setaffinity(0, mask) < 0 ? errno : 0
    }

    /// Lets the calling thread run on all CPUs of a node. Returns 0 or an errno value.
    ///
    /// The corresponding C function is `numa_run_on_node`.
    static func runOnNode(_ node: HostNodeID) -> Int32 {
        numa_run_on_node(Int32(node.rawValue)) < 0 ? errno : 0
    }
}

extension HostTopology {
    /// The same nodes with what libnuma says of them; where it is silent, what sysfs said stays.
    func askingLibnuma() -> HostTopology {
        let allowed = Libnuma.allowedMemories()
        let nodes = nodes.map { node in
            let online = Libnuma.cpus(of: node.id) ?? node.onlineCPUs
            // The process's permission came from /proc: libnuma's own set is the calling thread's at start-up.
            let permitted = Set(node.cpus)
            let memory = Libnuma.memory(of: node.id) ?? (node.memoryTotal, node.memoryFree)
            return HostNode(
                id: node.id, onlineCPUs: online, cpus: online.filter(permitted.contains),
                memoryTotal: memory.total, memoryFree: memory.free,
                memoryInactiveFile: node.memoryInactiveFile,
                isMemoryAllowed: allowed?.contains(node.id) ?? node.isMemoryAllowed)
        }
        let distances = zip(self.nodes, distances).map { from, row in
            zip(self.nodes, row).map { to, known in Libnuma.distance(from: from.id, to: to.id) ?? known }
        }
        return HostTopology(source: .libnuma, hasNUMA: true, nodes: nodes, distances: distances, note: note)
    }
}

extension MachineLayout {
    /// Sets what the zones and CPUs say of each node.
    ///
    /// *Kernel counterpart:* `check_for_memory`, `N_MEMORY` in `free_area_init`.
    mutating func updateNodeStates() {
        let hasHighMem = zoneTypes.contains(.highMem)
        for state in [NodeStates.State.normalMemory, .highMemory, .memory, .cpu] { states[state] = NodeMask() }
        for node in nodes {
            if node.presentPages > 0 { states.memory.insert(node.id) }
            guard let lowest = node.zones.first(where: { $0.presentPages > 0 })?.type, lowest < .movable
            else { continue }
            if lowest <= .normal { states.normalMemory.insert(node.id) }
            if hasHighMem { states.highMemory.insert(node.id) }
        }
        setNodesWithCPUs()
        // Without HighMem the two states are one.
        if !hasHighMem { states.highMemory = states.normalMemory }
    }

    /// Emulated nodes share CPUs: of a shared CPU only the lowest node counts, but of the one that boots, all.
    /// *Kernel counterpart:* `init_cpu_node_state`, `vmstat_cpu_online`.
    private mutating func setNodesWithCPUs() {
        let first = nodes.compactMap(\.cpus.first).min()
        var seen = Set<CPUID>()
        for node in nodes {
            let isHome = node.cpus.contains { !seen.contains($0) }
            seen.formUnion(node.cpus)
            if isHome || first.map(node.cpus.contains) == true { states.cpu.insert(node.id) }
        }
    }
}

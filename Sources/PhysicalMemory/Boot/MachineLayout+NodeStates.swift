extension MachineLayout {
    /// Sets what the zones and CPUs say of each node.
    ///
    /// *Kernel counterpart:* `check_for_memory`, `N_MEMORY` in `free_area_init`.
    mutating func updateNodeStates() {
        let hasHighMem = zoneTypes.contains(.highMem)
        for state in [NodeStates.State.normalMemory, .highMemory, .memory, .cpu] { states[state] = NodeMask() }
        for node in nodes {
            if node.presentPages > 0 { states.memory.insert(node.id) }
            if !node.cpus.isEmpty { states.cpu.insert(node.id) }
            guard let lowest = node.zones.first(where: { $0.presentPages > 0 })?.type, lowest < .movable
            else { continue }
            if lowest <= .normal { states.normalMemory.insert(node.id) }
            if hasHighMem { states.highMemory.insert(node.id) }
        }
        // Without HighMem the two states are one.
        if !hasHighMem { states.highMemory = states.normalMemory }
    }
}

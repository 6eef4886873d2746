extension MachineLayout {
    /// Builds each node's fallback order and zonelists, and the policy zone, from its zones and distances.
    ///
    /// *Kernel counterpart:* `build_all_zonelists`.
    mutating func buildZonelists() {
        let populated = nodes.map { node in
            node.zones.reversed().filter { $0.presentPages > 0 }.map { ZoneName(node: node.id, zone: $0.type) }
        }
        policyZone = populated.joined().map(\.zone).filter { $0 != .movable }.max()
        // Beside the nodes, whose copies cost a retain for each of their arrays.
        let ids = nodes.map(\.id)
        let present = nodes.map(\.presentPages)
        var order = FallbackOrder(
            distances: nodes.map(\.distances), withMemory: ids.indices.filter { present[$0] > 0 })
        order.startsWithLocal = kernel < .skipsMemorylessNodes
        let total = populated.reduce(0) { $0 + $1.count }
        for place in nodes.indices {
            let places = order.next(for: place)
            var zonelist: [ZoneName] = []
            zonelist.reserveCapacity(total)
            for other in places { zonelist += populated[other] }
            nodes[place].fallbackOrder = places.map { ids[$0] }
            nodes[place].zonelist = zonelist
            nodes[place].thisNodeZonelist = populated[place]
        }
    }
}

extension KernelVersion {
    /// From here on a node without memory is not in its own fallback order.
    static let skipsMemorylessNodes = KernelVersion(6, 7)
}

extension MachineLayout {
    /// Builds each node's fallback order and zonelists, and the policy zone, from its zones and distances.
    ///
    /// *Kernel counterpart:* `build_all_zonelists`.
    mutating func buildZonelists() {
        let populated = nodes.map { node in
            node.zones.reversed().filter { $0.presentPages > 0 }.map { ZoneName(node: node.id, zone: $0.type) }
        }
        policyZone = populated.joined().map(\.zone).filter { $0 != .movable }.max()
        var order = FallbackOrder(
            distances: nodes.map(\.distances), withMemory: nodes.indices.filter { nodes[$0].presentPages > 0 })
        let total = populated.reduce(0) { $0 + $1.count }
        for place in nodes.indices {
            let places = order.next(for: place)
            var zonelist: [ZoneName] = []
            zonelist.reserveCapacity(total)
            for other in places { zonelist += populated[other] }
            nodes[place].fallbackOrder = places.map { nodes[$0].id }
            nodes[place].zonelist = zonelist
            nodes[place].thisNodeZonelist = populated[place]
        }
    }
}

extension Machine {
    /// The node of this number, or `nil` if it is not online. *Kernel counterpart:* `NODE_DATA`.
    public func nodeData(_ id: NodeID) -> Node? {
        guard let place = place(of: id), let fields = nodeFields(id) else { return nil }
        return Node(machine: self, layout: layout.nodes[place], fields: fields, kswapd: daemons[id.rawValue])
    }

    /// Which nodes are what. *Kernel counterpart:* `node_states[]`.
    public var nodeStates: NodeStates { layout.states }

    /// Calls `body` with each online node, lowest number first. *Kernel counterpart:* `for_each_online_node`.
    public func forEachOnlineNode(_ body: (Node) throws -> Void) rethrows {
        try forEachNode(in: .online, body)
    }

    /// Calls `body` with each node of which `state` holds and which is online, lowest number first.
    /// *Kernel counterpart:* `for_each_node_state`.
    public func forEachNode(in state: NodeStates.State, _ body: (Node) throws -> Void) rethrows {
        for id in nodeStates[state] {
            if let node = nodeData(id) { try body(node) }
        }
    }
}

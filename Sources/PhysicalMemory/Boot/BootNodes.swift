/// The nodes of a machine that boots: those that are described, and those that have memory.
struct BootNodes {
    struct Node {
        var id: NodeID
        var cpus: [CPUID]
        /// To each node, in the order of ``BootNodes/nodes``.
        var distances: [Int]
        var isGenericInitiator: Bool
    }

    /// By number.
    private(set) var nodes: [Node] = []
    private(set) var possible = NodeMask()

    /// *Kernel counterpart:* `LOCAL_DISTANCE`, `REMOTE_DISTANCE`.
    static let localDistance = 10
    static let remoteDistance = 20

    init(_ spec: MachineSpec, _ map: FirmwareMap) {
        var ids = NodeMask(map.usable.entries.compactMap(\.value.node))
        // What a running kernel says of its nodes is after `numa=` options, what firmware says is before.
        let source: Source
        if spec.nodesAreAsBooted || !map.isOneNode && map.emulatedNodes.isEmpty {
            source = .described
            for node in spec.nodes { ids.insert(node.id) }
        } else if map.isOneNode {
            source = .oneNode
            ids = [NodeID(0)]
        } else {
            source = .emulated(map.emulatedNodes)
            ids = NodeMask(map.emulatedNodes.indices.map { NodeID($0) })
        }
        build(Array(ids), spec, source)
        possible = ids.union(spec.nodesAreAsBooted || map.emulatedNodes.isEmpty ? spec.possibleNodes ?? [] : [])
    }

    private enum Source {
        case described
        case oneNode
        case emulated([NodeID])
    }

    private mutating func build(_ ids: [NodeID], _ spec: MachineSpec, _ source: Source) {
        let place = Dictionary(spec.nodes.enumerated().map { ($1.id, $0) }) { first, _ in first }
        // The described node behind each node, by place in the spec.
        let described: [Int?] = ids.map { id in
            switch source {
            case .described: place[id]
            case .oneNode: nil
            case .emulated(let real): real.indices ~= id.rawValue ? place[real[id.rawValue]] : nil
            }
        }
        nodes = ids.indices.map { row in
            let node = described[row].map { spec.nodes[$0] }
            let distances = ids.indices.map { column in
                let fallback = row == column ? Self.localDistance : Self.remoteDistance
                guard let node, let to = described[column], node.distances.indices ~= to else { return fallback }
                return node.distances[to]
            }
            return Node(
                id: ids[row], cpus: (node?.cpus ?? []).sorted(), distances: distances,
                isGenericInitiator: node?.isGenericInitiator ?? false)
        }
        if case .oneNode = source {
            nodes[0].cpus = Set(spec.nodes.flatMap(\.cpus)).sorted()
        }
    }
}

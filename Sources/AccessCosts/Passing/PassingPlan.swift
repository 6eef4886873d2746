import HostNUMA

/// Between which CPUs lines are passed.
struct PassingPlan: Hashable, Sendable {
    /// Rows and columns of the matrix.
    let cpus: [HostCPU]
    /// The node of each.
    let nodes: [HostNode]
    /// Pairs to measure, as places in `cpus`, the lesser first.
    let pairs: [(Int, Int)]

    /// All pairs inside a node and one per pair of nodes, or all there are; a quick plan takes only some CPUs of a
    /// node, evenly spread.
    init(_ topology: HostTopology, options: MeasureOptions) {
        // Eight CPUs make 28 pairs: half a second a node.
        let most = options.isTiny ? 2 : options.isQuick && !options.passesLinesBetweenAllPairs ? 8 : Int.max
        var cpus: [HostCPU] = []
        var nodes: [HostNode] = []
        for node in topology.cpuNodes {
            let count = min(most, node.cpus.count)
            for index in 0..<count {
                cpus.append(node.cpus[node.cpus.count / count * index])
                nodes.append(node)
            }
        }
        var pairs: [(Int, Int)] = []
        var met = Set<[HostNodeID]>()
        for first in cpus.indices {
            for second in cpus.indices where second > first {
                let isInside = nodes[first].id == nodes[second].id
                let isFirstMeeting = !isInside && met.insert([nodes[first].id, nodes[second].id]).inserted
                if isInside || isFirstMeeting || options.passesLinesBetweenAllPairs { pairs.append((first, second)) }
            }
        }
        self.cpus = cpus
        self.nodes = nodes
        self.pairs = pairs
    }

    /// Pairs of nodes and, inside a node, its first two CPUs: where locks are tried.
    var lockPairs: [(Int, Int)] {
        var met = Set<[HostNodeID]>()
        return pairs.filter { met.insert([nodes[$0.0].id, nodes[$0.1].id]).inserted }
    }

    static func == (a: PassingPlan, b: PassingPlan) -> Bool {
        a.cpus == b.cpus && a.nodes == b.nodes && a.pairs.elementsEqual(b.pairs, by: ==)
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(cpus)
        for pair in pairs { hasher.combine(pair.0 << 16 | pair.1) }
    }
}

/// In which order nodes are tried when a node's own memory does not suffice.
///
/// The next node is the one with the lowest score: distance first (a node numbered below the local one counts as one
/// farther), then how often the node already stands at the head of a group of equally distant nodes in other nodes'
/// lists, then the lowest number. So nodes at the same distance get equal shares of their neighbours' pressure.
///
/// *Kernel counterpart:* `build_zonelists`, `find_next_best_node`, `node_load[]`.
public struct FallbackOrder {
    /// Distances by place of the node, row by row.
    let distances: [[Int]]
    /// Places of the nodes with memory, ascending.
    let withMemory: [Int]
    /// Places of the nodes whose CPUs make them cost more; empty at boot, when no node has its CPUs yet.
    var withCPUs: Set<Int> = []

    /// Before 6.7 a node without memory headed its own order.
    var startsWithLocal = false

    private var load: [Int]

    /// The score's steps: one of distance outweighs any load.
    private static let distanceWeight = NodeID.limit

    /// Every node's order, as places, from the distances alone: what a kernel would make of them at boot.
    ///
    /// - Parameters:
    ///   - distances: by place of the node, row by row: a square, each from 0 to 255.
    ///   - withMemory: places of the nodes with memory, ascending.
    ///   - kernel: before 6.7 a node without memory headed its own order.
    public static func orders(distances: [[Int]], withMemory: [Int], kernel: KernelVersion = .reference) -> [[Int]] {
        precondition(distances.count <= NodeID.limit && distances.allSatisfy { $0.count == distances.count })
        var order = FallbackOrder(distances: distances, withMemory: withMemory)
        order.startsWithLocal = kernel < .skipsMemorylessNodes
        return distances.indices.map { order.next(for: $0) }
    }

    /// An order over nodes in ascending order of their numbers.
    init(distances: [[Int]], withMemory: [Int]) {
        self.distances = distances
        self.withMemory = withMemory
        load = Array(repeating: 0, count: distances.count)
    }

    /// The order for the node at `local`, as places. Loads carry over to the next call: the kernel asks for all nodes
    /// in ascending order.
    ///
    /// Complexity: O(*n* log *n*), with *n* nodes with memory.
    mutating func next(for local: Int) -> [Int] {
        let row = distances[local]
        // A node's load changes only when it has been chosen, so that all scores are known beforehand.
        var keys: [UInt64] = []
        keys.reserveCapacity(withMemory.count)
        for node in withMemory {
            var steps = node == local ? 0 : row[node] + 1 + (node < local ? 1 : 0)
            if node != local, !withCPUs.isEmpty, withCPUs.contains(node) { steps += 1 }
            let score = node == local ? 0 : steps * Self.distanceWeight + load[node]
            keys.append(UInt64(score) << 16 | UInt64(node))
        }
        keys.sort()
        var previous = local
        var order: [Int] = []
        order.reserveCapacity(keys.count + 1)
        if startsWithLocal, keys.first.map({ $0 & 0xffff }) != UInt64(local) { order.append(local) }
        for key in keys {
            let node = Int(key & 0xffff)
            if row[node] != row[previous] { load[node] += 1 }
            order.append(node)
            previous = node
        }
        return order
    }
}

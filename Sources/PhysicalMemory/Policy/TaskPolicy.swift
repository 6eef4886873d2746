/// A task's memory policy, with what the task remembers between its allocations.
///
/// *Kernel counterpart:* `mempolicy`, `mems_allowed`, `il_prev` and `il_weight` of `struct task_struct`.
public struct TaskPolicy: Hashable, Sendable {
    /// The policy in force.
    public private(set) var policy: MemoryPolicy
    /// The nodes that the task may use; `nil`: all. *Kernel counterpart:* `mems_allowed`.
    public private(set) var allowedNodes: NodeMask?
    /// The node whose turn it was last; −1 at first. *Kernel counterpart:* `il_prev`.
    private(set) var lastTurn = NodeID(-1)
    /// Turns that ``lastTurn`` has left. *Kernel counterpart:* `il_weight`.
    private(set) var turnsLeft = 0

    /// A task under `policy`, whose cpuset allows `allowedNodes` (`nil`: all).
    public init(_ policy: MemoryPolicy = .local, allowedNodes: NodeMask? = nil) {
        self.policy = policy
        self.allowedNodes = allowedNodes
    }

    /// Replaces the policy; turns begin anew. *Kernel counterpart:* `set_mempolicy`.
    public mutating func set(_ policy: MemoryPolicy) {
        self.policy = policy
        lastTurn = NodeID(-1)
        turnsLeft = 0
    }

    /// Restricts the task to `nodes`, which must have memory, and fits the policy to them.
    ///
    /// *Kernel counterpart:* `cpuset_change_task_nodemask`.
    public mutating func restrict(to nodes: NodeMask) {
        allowedNodes = nodes
        policy.rebind(to: nodes)
    }

    /// The node whose turn it is. *Kernel counterpart:* `interleave_nodes`.
    mutating func nextTurn() -> NodeID? {
        guard let node = policy.nodes.nextWrapping(after: lastTurn) else { return nil }
        lastTurn = node
        return node
    }

    /// The node whose turn it is, each having as many in a row as its weight.
    /// *Kernel counterpart:* `weighted_interleave_nodes`.
    mutating func nextTurn(weights: InterleaveWeights) -> NodeID? {
        if turnsLeft == 0 || !policy.nodes.contains(lastTurn) {
            guard let node = policy.nodes.nextWrapping(after: lastTurn) else { return nil }
            lastTurn = node
            turnsLeft = weights[node]
        }
        turnsLeft -= 1
        return lastTurn
    }
}

/// A range of a task's memory with a policy of its own, or with none, so that the task's rules.
///
/// Interleaving goes by a frame's place in the range, so that it does not matter in which order frames are asked for.
///
/// *Kernel counterpart:* `vm_policy` and `vm_pgoff` of `struct vm_area_struct`.
public struct RangePolicy: Hashable, Sendable {
    /// The policy of the range; `nil`: the task's own.
    public var policy: MemoryPolicy?
    /// The place of the range's first page in its file or mapping, in pages. *Kernel counterpart:* `vm_pgoff`.
    public var firstPage: Int
    /// What keeps small files from all beginning on the same node. *Kernel counterpart:* what the file system's
    /// `get_policy` returns.
    public var bias: Int

    /// A range that begins at page `firstPage` of its object, under `policy`.
    public init(_ policy: MemoryPolicy? = nil, firstPage: Int = 0, bias: Int = 0) {
        self.policy = policy
        self.firstPage = firstPage
        self.bias = bias
    }

    /// The turn of the block at `page`, counted in blocks of that order. *Kernel counterpart:* `get_vma_policy`.
    func interleaveIndex(page: Int, order: Order) -> UInt {
        UInt(bitPattern: bias) &+ UInt(bitPattern: firstPage) >> UInt(order.rawValue)
            &+ UInt(bitPattern: page) >> UInt(order.rawValue)
    }
}

/// How many turns in a row each node has under weighted interleaving; 1 where nothing is said.
///
/// *Kernel counterpart:* `iw_table`, `/sys/kernel/mm/mempolicy/weighted_interleave`.
public struct InterleaveWeights: Hashable, Sendable {
    private var table: [NodeID: UInt8] = [:]

    /// Every node weighs 1.
    public init() {}

    /// The weight of a node, from 1 to 255.
    public subscript(node: NodeID) -> Int { Int(table[node] ?? 1) }

    /// Sets a node's weight; 0 means the default, 1.
    public mutating func set(_ weight: UInt8, of node: NodeID) { table[node] = weight == 0 ? nil : weight }
}

extension MemoryPolicy {
    /// The node of turn `index`. *Kernel counterpart:* `interleave_nid`. Complexity: O(nodes).
    func node(turn index: UInt) -> NodeID? {
        let nodes = Array(nodes)
        return nodes.isEmpty ? nil : nodes[Int(index % UInt(nodes.count))]
    }

    /// The node of turn `index`, each having as many in a row as its weight.
    /// *Kernel counterpart:* `weighted_interleave_nid`. Complexity: O(nodes).
    func node(turn index: UInt, weights: InterleaveWeights) -> NodeID? {
        let total = nodes.reduce(0) { $0 + weights[$1] }
        guard total > 0 else { return nil }
        var rest = Int(index % UInt(total))
        for node in nodes {
            if rest < weights[node] { return node }
            rest -= weights[node]
        }
        return nil
    }
}

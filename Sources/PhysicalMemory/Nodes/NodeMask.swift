/// A set of nodes.
///
/// *Kernel counterpart:* `nodemask_t`.
public struct NodeMask: Hashable, Sendable {
    // Words beyond the last set bit are trimmed, so that equal sets compare equal.
    private var words: [UInt64] = []

    /// The nodes of `nodes`, each once.
    public init() {}

    /// The nodes of `nodes`, each once.
    public init(_ nodes: some Sequence<NodeID>) {
        for node in nodes { insert(node) }
    }

    /// Whether `node` is in the set. Complexity: O(1).
    public func contains(_ node: NodeID) -> Bool {
        let word = node.rawValue >> 6
        guard node.rawValue >= 0, word < words.count else { return false }
        return words[word] & (1 << UInt64(node.rawValue & 63)) != 0
    }

    /// Adds `node`. A number outside 0 ..< ``NodeID/limit`` is a programming error.
    public mutating func insert(_ node: NodeID) {
        precondition(node.rawValue >= 0 && node.rawValue < NodeID.limit, "node number out of range")
        let word = node.rawValue >> 6
        while words.count <= word { words.append(0) }
        words[word] |= 1 << UInt64(node.rawValue & 63)
    }

    /// Takes `node` out, if it is in.
    public mutating func remove(_ node: NodeID) {
        guard contains(node) else { return }
        words[node.rawValue >> 6] &= ~(1 << UInt64(node.rawValue & 63))
        trim()
    }

    private mutating func trim() {
        while words.last == 0 { words.removeLast() }
    }

    /// Whether no node is in it.
    public var isEmpty: Bool { words.isEmpty }

    /// The number of nodes in the set. *Kernel counterpart:* `nodes_weight`.
    public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// The lowest node. *Kernel counterpart:* `first_node`.
    public var first: NodeID? { next(after: NodeID(-1)) }

    /// The lowest node above `node`, or `nil`. *Kernel counterpart:* `next_node`.
    public func next(after node: NodeID) -> NodeID? {
        var bit = node.rawValue + 1
        while bit >> 6 < words.count {
            let rest = words[bit >> 6] >> UInt64(bit & 63)
            if rest != 0 { return NodeID(bit + rest.trailingZeroBitCount) }
            bit = ((bit >> 6) + 1) << 6
        }
        return nil
    }

    /// The lowest node above `node`, or around the end the lowest of all. *Kernel counterpart:* `next_node_in`.
    public func nextWrapping(after node: NodeID) -> NodeID? { next(after: node) ?? first }

    private func combined(_ other: NodeMask, _ operation: (UInt64, UInt64) -> UInt64) -> NodeMask {
        var result = NodeMask()
        for index in 0..<Swift.max(words.count, other.words.count) {
            result.words.append(
                operation(
                    index < words.count ? words[index] : 0,
                    index < other.words.count ? other.words[index] : 0))
        }
        result.trim()
        return result
    }

    /// *Kernel counterpart:* `nodes_and`.
    public func intersection(_ other: NodeMask) -> NodeMask { combined(other, &) }
    /// *Kernel counterpart:* `nodes_or`.
    public func union(_ other: NodeMask) -> NodeMask { combined(other, |) }
    /// *Kernel counterpart:* `nodes_xor`.
    public func symmetricDifference(_ other: NodeMask) -> NodeMask { combined(other, ^) }
    /// *Kernel counterpart:* `nodes_andnot`.
    public func subtracting(_ other: NodeMask) -> NodeMask { combined(other) { $0 & ~$1 } }
    /// *Kernel counterpart:* `nodes_subset`.
    public func isSubset(of other: NodeMask) -> Bool { subtracting(other).isEmpty }
    /// *Kernel counterpart:* `nodes_intersects`.
    public func intersects(_ other: NodeMask) -> Bool { !intersection(other).isEmpty }

    /// Each node of the set moved up by `n`. *Kernel counterpart:* `nodes_shift_left`.
    public func shifted(up n: Int) -> NodeMask {
        NodeMask(lazy.map { NodeID($0.rawValue + n) }.filter { $0.rawValue < NodeID.limit })
    }
}

extension NodeMask: Sequence {
    /// Lowest node first. *Kernel counterpart:* `for_each_node_mask`.
    public func makeIterator() -> AnyIterator<NodeID> {
        var last = NodeID(-1)
        return AnyIterator {
            guard let node = self.next(after: last) else { return nil }
            last = node
            return node
        }
    }
}

extension NodeMask: ExpressibleByArrayLiteral, Codable, CustomStringConvertible {
    /// The nodes of `nodes`, each once.
    public init(arrayLiteral elements: NodeID...) { self.init(elements) }
    /// The nodes of `nodes`, each once.
    public init(from decoder: any Decoder) throws {
        let nodes = try decoder.singleValueContainer().decode([NodeID].self)
        guard nodes.allSatisfy({ $0.rawValue >= 0 && $0.rawValue < NodeID.limit }) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "node number outside 0..<\(NodeID.limit)"))
        }
        self.init(nodes)
    }
    /// Writes the form that ``init(from:)`` reads.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Array(self))
    }

    /// The kernel's list form: `0-3,8`.
    public var description: String {
        var parts: [String] = []
        var run: (NodeID, NodeID)?
        func flush() {
            if let (low, high) = run { parts.append(low == high ? "\(low)" : "\(low)-\(high)") }
        }
        for node in self {
            if let (low, high) = run, high.rawValue + 1 == node.rawValue {
                run = (low, node)
            } else {
                flush()
                run = (node, node)
            }
        }
        flush()
        return parts.joined(separator: ",")
    }
}

/// Which nodes a task, or a range of its memory, takes its frames from.
///
/// The nodes that a policy names are not always those it uses: they are cut down to, or mapped onto, the nodes that
/// the task may use, again each time these change (``rebind(to:)``).
///
/// *Kernel counterpart:* `struct mempolicy`.
public struct MemoryPolicy: Hashable, Sendable {
    /// *Kernel counterpart:* `MPOL_*`.
    public enum Mode: String, CaseIterable, Hashable, Sendable, Codable {
        /// The CPU's own node first. *Kernel counterpart:* `MPOL_LOCAL`; `MPOL_DEFAULT` does the same.
        case local
        /// Only the nodes named, nearest to the CPU first. *Kernel counterpart:* `MPOL_BIND`.
        case bind
        /// The lowest node named first. *Kernel counterpart:* `MPOL_PREFERRED`.
        case preferred
        /// The nodes named, as long as nothing has to be reclaimed for it; then any. *Kernel counterpart:*
        /// `MPOL_PREFERRED_MANY`.
        case preferredMany
        /// The nodes named by turns. *Kernel counterpart:* `MPOL_INTERLEAVE`.
        case interleave
        /// The nodes named by turns, each as many times as its weight. *Kernel counterpart:*
        /// `MPOL_WEIGHTED_INTERLEAVE`.
        case weightedInterleave
    }

    /// What the nodes named mean once the allowed nodes change. *Kernel counterpart:* `MPOL_F_*`.
    public struct Flags: OptionSet, Hashable, Sendable, Codable {
        /// The kernel's bits.
        public var rawValue: UInt16
        /// Takes the number as it is.
        @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// They stay themselves. *Kernel counterpart:* `MPOL_F_STATIC_NODES`.
        public static let staticNodes = Flags(rawValue: 1 << 15)
        /// They are places among the allowed nodes. *Kernel counterpart:* `MPOL_F_RELATIVE_NODES`.
        public static let relativeNodes = Flags(rawValue: 1 << 14)
    }

    /// How nodes are chosen.
    public let mode: Mode
    /// How the nodes follow changes of the cpuset.
    public let flags: Flags
    /// The nodes as they were named. *Kernel counterpart:* `w.user_nodemask`.
    public let userNodes: NodeMask
    /// The nodes in force. *Kernel counterpart:* `nodes`.
    public private(set) var nodes: NodeMask
    /// Where bind and preferred-many look first, instead of the CPU's node. *Kernel counterpart:* `home_node`.
    public let homeNode: NodeID?
    /// The allowed nodes that ``nodes`` fits to. *Kernel counterpart:* `w.cpuset_mems_allowed`.
    private var allowed: NodeMask

    /// The policy of a task that has set none.
    public static let local = MemoryPolicy()

    private init() {
        mode = .local
        flags = []
        userNodes = []
        nodes = []
        homeNode = nil
        allowed = []
    }

    /// - Parameters:
    ///   - mode: how nodes are chosen.
    ///   - flags: how the nodes follow changes of the cpuset.
    ///   - homeNode: where `bind` and `preferred-many` look first; `nil`: the CPU's node.
    ///   - nodes: the nodes named; of preferred the lowest counts, and none means local.
    ///   - usable: the nodes that the task may use and that have memory.
    ///
    /// Throws where `set_mempolicy` gives `EINVAL`. *Kernel counterpart:* `mpol_new`, `mpol_set_nodemask`.
    public init(
        _ mode: Mode, nodes: NodeMask = [], flags: Flags = [], homeNode: NodeID? = nil, usable: NodeMask
    ) throws(MemoryPolicyError) {
        if flags.isSuperset(of: [.staticNodes, .relativeNodes]) { throw .staticAndRelative }
        if homeNode != nil && mode != .bind && mode != .preferredMany { throw .homeNode(mode) }
        if mode == .local && !nodes.isEmpty { throw .nodesOfLocal }
        if nodes.isEmpty {
            if !flags.isEmpty && (mode == .local || mode == .preferred) { throw .flagsWithoutNodes }
            guard mode == .local || mode == .preferred else { throw .noNodes(mode) }
            self = .local
            return
        }
        let inForce = flags.contains(.relativeNodes) ? nodes.relative(to: usable) : nodes.intersection(usable)
        guard let first = inForce.first else { throw .noUsableNode(nodes) }
        self.mode = mode
        self.flags = flags
        self.homeNode = homeNode
        userNodes = nodes
        self.nodes = mode == .preferred ? [first] : inForce
        allowed = usable
    }

    /// Fits the policy to the nodes that the task may use from now on; an empty set changes nothing.
    ///
    /// Preferred and preferred-many keep their nodes. If none of the nodes remains, all allowed ones take their place.
    /// *Kernel counterpart:* `mpol_rebind_policy`.
    public mutating func rebind(to newlyAllowed: NodeMask) {
        guard !newlyAllowed.isEmpty, mode != .local else { return }
        let old = allowed
        allowed = newlyAllowed
        if mode == .preferred || mode == .preferredMany { return }
        var next =
            if flags.contains(.staticNodes) {
                userNodes.intersection(newlyAllowed)
            } else if flags.contains(.relativeNodes) {
                userNodes.relative(to: newlyAllowed)
            } else {
                nodes.remapped(from: old, to: newlyAllowed)
            }
        if next.isEmpty { next = newlyAllowed }
        nodes = next
    }
}

/// Why there is no such policy. *Kernel counterpart:* `set_mempolicy`'s `EINVAL`.
public enum MemoryPolicyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The mode needs nodes.
    case noNodes(MemoryPolicy.Mode)
    /// `local` takes no nodes.
    case nodesOfLocal
    /// Static or relative nodes where there are none.
    case flagsWithoutNodes
    /// Nodes cannot be static and relative.
    case staticAndRelative
    /// Only `bind` and `preferred-many` have a home node.
    case homeNode(MemoryPolicy.Mode)
    /// None of the nodes named has memory that the task may use.
    case noUsableNode(NodeMask)

    /// What is wrong, in words for people.
    public var description: String {
        switch self {
        case .noNodes(let mode): "policy \(mode.rawValue) needs at least one node"
        case .nodesOfLocal: "policy local takes no nodes"
        case .flagsWithoutNodes: "static and relative say what nodes mean, but none is named"
        case .staticAndRelative: "nodes cannot be static and relative at once"
        case .homeNode(let mode): "policy \(mode.rawValue) has no home node"
        case .noUsableNode(let nodes): "none of the nodes \(nodes) has memory that may be used"
        }
    }
}

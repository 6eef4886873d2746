/// What can be said of nodes: a set of nodes for each statement.
///
/// *Kernel counterpart:* `node_states[]`, indexed by `enum node_states`.
public struct NodeStates: Hashable, Sendable, Codable {
    /// A statement about a node. *Kernel counterpart:* `enum node_states`.
    public enum State: String, CaseIterable, Sendable, Codable {
        /// `N_POSSIBLE`: the node could become online.
        case possible
        /// `N_ONLINE`: the node is online.
        case online
        /// `N_NORMAL_MEMORY`: the node has memory below HighMem that is not Movable's.
        case normalMemory
        /// `N_HIGH_MEMORY`: the node has normal or high memory; the same as ``normalMemory`` without HighMem.
        case highMemory
        /// `N_MEMORY`: the node has memory of any kind, Movable's included.
        case memory
        /// `N_CPU`: the node has CPUs.
        case cpu
        /// `N_GENERIC_INITIATOR`: the node holds a device that accesses memory, but no CPU.
        case genericInitiator
    }

    /// `N_POSSIBLE`: may come online at some time.
    public var possible = NodeMask()
    /// `N_ONLINE`.
    public var online = NodeMask()
    /// `N_NORMAL_MEMORY`: has memory that the kernel can use directly.
    public var normalMemory = NodeMask()
    /// `N_HIGH_MEMORY`: has normal or high memory.
    public var highMemory = NodeMask()
    /// `N_MEMORY`: has memory of any kind, Movable included.
    public var memory = NodeMask()
    /// `N_CPU`: has CPUs.
    public var cpu = NodeMask()
    /// `N_GENERIC_INITIATOR`: has other devices that access memory.
    public var genericInitiator = NodeMask()

    /// No node is anything.
    public init() {}

    /// The nodes for which `state` holds.
    public subscript(state: State) -> NodeMask {
        get { self[keyPath: Self.path(state)] }
        set { self[keyPath: Self.path(state)] = newValue }
    }

    /// Whether `state` holds of `node`. *Kernel counterpart:* `node_state`.
    public func holds(_ state: State, for node: NodeID) -> Bool { self[state].contains(node) }

    private static func path(_ state: State) -> WritableKeyPath<NodeStates, NodeMask> {
        switch state {
        case .possible: \.possible
        case .online: \.online
        case .normalMemory: \.normalMemory
        case .highMemory: \.highMemory
        case .memory: \.memory
        case .cpu: \.cpu
        case .genericInitiator: \.genericInitiator
        }
    }
}

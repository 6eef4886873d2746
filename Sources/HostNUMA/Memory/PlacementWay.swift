/// How memory gets onto a node from this process.
public enum PlacementWay: Hashable, Sendable, CustomStringConvertible {
    /// `mbind`: pages come from the node or not at all.
    case bound
    /// A thread pinned to a CPU of the node touches the pages first. The kernel may still take them elsewhere.
    case firstTouch(from: HostCPU)
    /// Any thread touches the pages: there is no other node with memory.
    case onlyNode

    /// The word for reports: `bound`, `first-touch` or `only-node`.
    public var description: String {
        switch self {
        case .bound: "bound"
        case .firstTouch: "first-touch"
        case .onlyNode: "only-node"
        }
    }
}

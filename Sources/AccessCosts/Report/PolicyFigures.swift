/// The same work under each memory policy: what local memory is worth.
public struct PolicyCosts: Hashable, Sendable, Codable {
    public var figures: [PolicyCost] = []
    /// Policies that could not be had, and why.
    public var missing: [String] = []
    /// The last line: how much faster local memory is here, and why; or why that cannot be shown.
    public var verdict = ""

    public init() {}
}

public struct PolicyCost: Hashable, Sendable, Codable {
    public enum Policy: String, Sendable, Codable, CaseIterable {
        /// Bound to the CPU's own node.
        case local
        /// Bound to the other node.
        case remote
        /// `MPOL_PREFERRED`, the CPU's own node.
        case preferred
        /// `MPOL_INTERLEAVE` over both nodes.
        case interleave
        /// `MPOL_WEIGHTED_INTERLEAVE` over both nodes, by the weights that sysfs has.
        case weightedInterleave
    }

    public enum Work: String, Sendable, Codable, CaseIterable {
        /// Copying memory, in 10⁹ bytes per second.
        case copy
        /// Dependent loads, in nanoseconds each.
        case chase
        /// Adding to words at random, in nanoseconds each.
        case update
        /// pgdat's allocator at work, in nanoseconds per operation.
        case allocator
    }

    public var policy: Policy
    public var work: Work
    /// The node whose CPU works.
    public var cpuNode: Int
    /// The other node of the pair.
    public var otherNode: Int
    public var value: Summary
    /// `GB/s` or `ns`.
    public var unit: String
    /// Of the pages looked at, how many lay on the CPU's own node.
    public var localShare: Double
}

import HostNUMA

/// What to measure, and how long.
public struct MeasureOptions: Hashable, Sendable {
    /// Seconds instead of minutes: fewer readings, fewer points.
    public var isQuick: Bool
    /// Passes lines between all CPUs, not just those of one node and one pair per pair of nodes.
    public var passesLinesBetweenAllPairs = false
    /// Compares memory policies, too.
    public var comparesPolicies = false
    /// Only these nodes' CPUs and memory; nil: all.
    public var nodes: [HostNodeID]?
    /// For tests: the result has its full shape, the figures mean nothing.
    public var isTiny = false

    public init(isQuick: Bool = false) { self.isQuick = isQuick }

    /// For tests and emulated machines.
    public static let tiny: MeasureOptions = {
        var options = MeasureOptions(isQuick: true)
        options.isTiny = true
        return options
    }()
}

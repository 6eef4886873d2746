import PhysicalMemory

/// What other settings would have changed, for the same demand.
public struct ReplayChanges: Encodable, Hashable, Sendable {
    /// The settings, `NAME=VALUE`.
    public var settings: [String]
    public var unchanged: ReplayCosts
    public var changed: ReplayCosts
}

/// What a replay's requests cost.
public struct ReplayCosts: Encodable, Hashable, Sendable {
    public var zoneLockAcquisitions = 0
    /// Times that an empty per-CPU list was filled.
    public var refills = 0
    /// Times that a per-CPU list gave pages back.
    public var drains = 0
    public var splits = 0
    public var merges = 0
    /// Pageblocks that another migrate type took over.
    public var claims = 0
    /// Blocks taken from another type's pageblock.
    public var steals = 0
    public var boosts = 0
    /// Blocks from a node other than the CPU's.
    public var remoteAllocations = 0
    /// Requests that got nothing.
    public var failures = 0

    init() {}

    /// What the machine has counted so far.
    init(_ machine: Machine) {
        for name in machine.zoneNames {
            guard let status = machine.status(of: name) else { continue }
            zoneLockAcquisitions += status.lockAcquisitions
            splits += status.splits
            merges += status.merges
            claims += status.claims
            steals += status.steals
            boosts += status.boosts
            for cpu in machine.layout.nodes.flatMap(\.cpus) {
                guard let lists = machine.pageset(of: cpu, name) else { continue }
                refills += lists.refills
                drains += lists.drains
            }
        }
        for node in machine.layout.nodes { remoteAllocations += machine.numaStat(of: node.id).otherNode }
    }

    static func - (a: ReplayCosts, b: ReplayCosts) -> ReplayCosts {
        var result = a
        result.zoneLockAcquisitions -= b.zoneLockAcquisitions
        result.refills -= b.refills
        result.drains -= b.drains
        result.splits -= b.splits
        result.merges -= b.merges
        result.claims -= b.claims
        result.steals -= b.steals
        result.boosts -= b.boosts
        result.remoteAllocations -= b.remoteAllocations
        return result
    }
}

import PhysicalMemory

/// What changed since an earlier state.
public struct HostChanges: Sendable {
    /// How long ago it was.
    public let seconds: Double
    private let numastat: [Int: NUMAStat]
    private let free: [String: Int]

    public init(from earlier: HostState, seconds: Double) {
        self.seconds = max(seconds, 1e-9)
        numastat = earlier.nodes.reduce(into: [:]) { $0[$1.id] = $1.numastat }
        free = earlier.nodes.reduce(into: [:]) { found, node in
            for zone in node.zones { found["\(node.id)/\(zone.name)"] = zone.free }
        }
    }

    /// How often an event happened per second; `nil` without an earlier count, or where it was set back.
    public func rate(_ event: NUMAStat.Event, _ node: HostState.Node) -> Double? {
        guard let now = node.numastat?[keyPath: event.path], let then = numastat[node.id]?[keyPath: event.path],
            now >= then
        else { return nil }
        return Double(now - then) / seconds
    }

    /// By how many pages the free ones became more.
    public func free(_ zone: HostState.Zone, of node: HostState.Node) -> Int? {
        guard let now = zone.free, let then = free["\(node.id)/\(zone.name)"] else { return nil }
        return now - then
    }

    /// The same for programs, up to `now`.
    public func list(to now: HostState) -> HostState.Changes {
        HostState.Changes(
            seconds: seconds,
            nodes: now.nodes.map { node in
                HostState.NodeChanges(
                    id: node.id,
                    numastatPerSecond: Dictionary(
                        NUMAStat.Event.allCases.map { ($0.rawValue, rate($0, node)) }, uniquingKeysWith: { $1 }),
                    freePages: Dictionary(
                        node.zones.map { ($0.name, free($0, of: node)) }, uniquingKeysWith: { $1 }))
            })
    }
}

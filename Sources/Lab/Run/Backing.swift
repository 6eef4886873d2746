import HostNUMA
import PhysicalMemory

/// The real memory that stands for a machine's managed frames, zone by zone, each on the node of the host that stands
/// for the modelled one.
final class Backing: Sendable {
    struct Zone: Sendable {
        var name: ZoneName
        /// Frames that have addresses here: from the first managed one, rounded down to a huge page, to the last.
        var window: Range<PFN>
        var ranges: [Range<PFN>]
        var memory: ReservedMemory
        var hostNode: HostNodeID
        var way: PlacementWay
    }

    let zones: [Zone]
    let pageSize: Int
    let wasInterrupted: Bool

    /// Bytes populated between two looks at the interrupt.
    private static let chunk = 64 << 20

    /// Reserves, binds and populates the memory of every managed frame of `layout` whose node is in `nodes`.
    ///
    /// Throws `HostError`; about a second per GiB. Ends early, and says so, if `interrupt` is raised.
    init(
        _ layout: MachineLayout, nodes: [NodeID: HostNodeID], host: Host, interrupt: InterruptFlag,
        progress: (Double) -> Void
    ) throws(HostError) {
        pageSize = layout.pageSize.rawValue
        var zones: [Zone] = []
        let total = max(1, layout.managedBytes.values.reduce(0, +))
        var done = 0
        for node in layout.nodes {
            guard let hostNode = nodes[node.id] else { continue }
            for zone in node.zones {
                guard let first = zone.managedRanges.first?.lowerBound, let end = zone.managedRanges.last?.upperBound,
                    !interrupt.isRaised
                else { continue }
                let low = first.roundedDown(toMultipleOf: layout.pageblockOrder.pageCount)
                let (bytes, overflow) = (low..<end).pageCount.rawValue.multipliedReportingOverflow(by: pageSize)
                guard !overflow else { throw .badSize(Int.max) }
                let memory = try ReservedMemory(byteCount: bytes, alignment: 2 << 20)
                let way = try host.way(to: hostNode)
                for range in zone.managedRanges {
                    let offset = low.distance(to: range.lowerBound) * pageSize
                    let part = offset..<offset + range.pageCount.rawValue * pageSize
                    try memory.bind(part, to: hostNode, of: host)
                    memory.preferHugePages(in: part)
                    for start in stride(from: part.lowerBound, to: part.upperBound, by: Self.chunk)
                    where !interrupt.isRaised {
                        let piece = start..<min(start + Self.chunk, part.upperBound)
                        try memory.populate(piece, way: way)
                        done += piece.count
                        progress(Double(done) / Double(total))
                    }
                }
                zones.append(
                    Zone(
                        name: ZoneName(node: node.id, zone: zone.type), window: low..<end, ranges: zone.managedRanges,
                        memory: memory, hostNode: hostNode, way: way))
            }
        }
        self.zones = zones
        wasInterrupted = interrupt.isRaised
    }

    func directMap(of machine: Machine) -> DirectMap {
        let parts = zones.map {
            DirectMap.Part(zone: $0.name, frames: $0.window, address: $0.memory.address)
        }
        return DirectMap(machine, parts, owner: self)
    }

    /// Where sampled frames of each range are.
    func placements(samples: Int = 64) throws(HostError) -> [Placement] {
        var placements: [Placement] = []
        for zone in zones {
            for range in zone.ranges {
                let offset = zone.window.lowerBound.distance(to: range.lowerBound) * pageSize
                placements.append(
                    try Placement(
                        of: zone.memory.address + offset, byteCount: range.pageCount.rawValue * pageSize,
                        expected: zone.hostNode, samples: samples))
            }
        }
        return placements
    }

    /// How much of it is in huge pages, in bytes; nil if the kernel won't say.
    func hugePageBytes() throws(HostError) -> Int? {
        var sum = 0
        for zone in zones {
            guard let bytes = try HugePages.bytes(in: zone.memory.address, byteCount: zone.memory.byteCount) else {
                return nil
            }
            sum += bytes
        }
        return sum
    }
}

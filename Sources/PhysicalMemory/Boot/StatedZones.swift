/// Where zones lie, for a machine whose description says so: borders that somebody read off a kernel are never
/// computed anew.
struct StatedZones {
    /// A zone with the frames that exist in it.
    struct Zone {
        let name: ZoneName
        let extent: MachineSpec.ZoneExtent
        var presentRanges: [Range<PFN>] = []

        var span: Range<PFN> { extent.startPFN..<extent.startPFN.advanced(by: extent.spannedPages.rawValue) }
    }

    private(set) var zones: [Zone]

    /// The zones of `inputs` that have an extent; `nil` if none has.
    ///
    /// Complexity: O(*n*²) for *n* zones, of which a node has at most six.
    init?(_ inputs: [MachineSpec.ZoneInput]) {
        zones = inputs.compactMap { input in
            input.extent.map { Zone(name: ZoneName(node: input.node, zone: input.zone), extent: $0) }
        }
        guard !zones.isEmpty else { return nil }
        zones.sort {
            ($0.span.lowerBound, $0.name.node, $0.name.zone) < ($1.span.lowerBound, $1.name.node, $1.name.zone)
        }
        placeFrames()
    }

    /// Which frames exist: the first and the last of each span surely, as a span ends with frames that are there. Where
    /// the others are nobody says; they are taken from the bottom, and no frame goes to two zones, though spans overlap.
    private mutating func placeFrames() {
        var taken: [Range<PFN>] = []
        for index in zones.indices where zones[index].extent.presentPages > 0 {
            let end = zones[index].span.upperBound
            let last = end.advanced(by: -1)..<end
            // Of two zones that end alike, only one can have it.
            guard !taken.contains(last) else { continue }
            zones[index].presentRanges = [last]
            taken.append(last)
        }
        for index in zones.indices {
            let placed = zones[index].presentRanges.count
            var missing = zones[index].extent.presentPages.rawValue - placed
            guard missing > 0 else { continue }
            var found: [Range<PFN>] = []
            for free in Self.rest(of: zones[index].span, without: taken) where missing > 0 {
                let count = min(missing, free.pageCount.rawValue)
                found.append(free.lowerBound..<free.lowerBound.advanced(by: count))
                missing -= count
            }
            taken += found
            zones[index].presentRanges = Self.joined(found + zones[index].presentRanges)
        }
    }

    private static func joined(_ ranges: [Range<PFN>]) -> [Range<PFN>] {
        var result: [Range<PFN>] = []
        for range in ranges {
            if let last = result.last, last.upperBound == range.lowerBound {
                result[result.count - 1] = last.lowerBound..<range.upperBound
            } else {
                result.append(range)
            }
        }
        return result
    }

    private static func rest(of span: Range<PFN>, without taken: [Range<PFN>]) -> [Range<PFN>] {
        var rest: [Range<PFN>] = []
        var start = span.lowerBound
        for part in taken.filter({ $0.overlaps(span) }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if start < part.lowerBound { rest.append(start..<part.lowerBound) }
            start = max(start, part.upperBound)
        }
        if start < span.upperBound { rest.append(start..<span.upperBound) }
        return rest
    }
}

extension MachineLayout {
    /// Puts the zones where `spec` says that they are. Nodes that it says nothing of keep theirs.
    mutating func place(_ stated: StatedZones) {
        for node in nodes.indices {
            let here = stated.zones.filter { $0.name.node == nodes[node].id }
            guard !here.isEmpty else { continue }
            for index in nodes[node].zones.indices {
                let type = nodes[node].zones[index].type
                var zone = ZoneLayout(type: type)
                if let found = here.first(where: { $0.name.zone == type }) {
                    zone.startPFN = found.extent.startPFN
                    zone.spannedPages = found.extent.spannedPages
                    zone.presentRanges = found.presentRanges
                    zone.presentPages = found.presentRanges.reduce(0) { $0 + $1.pageCount }
                }
                nodes[node].zones[index] = zone
            }
            for zone in here where !zoneTypes.contains(zone.name.zone) {
                notes.append("\(zone.name): this machine's configuration has no such zone; passed over")
            }
            let spans = nodes[node].zones.filter { $0.spannedPages > 0 }
            nodes[node].startPFN = spans.map(\.startPFN).min() ?? PFN(0)
            nodes[node].spannedPages = spans.reduce(0) { $0 + $1.spannedPages }
            nodes[node].presentPages = spans.reduce(0) { $0 + $1.presentPages }
        }
        setRanges(of: stated)
    }

    /// What a type covers follows from its zones where one of them lies outside what was computed.
    private mutating func setRanges(of stated: StatedZones) {
        let isAsComputed = stated.zones.allSatisfy { zone in
            zone.name.zone == .movable
                || zoneRanges.contains { $0.zone == zone.name.zone && $0.frames.clamped(to: zone.span) == zone.span }
        }
        if !isAsComputed {
            zoneRanges = zoneTypes.compactMap { type in
                let spans = stated.zones.filter { $0.name.zone == type }.map(\.span)
                guard let start = spans.map(\.lowerBound).min(), let end = spans.map(\.upperBound).max() else {
                    return nil
                }
                return ZoneRange(zone: type, frames: start..<end)
            }
        }
        movableStart = stated.zones.filter { $0.name.zone == .movable }.map {
            MovableStart(node: $0.name.node, start: $0.span.lowerBound)
        }.sorted { $0.node < $1.node }
    }
}

/// What a node's zones span and which of those frames exist.
///
/// *Kernel counterpart:* `calculate_node_totalpages`, `zone_spanned_pages_in_node`, `zone_absent_pages_in_node`.
struct ZoneExtents {
    let limits: ZoneLimits
    let movable: MovableBorders

    /// The zones, one for each configured type, of a node with these usable frames (ascending, disjoint).
    func zones(of node: NodeID, regions: [MovableBorders.Region]) -> [ZoneLayout] {
        guard let first = regions.first?.frames.lowerBound, let last = regions.last?.frames.upperBound else {
            return limits.types.map { ZoneLayout(type: $0) }
        }
        return limits.types.indices.map { index in
            let span = span(of: index, node: node, first: first, last: last)
            guard !span.isEmpty else { return ZoneLayout(type: limits.types[index]) }
            return zone(limits.types[index], span, node: node, regions)
        }
    }

    /// The frames between the zone's ends, from the limits of its type, the node's own, and Movable's start.
    private func span(of index: Int, node: NodeID, first: UInt64, last: UInt64) -> Range<UInt64> {
        let limit = limits.ranges[index]
        var low = limit.lowerBound.rawValue
        var high = limit.upperBound.rawValue
        if let border = movable.start[node]?.rawValue, let source = limits.movableSource {
            if limits.types[index] == .movable {
                low = border
                high = min(last, limits.ranges[source].upperBound.rawValue)
            } else if !movable.isMirrored, low < border, high > border {
                high = border
            } else if max(low, first) >= border {
                high = low
            }
        }
        low = max(low, first)
        high = min(high, last)
        return low..<max(low, high)
    }

    private func zone(
        _ type: ZoneType, _ span: Range<UInt64>, node: NodeID, _ regions: [MovableBorders.Region]
    ) -> ZoneLayout {
        // Unmirrored memory from here on is Movable's alone.
        let border = movable.isMirrored ? movable.start[node]?.rawValue : nil
        var present: [Range<PFN>] = []
        var count = 0
        for region in regions {
            if let border {
                if type == .movable, region.isMirrored { continue }
                // The kernel asks this of Normal only; on a HighMem machine it would count such frames twice.
                if type != .movable, !region.isMirrored, region.frames.upperBound > border { continue }
            }
            let part = region.frames.clamped(to: span)
            guard !part.isEmpty else { continue }
            count += part.count
            if let last = present.last, last.upperBound.rawValue == part.lowerBound {
                present[present.count - 1] = last.lowerBound..<PFN(part.upperBound)
            } else {
                present.append(PFN(part.lowerBound)..<PFN(part.upperBound))
            }
        }
        return ZoneLayout(
            type: type, startPFN: PFN(span.lowerBound), spannedPages: PageCount(span.count),
            presentPages: PageCount(count), presentRanges: present)
    }
}

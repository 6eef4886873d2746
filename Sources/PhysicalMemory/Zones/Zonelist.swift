/// One place of a zonelist. *Kernel counterpart:* `struct zoneref`.
struct ZoneReference {
    let zone: Stable<Zone>
    /// The zone's number, node number and zone index, so that a look at the list needs no look at the zone.
    let number: Int32
    let node: Int32
    let index: Int32
}

/// The zones that a node's requests try, in order.
///
/// *Kernel counterpart:* `struct zonelist`.
struct Zonelist {
    let references: StableArray<ZoneReference>
    /// For each zone index, the first place whose zone is not above it; ``count`` if there is none.
    /// *Kernel counterpart:* what `first_zones_zonelist` finds.
    let firstPlaces: InlineArray<6, Int32>

    var count: Int { references.count }

    init(_ zones: [ZoneReference]) {
        references = StableArray(count: zones.count) { zones[$0] }
        firstPlaces = InlineArray { highest in
            Int32(zones.firstIndex { $0.index <= Int32(highest) } ?? zones.count)
        }
    }

    /// The first place from `start` on whose zone is not above `highest` and whose node is allowed.
    /// *Kernel counterpart:* `next_zones_zonelist`.
    @inline(__always) func place(from start: Int, highest: Int, allowed: NodeMask?) -> Int {
        var place = start
        while place < count {
            let reference = references[place]
            if reference.index <= Int32(highest), allowed.map({ $0.contains(NodeID(Int(reference.node))) }) ?? true {
                break
            }
            place += 1
        }
        return place
    }

    func release() { references.release() }
}

/// A node's zonelists. *Kernel counterpart:* `node_zonelists[]`.
struct NodeZonelists {
    let fallback: Zonelist
    let thisNode: Zonelist
}

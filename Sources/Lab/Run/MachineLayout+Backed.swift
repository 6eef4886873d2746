import PhysicalMemory

extension MachineLayout {
    /// The layout of a machine of which only some memory is given to the allocator, all else being reserved.
    ///
    /// Each populated zone of a node gives its part of the node's `pages`, in proportion to its present frames, but at
    /// least 16 MiB or all that it has. Watermarks and the like follow from what is managed then. A node that is not
    /// in `pages` gives nothing.
    public func backed(_ pages: [NodeID: PageCount]) -> MachineLayout {
        var layout = self
        for node in layout.nodes.indices {
            let quota = pages[layout.nodes[node].id] ?? 0
            let present = layout.nodes[node].zones.reduce(0) { $0 + $1.presentPages.rawValue }
            for index in layout.nodes[node].zones.indices {
                var zone = layout.nodes[node].zones[index]
                zone.managedPages =
                    quota > 0 ? PageCount(share(of: zone, quota: quota.rawValue, present: present)) : 0
                zone.managedRanges = chosenRanges(of: zone)
                layout.nodes[node].zones[index] = zone
            }
        }
        layout.managedIsKnown = true
        return layout.retuned()
    }

    /// The bytes given to the allocator, by node.
    var managedBytes: [NodeID: Int] {
        nodes.reduce(into: [:]) { sum, node in
            sum[node.id] = node.zones.reduce(0) { $0 + $1.managedPages.rawValue } * pageSize.rawValue
        }
    }

    private func share(of zone: ZoneLayout, quota: Int, present: Int) -> Int {
        let own = zone.presentPages.rawValue
        guard own > 0, present > 0 else { return 0 }
        let (high, low) = min(quota, present).multipliedFullWidth(by: own)
        let part = present.dividingFullWidth((high, low)).quotient
        let least = max(1, (16 << 20) / pageSize.rawValue)
        guard max(part, least) < own else { return own }
        // Whole blocks of the highest order, where that leaves enough.
        let block = maxOrder.pageCount.rawValue
        let rounded = part / block * block
        return rounded >= least ? rounded : max(part, least)
    }

    /// `managedPages` of the zone's frames: the highest ones, whole blocks of the highest order first.
    private func chosenRanges(of zone: ZoneLayout) -> [Range<PFN>] {
        if zone.managedPages == zone.presentPages { return zone.presentRanges }
        let block = maxOrder.pageCount
        var chosen: [Range<PFN>] = []
        var left: [Range<PFN>] = []
        var missing = zone.managedPages
        for range in zone.presentRanges.reversed() {
            let low = range.lowerBound.roundedUp(toMultipleOf: block)
            let high = range.upperBound.roundedDown(toMultipleOf: block)
            let blocks = low < high ? min(missing.rawValue, (low..<high).pageCount.rawValue) / block.rawValue : 0
            guard blocks > 0 else {
                left.append(range)
                continue
            }
            let start = high.advanced(by: -blocks * block.rawValue)
            chosen.append(start..<high)
            missing = missing - (start..<high).pageCount
            left += [high..<range.upperBound, range.lowerBound..<start].filter { !$0.isEmpty }
        }
        for range in left where missing > 0 {
            let taken = min(missing, range.pageCount)
            chosen.append(range.upperBound.advanced(by: -taken.rawValue)..<range.upperBound)
            missing = missing - taken
        }
        return Self.joined(chosen)
    }

    /// The same frames in as few ranges as there can be, ascending.
    private static func joined(_ ranges: [Range<PFN>]) -> [Range<PFN>] {
        var result: [Range<PFN>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = result.last, last.upperBound == range.lowerBound {
                result[result.count - 1] = last.lowerBound..<range.upperBound
            } else {
                result.append(range)
            }
        }
        return result
    }
}

/// A zone of a running machine: every field of the kernel's `struct zone`, with its value now. Zones without frames
/// are here too, with their values at rest.
///
/// A view: reading a field asks the machine.
///
/// *Kernel counterpart:* `struct zone`.
public struct ZoneData: Sendable {
    /// The machine that it is part of.
    public let machine: Machine
    /// Its node and type.
    public let name: ZoneName
    /// The zone as boot laid it out.
    public let layout: ZoneLayout
    /// What the zone is like at this moment; `nil` without frames. Takes the zone's lock.
    public var status: ZoneStatus? { machine.status(of: name) }

    /// The zone's place among the machine's types. *Kernel counterpart:* `zone_idx()`.
    public var index: Int { machine.layout.zoneTypes.firstIndex(of: name.zone) ?? 0 }
    /// *Kernel counterpart:* `zone_start_pfn`.
    public var startPFN: PFN { layout.startPFN }
    /// Whether the zone spans frames. *Kernel counterpart:* `initialized`.
    public var isInitialized: Bool { layout.spannedPages > 0 }
    /// Free pages below which the counters' drift matters; 0: never. *Kernel counterpart:* `percpu_drift_mark`.
    public var driftMark: PageCount {
        PageCount(machine.zone(name.node, name.zone)?.value.tuning.driftMark.load() ?? layout.driftMark.rawValue)
    }
    /// How far compaction has come.
    public var compaction: ZoneCompactionStatus {
        guard let zone = machine.zone(name.node, name.zone) else { return ZoneCompactionStatus() }
        return ZoneCompactionStatus(zone.value.compaction)
    }
    /// Pageblocks that are isolated now. *Kernel counterpart:* `nr_isolate_pageblock`. Complexity: O(pageblocks).
    public var isolatedPageblocks: Int { pageblocks(of: .isolate) }
    /// Pages in contiguous memory areas. *Kernel counterpart:* `cma_pages`. Complexity: O(pageblocks).
    public var cmaPages: PageCount {
        PageCount(pageblocks(of: .cma) * machine.layout.pageblockOrder.pageCount.rawValue)
    }
    /// Pageblocks that the span touches. *Kernel counterpart:* what `pageblock_flags` has room for.
    public var pageblockCount: Int { blockRange.count }

    private var blockRange: Range<UInt64> {
        let order = UInt64(machine.layout.pageblockOrder.rawValue)
        guard layout.spannedPages > 0 else { return 0..<0 }
        return startPFN.rawValue >> order..<(startPFN.rawValue + UInt64(layout.spannedPages.rawValue) - 1) >> order + 1
    }

    private func pageblocks(of type: MigrateType) -> Int {
        guard let zone = machine.zone(name.node, name.zone) else { return 0 }
        let (frames, order) = (zone.value.frames, UInt64(machine.layout.pageblockOrder.rawValue))
        return blockRange.reduce(0) { count, block in
            let first = max(block << order, startPFN.rawValue)
            return count + (frames.migrateType(of: frames.offset(first)) == type.rawValue ? 1 : 0)
        }
    }

    /// Whether no pageblock of the span is in a hole or of another zone, so that a frame's page can be had without
    /// looking whether it is there. *Kernel counterpart:* `contiguous`. Complexity: O(ranges × zones).
    public var isContiguous: Bool {
        guard var end = layout.presentRanges.first?.upperBound else { return false }
        let section = PageCount(machine.layout.sectionPages)
        for range in layout.presentRanges.dropFirst() {
            // A hole's pages exist where its section has memory elsewhere.
            let hole = end..<range.lowerBound
            if end.roundedUp(toMultipleOf: section) < range.lowerBound.roundedDown(toMultipleOf: section) {
                return false
            }
            if machine.layout.hasFrames(in: hole, besides: name) { return false }
            end = range.upperBound
        }
        return true
    }
}

extension Machine {
    /// The zone of this name, frames or none; `nil` if the machine has no such node or no such zone type.
    public func zoneData(_ name: ZoneName) -> ZoneData? {
        layout(of: name).map { ZoneData(machine: self, name: name, layout: $0) }
    }
}

extension MachineLayout {
    /// Frames of a section of the memory model. *Kernel counterpart:* `PAGES_PER_SECTION`.
    var sectionPages: Int {
        max(1, (1 << SectionMap.sizeBits(architecture, pageSize: pageSize)) / pageSize.rawValue)
    }

    fileprivate func hasFrames(in range: Range<PFN>, besides name: ZoneName) -> Bool {
        nodes.contains { node in
            node.zones.contains { zone in
                ZoneName(node: node.id, zone: zone.type) != name
                    && zone.presentRanges.contains { $0.overlaps(range) }
            }
        }
    }
}

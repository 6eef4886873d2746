extension Zone {
    /// Gives the pageblock around `frame` another type, its free blocks moving to that type's lists; a larger free
    /// block that it is a part of is cut at its borders. Types that are isolated are not counted as free.
    ///
    /// The zone's lock is held; the pageblock lies within the zone. *Kernel counterpart:*
    /// `move_freepages_block_isolate`.
    borrowing func retypePageblock(around frame: FrameOffset, to type: UInt8, cpu: Int, _ areas: inout FreeAreas) {
        let start = frame & ~(FrameOffset(1) << FrameOffset(pageblockOrder) - 1)
        let old = frames.migrateType(of: start)
        guard let block = freeBlock(around: start), block.order >= pageblockOrder else {
            movePageblock(of: start, from: old, to: type, cpu: cpu, &areas)
            return
        }
        // Put back piece by piece, so that each merges with what it now may.
        let owner = frames.migrateType(of: block.frame)
        areas.remove(block.frame, block.order, owner, self)
        account(-(1 << block.order), owner, cpu: cpu)
        frames.setMigrateType(of: start, to: type)
        putWhole(block.frame, block.order, toTail: true, cpu: cpu, &areas)
    }
}

extension Machine {
    /// Takes a pageblock out of use: its free frames leave the lists that requests are served from and are no longer
    /// counted as free; frames of it that are freed from now on join them at once, past the per-CPU lists.
    ///
    /// Blocks of it that wait in per-CPU lists stay there until these are drained. What its holders hold is theirs.
    /// Takes the zone's lock. *Kernel counterpart:* `set_migratetype_isolate`, without its search for pages that
    /// cannot be moved.
    public func isolatePageblock(of pfn: PFN, on worker: CPUID) throws(IsolationFailure) {
        try retype(pfn, on: worker) { (old) throws(IsolationFailure) in
            if old == .isolate { throw .alreadyIsolated(pfn) }
            return .isolate
        }
    }

    /// Gives an isolated pageblock back to use, as `type`, which must be one that requests have, or CMA.
    ///
    /// *Kernel counterpart:* `unset_migratetype_isolate`.
    public func releasePageblock(
        of pfn: PFN, as type: MigrateType = .movable, on worker: CPUID
    ) throws(IsolationFailure) {
        try retype(pfn, on: worker) { (old) throws(IsolationFailure) in
            if old != .isolate || type == .isolate || type == .highatomic { throw .notIsolated(pfn) }
            return type
        }
    }

    private func retype(
        _ pfn: PFN, on worker: CPUID, _ next: (MigrateType?) throws(IsolationFailure) -> MigrateType
    ) throws(IsolationFailure) {
        guard let state = self.cpu(worker), let zone = zone(managing: pfn) else { throw .notManaged(pfn) }
        let cpu = state.value.index
        let frame = zone.value.frames.offset(pfn.rawValue)
        let held = zone.value.acquireAreas(cpu: cpu)
        while zone.value.frames[frame].flags.load() & PageFlags.initialized == 0 && !held.value.deferred.isEmpty {
            held.value.initializeMore(zone.value)
        }
        guard zone.value.containsPageblock(of: frame) else { throw .crossesZone(pfn) }
        let type = try next(MigrateType(rawValue: zone.value.frames.migrateType(of: frame)))
        zone.value.retypePageblock(around: frame, to: type.rawValue, cpu: cpu, &held.value)
    }

    /// The zone that was given `pfn` at boot, initialised or not.
    private func zone(managing pfn: PFN) -> Stable<Zone>? {
        if let zone = zone(of: pfn) { return zone }
        for node in layout.nodes {
            for part in node.zones where part.managedRanges.contains(where: { $0.contains(pfn) }) {
                return zone(node.id, part.type)
            }
        }
        return nil
    }
}

/// Why a pageblock keeps its type.
public enum IsolationFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// No frame of the allocator, or no such CPU.
    case notManaged(PFN)
    /// The pageblock reaches beyond the zone.
    case crossesZone(PFN)
    /// The pageblock is isolated already.
    case alreadyIsolated(PFN)
    /// The pageblock is not isolated.
    case notIsolated(PFN)

    /// What is wrong, in words for people.
    public var description: String {
        switch self {
        case .notManaged(let pfn): "pfn \(pfn) is no frame of the allocator"
        case .crossesZone(let pfn): "the pageblock of pfn \(pfn) reaches beyond its zone"
        case .alreadyIsolated(let pfn): "the pageblock of pfn \(pfn) is isolated already"
        case .notIsolated(let pfn): "the pageblock of pfn \(pfn) is not isolated, or the type is none to return to"
        }
    }
}

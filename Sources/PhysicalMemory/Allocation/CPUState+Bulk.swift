extension CPUState {
    /// Takes up to `wanted` single frames from the lists of the first zone that can spare them all.
    ///
    /// *Kernel counterpart:* `alloc_pages_bulk_noprof`. Complexity: O(wanted).
    @inline(__always)
    borrowing func allocateBulk(_ wanted: Int, _ gfp: GFP, _ body: (UInt64) -> Void) -> Int {
        guard wanted > 0 else { return 0 }
        let context = AllocationContext(gfp, node: Int(node), allowed: nil, cpu: self)
        guard context.preferred < context.zonelist.count else { return 0 }
        let preferred = context.zonelist.references[context.preferred]
        let flags = bulkFlags(context.migrateType)
        guard let reference = bulkZone(wanted, flags, context, preferred),
            let held = pagesets[Int(reference.number)].value.lists.tryAcquire(by: user)
        else { return 0 }
        let list = PerCPULists.listNumber(0, context.migrateType)
        let frames = reference.zone.value.frames
        var taken = 0
        while taken < wanted {
            if held.value.isEmpty(list),
                !held.value.refill(list, 0, context.migrateType, flags, cpu: index, reference.zone.value)
            {
                break
            }
            let run = Swift.min(wanted - taken, held.value.length(of: list))
            held.value.popRun(run, from: list) { body(handOut($0, 0, gfp, frames)) }
            taken += run
        }
        count(taken, from: reference, preferred: preferred)
        return taken
    }

    /// Frees single frames. Returns the place of the first that was refused, and why; the others are freed all the same.
    ///
    /// One hold of a list's lock serves all that follow each other in one zone and have nothing special about them.
    /// *Kernel counterpart:* `free_unref_folios`. Complexity: O(frames) but for drains.
    @inline(__always)
    borrowing func freeBulk(_ frames: Span<PFN>) -> (place: Int, reason: BadPage.Reason)? {
        var refused: (place: Int, reason: BadPage.Reason)?
        var place = 0
        while place < frames.count {
            let done = freeRun(frames, from: place)
            place += done
            guard done == 0 else { continue }
            if let reason = freeAtLength(frames[place].rawValue, 0), refused == nil { refused = (place, reason) }
            place += 1
        }
        return refused
    }

    /// Frees plain frames of one zone and migrate type, from `first` on. Returns how many; 0 if the first is not plain or
    /// its list taken.
    @inline(__always)
    private borrowing func freeRun(_ pfns: Span<PFN>, from first: Int) -> Int {
        guard map.contains(pfns[first].rawValue) else { return 0 }
        let zoneNumber = PageFlags.zone(map[pfns[first].rawValue].flags.load())
        let type = map.migrateType(of: pfns[first].rawValue)
        guard MigrateType.isMergeable(type), let held = pagesets[zoneNumber].value.lists.tryAcquire(by: user) else {
            return 0
        }
        let zone = pagesets[zoneNumber].value.zone
        let frames = zone.value.frames
        let list = PerCPULists.listNumber(0, type)
        var place = first
        while place < pfns.count {
            let most = held.value.plainRoom(in: list, zoneFlags: zone.value.flags.load())
            let rest = pfns.count - place
            let done = held.value.pushRun(atMost: Swift.min(most, rest), to: list, frames) {
                plainFrame(pfns[place &+ $0].rawValue, zoneNumber, type, frames)
            }
            place += done
            if done == rest || done < most { break }
            let frame = plainFrame(pfns[place].rawValue, zoneNumber, type, frames)
            if frame == .none { break }
            commitAtLength(frame, 0, type, zone, &held.value)
            place += 1
        }
        return place - first
    }

    /// The frame, if it is allocated as a single one, of this zone and type and nothing special;
    /// ``FrameOffset/none`` otherwise.
    @inline(__always)
    private borrowing func plainFrame(
        _ pfn: UInt64, _ zoneNumber: Int, _ type: UInt8, _ frames: NodeFrames
    ) -> FrameOffset {
        guard map.contains(pfn), map[pfn].claim == Page.allocated(order: 0),
            PageFlags.isPlain(map[pfn].flags.load(), zone: zoneNumber), map.migrateType(of: pfn) == type
        else { return .none }
        return frames.offset(pfn)
    }

    /// The low watermark, without a care for fragmentation and without waking kswapd.
    borrowing func bulkFlags(_ type: UInt8) -> AllocationFlags {
        rules.hasCMA && type == MigrateType.movable.rawValue ? [.low, .cma] : .low
    }

    /// The first zone of the preferred node that has `wanted` pages above its watermark, and above what is reserved
    /// from requests for the preferred zone.
    borrowing func bulkZone(
        _ wanted: Int, _ flags: AllocationFlags, _ context: AllocationContext, _ preferred: ZoneReference
    ) -> ZoneReference? {
        var place = context.preferred
        while place < context.zonelist.count {
            let reference = context.zonelist.references[place]
            // Another node is left to the ordinary way, one page at a time.
            if reference.node != preferred.node { return nil }
            if reference.zone.value.admits(
                0, reference.zone.value.watermark(flags) + wanted, highest: Int(preferred.index), flags)
            {
                return reference
            }
            place = context.zonelist.place(from: place + 1, highest: context.highest, allowed: context.allowed)
        }
        return nil
    }
}

extension CPUState {
    /// Takes up to `wanted` single frames from the lists of the first zone that can spare them all.
    ///
    /// *Kernel counterpart:* `alloc_pages_bulk_noprof`. Complexity: O(wanted).
    borrowing func allocateBulk(_ wanted: Int, _ gfp: GFP, _ body: (UInt64) -> Void) -> Int {
        guard wanted > 0 else { return 0 }
        let context = AllocationContext(gfp, node: Int(node), allowed: nil, cpu: self)
        guard context.preferred < context.zonelist.count else { return 0 }
        let preferred = context.zonelist.references[context.preferred]
        let flags = bulkFlags(context.migrateType)
        guard let reference = bulkZone(wanted, flags, context, preferred),
            let held = pagesets[Int(reference.number)].value.lists.tryAcquire(by: user)
        else { return 0 }
        var taken = 0
        while taken < wanted {
            let frame = takeFromLists(&held.value, reference.zone, 0, context.migrateType, flags)
            if frame == .none { break }
            body(handOut(frame, 0, gfp, reference.zone.value.frames))
            taken += 1
        }
        count(taken, from: reference, preferred: preferred)
        return taken
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

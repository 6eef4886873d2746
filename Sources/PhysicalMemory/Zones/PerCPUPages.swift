/// One CPU's lists of one zone, with their lock, and what the CPU counts of the zone.
///
/// *Kernel counterpart:* `zone->per_cpu_pageset` and `per_cpu_zonestats` of one CPU.
struct PerCPUPages: ~Copyable {
    let zone: Stable<Zone>
    let numa = NUMAEvents()
    let lists: Guarded<PerCPULists, PerCPULock>

    init(
        zone: Stable<Zone>, tuning: ZoneLayout.PerCPUTuning, batchScaleMax: Int, freesHighOrderInBatches: Bool,
        recorder: Stable<LockRecorder>?
    ) {
        self.zone = zone
        var lists = PerCPULists(tuning, batchScaleMax: batchScaleMax)
        lists.freesHighOrderInBatches = freesHighOrderInBatches
        self.lists = Guarded(lists, lock: PerCPULock(recorder))
    }

    borrowing func release() { lists.lock.recorder?.release() }
}

/// Where one CPU's pages of one zone came from, from the requester's view. Written by that CPU alone.
///
/// Each allocation is one event: from the preferred node or not, on the CPU's own node or not.
/// *Kernel counterpart:* `vm_numa_event[]`.
struct NUMAEvents: ~Copyable {
    let hitLocal = SharedInt()
    let hitOther = SharedInt()
    let missLocal = SharedInt()
    let missOther = SharedInt()
    /// Pages that were meant for this zone's node and came from another.
    let foreign = SharedInt()
    /// Pages placed here by an interleaving policy as it meant to.
    let interleaveHit = SharedInt()
}

extension PerCPULists {
    /// Fills an empty list from the zone: blocks taken one by one, each put to the tail. Returns whether there is any.
    ///
    /// A larger block that is used up at once is not split for it.
    /// *Kernel counterpart:* `rmqueue_bulk`. Takes the zone's lock; this list's is held.
    @inline(never)
    mutating func refill(
        _ list: Int, _ order: UInt32, _ type: UInt8, _ flags: AllocationFlags, cpu: Int,
        _ zone: borrowing Zone
    ) -> Bool {
        let belowHigh = zone.flags.load() & ZoneFlags.belowHigh != 0
        let wanted = refillCount(order, zoneIsBelowHigh: belowHigh)
        refills.addAsOnlyWriter(1)
        let held = zone.acquireAreas(cpu: cpu)
        if zone.isObserved(by: cpu) { return refillObserved(list, order, type, flags, wanted, cpu: cpu, zone, held) }
        var mode = TakeMode.normal
        var taken = 0
        while taken < wanted {
            if mode == .normal && zone.freeCMA.load() == 0 {
                let most = wanted - taken
                let (first, blocks) = zone.takeWhole(Int(order), type, atMost: most, cpu: cpu, &held.value)
                if blocks > 0 {
                    for place in 0..<FrameOffset(blocks) { append(first &+ place &<< order, list, zone.frames) }
                    taken += blocks
                    continue
                }
            }
            let frame = zone.take(Int(order), type, flags, &mode, cpu: cpu, &held.value)
            if frame == .none { break }
            append(frame, list, zone.frames)
            taken += 1
        }
        tally.add(taken << Int(order))
        return taken > 0
    }

    /// ``refill(_:_:_:_:cpu:_:)`` for somebody who wants to know where each block came from.
    @inline(never)
    private mutating func refillObserved(
        _ list: Int, _ order: UInt32, _ type: UInt8, _ flags: AllocationFlags, _ wanted: Int, cpu: Int,
        _ zone: borrowing Zone, _ held: borrowing Held<FreeAreas, ZoneLock>
    ) -> Bool {
        var sources: [Int] = []
        var mode = TakeMode.normal
        var taken = 0
        while taken < wanted {
            zone.noteSource(Int(order), type, &sources)
            let frame = zone.take(Int(order), type, flags, &mode, cpu: cpu, &held.value)
            if frame == .none { break }
            append(frame, list, zone.frames)
            taken += 1
        }
        tally.add(taken << Int(order))
        noteRefill(wanted: wanted, taken: taken, sources, zone)
        return taken > 0
    }

    /// How far ahead a drain asks for pages: they may have been in no cache for long, or in another CPU's.
    private static var prefetchedBlocks: Int { 8 }

    /// Gives some `pages` back to the zone: goes round the lists from number `first`, each from its tail until it is
    /// empty or enough is given back.
    ///
    /// *Kernel counterpart:* `free_pcppages_bulk`. Takes the zone's lock; this list's is held.
    @inline(never)
    mutating func drain(
        _ pages: Int, first: Int, cpu: Int, _ zone: borrowing Zone, _ note: ((FrameOffset) -> Void)? = nil
    ) {
        var rest = Swift.min(pages, count)
        guard rest > 0 else { return }
        drains.addAsOnlyWriter(1)
        if !isEmpty(first) {
            for place in 0..<Self.prefetchedBlocks { prefetchLast(place, of: first, zone.frames) }
        }
        let held = zone.acquireAreas(cpu: cpu)
        var number = first
        while rest > 0 {
            let order = number < 12 ? number / 3 : zone.hugePageOrder
            let blocks = Swift.min(length(of: number), (rest - 1) >> order + 1)
            for place in 0..<blocks {
                prefetchLast(place &+ Self.prefetchedBlocks, of: number, zone.frames)
                let frame = last(place, of: number)
                note?(frame)
                zone.put(frame, order, zone.frames.migrateType(of: frame), cpu: cpu, &held.value)
            }
            dropLast(blocks, of: number, order)
            rest -= blocks << order
            number = number == Self.listCount - 1 ? 0 : number + 1
        }
    }
}

extension CPUState {
    /// ``allocate(_:_:)`` in full: any preferred node, any set of nodes, then the slow path.
    @inline(never)
    borrowing func allocateAtLength(
        _ order: UInt32, _ gfp: GFP, node: Int? = nil, allowed: NodeMask? = nil
    ) -> UInt64 {
        slowRequests.addAsOnlyWriter(1)
        guard order <= rules.maxOrder else { return Self.noFrame }
        var context = AllocationContext(gfp, node: node ?? Int(self.node), allowed: allowed, cpu: self)
        noteRequest(order, gfp, context)
        guard context.preferred < context.zonelist.count else { return Self.noFrame }
        let flags = fastFlags(gfp, preferred: context.zonelist.references[context.preferred])
        let pfn = attempt(order, gfp, flags, context)
        return pfn != Self.noFrame ? pfn : allocateSlowly(order, gfp, &context)
    }

    /// One attempt: the zones of the list in turn, each against its watermark.
    ///
    /// *Kernel counterpart:* `get_page_from_freelist`.
    borrowing func attempt(
        _ order: UInt32, _ gfp: GFP, _ flags: AllocationFlags, _ context: AllocationContext
    ) -> UInt64 {
        noteAttempt(flags)
        var walk = ZoneWalk(flags, context)
        while let place = walk.next(order, context, cpu: self) {
            let reference = context.zonelist.references[place]
            let frame = takeFrom(
                reference, preferred: context.zonelist.references[context.preferred], order, context.migrateType,
                walk.flags)
            guard frame != .none else { continue }
            let zone = reference.zone
            let pfn = handOut(frame, order, gfp, zone.value.frames)
            noteHandOut(pfn, order, reference, preferred: context.zonelist.references[context.preferred])
            if walk.flags.contains(.highatomic) { zone.value.reserveHighatomic(around: frame, Int(order), cpu: index) }
            return pfn
        }
        return Self.noFrame
    }

    /// Takes a block from one zone that was found good: through the CPU's lists, else straight from the free areas.
    ///
    /// Where the zone's watermark was boosted kswapd is woken, even if there is no block after all.
    /// *Kernel counterpart:* `rmqueue`.
    borrowing func takeFrom(
        _ reference: ZoneReference, preferred: ZoneReference, _ order: UInt32, _ type: UInt8, _ flags: AllocationFlags,
        usingLists: Bool = true
    ) -> FrameOffset {
        var frame = FrameOffset.none
        if usingLists && rules.isKeptPerCPU(order) { frame = takeFromLists(reference, order, type, flags) }
        if frame == .none { frame = takeFromAreas(reference.zone, order, type, flags) }
        if frame != .none { count(1, from: reference, preferred: preferred) }
        answerBoost(of: reference.zone, flags)
        return frame
    }

    /// Wakes kswapd if a watermark was boosted since somebody last did. *Kernel counterpart:* the end of `rmqueue`.
    @inline(__always) borrowing func answerBoost(of zone: Stable<Zone>, _ flags: AllocationFlags) {
        if flags.contains(.kswapd) && zone.value.flags.load() & ZoneFlags.boostedWatermark != 0 {
            zone.value.flags.clear(ZoneFlags.boostedWatermark)
            wakeKswapd(zone, order: 0, highest: zone.value.index)
        }
    }

    /// *Kernel counterpart:* `rmqueue_pcplist`.
    borrowing func takeFromLists(
        _ reference: ZoneReference, _ order: UInt32, _ type: UInt8, _ flags: AllocationFlags
    ) -> FrameOffset {
        guard let held = pagesets[Int(reference.number)].value.lists.tryAcquire(by: user) else {
            noteListBusy(order, type, reference)
            return .none
        }
        noteList(held.value, order, type, reference)
        held.value.tally.halveFrees()
        return takeFromLists(&held.value, reference.zone, order, type, flags)
    }

    /// *Kernel counterpart:* `__rmqueue_pcplist`.
    borrowing func takeFromLists(
        _ lists: inout PerCPULists, _ zone: Stable<Zone>, _ order: UInt32, _ type: UInt8, _ flags: AllocationFlags
    ) -> FrameOffset {
        let list = PerCPULists.listNumber(order, type)
        guard !lists.isEmpty(list) || lists.refill(list, order, type, flags, cpu: index, zone.value) else {
            return .none
        }
        return lists.pop(list, order)
    }

    /// *Kernel counterpart:* `rmqueue_buddy`.
    borrowing func takeFromAreas(
        _ zone: Stable<Zone>, _ order: UInt32, _ type: UInt8, _ flags: AllocationFlags
    ) -> FrameOffset {
        let highatomic = MigrateType.highatomic.rawValue
        let held = zone.value.acquireAreas(cpu: index)
        let isObserved = zone.value.isObserved(by: index)
        if flags.contains(.highatomic) {
            if isObserved { noteTake(zone.value, order, highatomic) }
            let frame = zone.value.takeSmallest(Int(order), highatomic, cpu: index, &held.value)
            if frame != .none { return frame }
        }
        if isObserved { noteTake(zone.value, order, type) }
        var mode = TakeMode.normal
        let frame = zone.value.take(Int(order), type, flags, &mode, cpu: index, &held.value)
        if frame == .none && !flags.isDisjoint(with: [.outOfMemory, .nonBlock]) {
            if isObserved { noteTake(zone.value, order, highatomic) }
            return zone.value.takeSmallest(Int(order), highatomic, cpu: index, &held.value)
        }
        return frame
    }

    /// Counts pages by where they came from and where they were wanted. *Kernel counterpart:* `zone_statistics`.
    borrowing func count(_ pages: Int, from reference: ZoneReference, preferred: ZoneReference) {
        let events = pagesets[Int(reference.number)]
        let isLocal = reference.node == node
        if reference.node == preferred.node {
            if isLocal {
                events.value.numa.hitLocal.addAsOnlyWriter(pages)
            } else {
                events.value.numa.hitOther.addAsOnlyWriter(pages)
            }
        } else {
            if isLocal {
                events.value.numa.missLocal.addAsOnlyWriter(pages)
            } else {
                events.value.numa.missOther.addAsOnlyWriter(pages)
            }
            pagesets[Int(preferred.number)].value.numa.foreign.addAsOnlyWriter(pages)
        }
    }
}

/// The way of one attempt along a zonelist: which zone is good enough next.
///
/// *Kernel counterpart:* the loop of `get_page_from_freelist`.
struct ZoneWalk {
    /// The flags as they are by now: moving on to another node or past the last zone gives up avoiding fragmentation.
    private(set) var flags: AllocationFlags
    private var place: Int

    init(_ flags: AllocationFlags, _ context: AllocationContext) {
        self.flags = flags
        place = context.preferred
    }

    /// The place of the next zone whose watermark allows the request; `nil` after the last.
    mutating func next(_ order: UInt32, _ context: AllocationContext, cpu: borrowing CPUState) -> Int? {
        while true {
            place = context.zonelist.place(from: place, highest: context.highest, allowed: context.allowed)
            guard place < context.zonelist.count else {
                guard flags.contains(.noFragment) else { return nil }
                cpu.note(.mixingAllowed(reason: .noZoneLeft))
                startOver(context)
                continue
            }
            let reference = context.zonelist.references[place]
            if flags.contains(.noFragment), cpu.rules.onlineNodes > 1,
                reference.node != context.zonelist.references[context.preferred].node
            {
                cpu.note(.mixingAllowed(reason: .remoteNodeNext))
                startOver(context)
                continue
            }
            let candidate = place
            place += 1
            if isGood(reference, order, context, cpu: cpu) { return candidate }
        }
    }

    private mutating func startOver(_ context: AllocationContext) {
        flags.remove(.noFragment)
        place = context.preferred
    }

    /// Whether a zone will do; if not, its node may be asked to reclaim memory of its own before the walk goes on.
    private func isGood(
        _ reference: ZoneReference, _ order: UInt32, _ context: AllocationContext, cpu: borrowing CPUState
    ) -> Bool {
        let wasBelowHigh = reference.zone.value.flags.load() & ZoneFlags.belowHigh != 0
        let verdict = verdict(reference.zone.value, order, context)
        if cpu.isObserved {
            cpu.noteVerdict(verdict, reference, order, flags, highest: context.highest, wasBelowHigh: wasBelowHigh)
        }
        if verdict == .belowWatermark && cpu.rules.nodeReclaimMode != 0 {
            cpu.reclaimNode(of: reference, preferred: context.zonelist.references[context.preferred])
        }
        return verdict.isGood
    }

    /// Below-high is noticed on the way: per-CPU lists then keep less. The zone stays marked until a free clears it.
    private func verdict(
        _ zone: borrowing Zone, _ order: UInt32, _ context: AllocationContext
    ) -> AllocationStep.Verdict {
        if zone.flags.load() & ZoneFlags.belowHigh == 0 {
            let high = zone.tuning.highWatermark.load() + zone.watermarkBoost.load()
            if zone.admits(Int(order), high, highest: context.highest, flags) { return .aboveHigh }
            zone.flags.set(ZoneFlags.belowHigh)
        }
        if zone.admits(Int(order), zone.watermark(flags), highest: context.highest, flags) { return .aboveWatermark }
        return flags.contains(.noWatermarks) ? .watermarksIgnored : .belowWatermark
    }
}

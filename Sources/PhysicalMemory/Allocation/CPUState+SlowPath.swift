/// What an allocation's slow path asked others to do. Written with atomic additions; read for reports.
///
/// Nothing reclaims or compacts yet: the model's memory is never given up by its holders, so these count the moments
/// at which the kernel would have tried.
struct SlowPathEvents: ~Copyable {
    let entries = SharedInt()
    let directReclaims = SharedInt()
    let directCompactions = SharedInt()
    let drains = SharedInt()
    let outOfMemory = SharedInt()
    let kswapdWakeups = SharedInt()
}

extension CPUState {
    /// The attempts that follow a failed first one, each with less consideration for others.
    ///
    /// *Kernel counterpart:* `__alloc_pages_slowpath`.
    @inline(never)
    borrowing func allocateSlowly(_ order: UInt32, _ gfp: GFP, _ context: inout AllocationContext) -> UInt64 {
        events.value.entries.add(1)
        var flags = slowFlags(gfp, order: order)
        context.preferred = context.zonelist.place(from: 0, highest: context.highest, allowed: context.allowed)
        if flags.contains(.kswapd) { wakeAllKswapds(order, context) }
        var pfn = attempt(order, gfp, flags, context)
        if pfn != Self.noFrame { return pfn }

        let canReclaim = gfp.contains(.directReclaim)
        let isCostly = order > PerCPULists.costlyOrder
        let useReserves = gfp.contains(.memAlloc) && !gfp.contains(.noMemAlloc)
        if canReclaim && order > 0 && !useReserves
            && (isCostly || context.migrateType != MigrateType.movable.rawValue)
        {
            events.value.directCompactions.add(1)
            if isCostly && gfp.contains(.noRetry) { return Self.noFrame }
        }
        if useReserves { flags = [.noWatermarks, flags.intersection([.kswapd, .cma])] }
        if useReserves || !flags.contains(.cpuset) {
            context.dropNodeMask()
            guard context.preferred < context.zonelist.count else { return Self.noFrame }
        }
        pfn = attempt(order, gfp, flags, context)
        if pfn != Self.noFrame || !canReclaim { return pfn }

        // Nothing can be reclaimed in the model; what lies in other CPUs' lists and in urgent requests' pageblocks can.
        events.value.directReclaims.add(1)
        pfn = attemptAfterDrain(order, gfp, flags, context, force: false)
        if pfn != Self.noFrame || gfp.contains(.noRetry) { return pfn }
        if isCostly && !gfp.contains(.retryMayFail) { return Self.noFrame }
        pfn = attemptAfterDrain(order, gfp, flags, context, force: true)
        if pfn != Self.noFrame || gfp.contains(.retryMayFail) && !gfp.contains(.noFail) { return pfn }

        pfn = attempt(order, gfp, [.highMark, .cpuset], context)
        if pfn != Self.noFrame { return pfn }
        events.value.outOfMemory.add(1)
        if gfp.contains(.noFail) {
            pfn = attempt(order, gfp, .minReserve, context)
            if pfn == Self.noFrame { pfn = attempt(order, gfp, .noWatermarks, context) }
        }
        return pfn
    }

    /// *Kernel counterpart:* the second half of `__alloc_pages_direct_reclaim`.
    private borrowing func attemptAfterDrain(
        _ order: UInt32, _ gfp: GFP, _ flags: AllocationFlags, _ context: AllocationContext, force: Bool
    ) -> UInt64 {
        for place in 0..<context.zonelist.count
        where context.zonelist.references[place].zone.value.unreserveHighatomic(
            as: context.migrateType, force: force, cpu: index)
        {
            break
        }
        events.value.drains.add(1)
        for place in 0..<context.zonelist.count {
            drainEveryCPU(context.zonelist.references[place].zone)
        }
        return attempt(order, gfp, flags, context)
    }

    /// Empties every CPU's lists of a zone. *Kernel counterpart:* `drain_all_pages` for one zone.
    borrowing func drainEveryCPU(_ zone: Stable<Zone>) {
        for other in 0..<allPagesets.count {
            drainAll(allPagesets[other][zone.value.number], zone)
        }
    }

    /// Empties one CPU's lists of a zone, in pieces. *Kernel counterpart:* `drain_pages_zone`.
    borrowing func drainAll(_ pageset: Stable<PerCPUPages>, _ zone: Stable<Zone>) {
        var rest: Int
        repeat {
            let held = pageset.value.lists.acquire()
            let piece = Swift.min(held.value.count, held.value.batch << rules.batchScaleMax)
            held.value.drain(piece, first: 0, cpu: index, zone.value)
            rest = held.value.count
        } while rest > 0
    }

    /// Notes that kswapd of each node on the way has work. *Kernel counterpart:* `wake_all_kswapds`.
    borrowing func wakeAllKswapds(_ order: UInt32, _ context: AllocationContext) {
        var last: Int32 = -1
        var place = context.preferred
        while place < context.zonelist.count {
            let reference = context.zonelist.references[place]
            if reference.node != last {
                wakeKswapd(reference.zone, order: order, highest: context.highest)
                last = reference.node
            }
            place = context.zonelist.place(from: place + 1, highest: context.highest, allowed: context.allowed)
        }
    }

    /// Notes that kswapd of the zone's node has work. *Kernel counterpart:* `wakeup_kswapd`.
    borrowing func wakeKswapd(_ zone: Stable<Zone>, order: UInt32, highest: Int) {
        events.value.kswapdWakeups.add(1)
        daemons[Int(zone.value.node.rawValue)].value.request(order: Int(order), highest: highest)
    }
}

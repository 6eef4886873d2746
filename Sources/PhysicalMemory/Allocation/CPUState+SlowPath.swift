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
    let nodeReclaims = SharedInt()
}

extension CPUState {
    /// The attempts that follow a failed first one, each with less consideration for others.
    ///
    /// Where the kernel would go on for ever, because `__GFP_NOFAIL` forbids to fail and somebody may yet free
    /// something, the model fails once nothing is left that it could do itself.
    /// *Kernel counterpart:* `__alloc_pages_slowpath`.
    @inline(never)
    borrowing func allocateSlowly(_ order: UInt32, _ gfp: GFP, _ context: inout AllocationContext) -> UInt64 {
        events.value.entries.add(1)
        var flags = slowFlags(gfp, order: order)
        let stages = SlowPathStages(order, gfp, context)
        note(
            .slowPath(
                .init(canReclaim: stages.canReclaim, canCompact: stages.canCompact, isCostly: stages.isCostly)))
        context.preferred = context.zonelist.place(from: 0, highest: context.highest, allowed: context.allowed)
        if flags.contains(.kswapd) { wakeAllKswapds(order, context) }
        var pfn = attempt(order, gfp, flags, context)
        if pfn != Self.noFrame { return pfn }

        if stages.compactsFirst {
            compact()
            if stages.isCostly && gfp.contains(.noRetry) { return insist(order, gfp, context) }
        }
        var fruitlessRounds = 0
        repeat {
            if flags.contains(.kswapd) { wakeAllKswapds(order, context) }
            if stages.usesReserves { flags = [.noWatermarks, flags.intersection([.kswapd, .cma])] }
            if stages.usesReserves || !flags.contains(.cpuset) { context.dropNodeMask() }
            pfn = attempt(order, gfp, flags, context)
            if pfn != Self.noFrame { return pfn }
            guard stages.canReclaim else {
                note(.cannotWait)
                return Self.noFrame
            }
            pfn = reclaim(order, gfp, flags, context)
            if pfn != Self.noFrame { return pfn }
            if order > 0 && stages.canCompact { compact() }
            if let reason = stages.reasonNotToRetry {
                note(.retry(.init(again: false, reason: reason)))
                return insist(order, gfp, context)
            }
            fruitlessRounds += 1
        } while isWorthRetrying(order, flags, context, fruitlessRounds)

        let verdict = stages.outOfMemoryVerdict(index: context.highest, normal: Int(rules.normalIndex))
        pfn = attempt(order, gfp, [.highMark, .cpuset], context)
        if pfn != Self.noFrame { return pfn }
        note(.outOfMemory(.init(verdict: verdict)))
        guard verdict == .kill else { return insist(order, gfp, context) }
        events.value.outOfMemory.add(1)
        guard gfp.contains(.noFail) else { return Self.noFrame }
        return insist(order, gfp, context, with: [.noWatermarks, .cpuset])
    }

    /// A last attempt with reserves, for requests that must not fail. *Kernel counterpart:* the end of
    /// `__alloc_pages_slowpath` and `__alloc_pages_may_oom` for `__GFP_NOFAIL`.
    private borrowing func insist(
        _ order: UInt32, _ gfp: GFP, _ context: AllocationContext, with flags: AllocationFlags = [.minReserve, .cpuset]
    ) -> UInt64 {
        guard gfp.contains(.noFail) else { return Self.noFrame }
        note(.noFail(.init(flagNames: flags.kernelNames)))
        return attempt(order, gfp, flags, context)
    }

    /// *Kernel counterpart:* `__alloc_pages_direct_compact`.
    private borrowing func compact() {
        events.value.directCompactions.add(1)
        note(.compaction(.init(progress: 0)))
    }

    /// Reclaims, which frees nothing yet; then gathers what lies in pageblocks kept for urgent requests and in CPUs'
    /// lists, and tries again if that was anything.
    ///
    /// The kernel gathers only after reclaim has freed something. Here that would leave free memory lying while the
    /// request fails. *Kernel counterpart:* `__alloc_pages_direct_reclaim`.
    private borrowing func reclaim(
        _ order: UInt32, _ gfp: GFP, _ flags: AllocationFlags, _ context: AllocationContext
    ) -> UInt64 {
        events.value.directReclaims.add(1)
        note(.reclaim(.init(progress: 0)))
        let unreserved = unreserveHighatomic(context, force: false)
        events.value.drains.add(1)
        var drained = 0
        for zone in 0..<pagesets.count { drained += drainEveryCPU(pagesets[zone].value.zone) }
        note(.drain(.init(pages: PageCount(drained))))
        return unreserved || drained > 0 ? attempt(order, gfp, flags, context) : Self.noFrame
    }

    /// Gives one pageblock that is kept for urgent requests back, from the first zone of the request that has one.
    private borrowing func unreserveHighatomic(_ context: AllocationContext, force: Bool) -> Bool {
        var place = context.zonelist.place(from: 0, highest: context.highest, allowed: context.allowed)
        while place < context.zonelist.count {
            let reference = context.zonelist.references[place]
            if reference.zone.value.unreserveHighatomic(as: context.migrateType, force: force, cpu: index) {
                note(.unreserveHighatomic(.init(forced: force, done: true)), at: reference)
                return true
            }
            place = context.zonelist.place(from: place + 1, highest: context.highest, allowed: context.allowed)
        }
        note(.unreserveHighatomic(.init(forced: force, done: false)))
        return false
    }

    /// Whether another round may succeed: the free counters, read exactly, say so, or else the last pageblock that was
    /// kept for urgent requests is given up. *Kernel counterpart:* `should_reclaim_retry`.
    private borrowing func isWorthRetrying(
        _ order: UInt32, _ flags: AllocationFlags, _ context: AllocationContext, _ fruitlessRounds: Int
    ) -> Bool {
        if fruitlessRounds <= SlowPathStages.greatestFruitlessRounds {
            var place = context.zonelist.place(from: 0, highest: context.highest, allowed: context.allowed)
            while place < context.zonelist.count {
                let reference = context.zonelist.references[place]
                let free = reference.zone.value.freePagesSnapshot()
                if reference.zone.value.meetsWatermark(
                    Int(order), reference.zone.value.watermark([]), highest: context.highest, flags, free: free)
                {
                    note(.retry(.init(again: true, reason: .memoryWillDo)), at: reference)
                    return true
                }
                place = context.zonelist.place(from: place + 1, highest: context.highest, allowed: context.allowed)
            }
        }
        let unreserved = unreserveHighatomic(context, force: true)
        note(.retry(.init(again: unreserved, reason: unreserved ? .unreserved : .nothingLeft)))
        return unreserved
    }

    /// Empties every CPU's lists of a zone. Returns the pages given back.
    /// *Kernel counterpart:* `drain_all_pages` for one zone.
    @discardableResult
    borrowing func drainEveryCPU(_ zone: Stable<Zone>) -> Int {
        var pages = 0
        for other in 0..<allPagesets.count {
            pages += drainAll(allPagesets[other][zone.value.number], zone)
        }
        return pages
    }

    /// Empties one CPU's lists of a zone, in pieces. Returns the pages given back.
    /// *Kernel counterpart:* `drain_pages_zone`.
    @discardableResult
    borrowing func drainAll(_ pageset: Stable<PerCPUPages>, _ zone: Stable<Zone>) -> Int {
        var rest: Int
        var pages = 0
        repeat {
            let held = pageset.value.lists.acquire(by: user)
            let piece = Swift.min(held.value.count, held.value.batch << rules.batchScaleMax)
            held.value.drain(piece, first: 0, cpu: index, zone.value)
            rest = held.value.count
            pages += piece
        } while rest > 0
        return pages
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
        if isObserved {
            observation.value.note(
                .wakeKswapd(.init(order: Order(Int(order)), highestZone: highest)), at: zone.value.zoneName)
        }
        daemons[Int(zone.value.node.rawValue)].value.request(order: Int(order), highest: highest)
    }
}

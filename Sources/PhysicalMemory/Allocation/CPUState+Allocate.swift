extension CPUState {
    /// A frame number that no allocation returns.
    @inline(__always) static var noFrame: UInt64 { .max }

    /// Allocates a block near the CPU. Returns its first frame, or ``noFrame``.
    ///
    /// The common case is handled here: a local zone that is well above its watermarks, a per-CPU list that has a
    /// block. Everything else takes the same decisions at length in ``allocateAtLength(_:_:node:allowed:)``.
    /// *Kernel counterpart:* `__alloc_pages`. Complexity: O(1) but for refills.
    @inline(__always) borrowing func allocate(_ order: UInt32, _ gfp: GFP) -> UInt64 {
        order == 0 ? allocatePlainly(0, gfp) : allocatePlainly(order, gfp)
    }

    // Single frames are served by code of their own: what the order decides is decided when it is compiled.
    @inline(__always) borrowing func allocatePlainly(_ order: UInt32, _ gfp: GFP) -> UInt64 {
        guard let local = local[Int(gfp.rawValue & 15)], rules.isKeptPerCPU(order),
            local.zone.value.isPlentiful(order, highest: local.highest),
            let held = local.pageset.value.lists.tryAcquireFast()
        else { return allocateAtLength(order, gfp) }
        let list = PerCPULists.listNumber(order, AllocationRules.migrateType(gfp))
        let pageset = local.pageset
        let frames = local.zone.value.frames
        guard !held.value.isEmpty(list) else { return refillAndAllocate(consume held, order, gfp) }
        let frame = held.value.allocate(list, order)
        pageset.value.numa.hitLocal.addAsOnlyWriter(1)
        return handOut(frame, order, gfp, frames)
    }

    /// The list was empty: it is filled from the zone, which has plenty. If the zone has nothing that this first,
    /// considerate attempt may take, the request starts again the long way.
    @inline(never)
    private borrowing func refillAndAllocate(
        _ held: consuming Held<PerCPULists, OwnersDoor>, _ order: UInt32, _ gfp: GFP
    ) -> UInt64 {
        let place = Int(localZonelist.firstPlaces[Int(rules.highestZone[Int(gfp.rawValue & 15)])])
        let preferred = localZonelist.references[place]
        let flags = fastFlags(gfp, preferred: preferred)
        let frame = takeFromLists(
            &held.value, preferred.zone, order, AllocationRules.migrateType(gfp), flags)
        if frame != .none { held.value.tally.halveFrees() }
        _ = consume held
        guard frame != .none else { return allocateAtLength(order, gfp) }
        answerBoost(of: preferred.zone, flags)
        pagesets[Int(preferred.number)].value.numa.hitLocal.addAsOnlyWriter(1)
        return handOut(frame, order, gfp, preferred.zone.value.frames)
    }

    /// Marks a block as its caller's. *Kernel counterpart:* `prep_new_page`.
    @inline(__always)
    borrowing func handOut(_ frame: FrameOffset, _ order: UInt32, _ gfp: GFP, _ frames: NodeFrames) -> UInt64 {
        frames[frame].claim = Page.allocated(order: order)
        if gfp.contains(.compound) && order > 0 { frames.makeCompound(frame, order) }
        return frames.pfn(frame)
    }
}

extension Zone {
    /// Whether no flag asks for a closer look and the high watermark is met, boost and reserves included.
    ///
    /// True only where ``admits(_:_:highest:_:)`` is, too.
    @inline(__always) borrowing func isPlentiful(_ order: UInt32, highest: Int) -> Bool {
        // Unchecked: it comes from the zonelist, whose zones have one of as many indices.
        let mark = unsafe tuning.plentyMark[unchecked: highest].load() &+ withheld.load()
        let usable = freePages.load() &- (1 &<< Int(order)) &+ 1
        return flags.load() == 0 && usable > mark && (order == 0 || hasBlock(Int(order), []))
    }
}

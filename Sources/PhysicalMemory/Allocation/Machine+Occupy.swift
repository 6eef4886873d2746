extension Machine {
    /// Takes memory straight out of a zone, past watermarks, policies and per-CPU lists, until only `rest` pages are
    /// free or nothing more can be had; to prepare a state that requests then meet.
    ///
    /// Movable blocks look as a user's pages do: they are compound and on an LRU list, so that they count as movable
    /// when somebody wants their pageblock. Returns the blocks, largest first; nothing for a zone that is not there.
    ///
    /// - Parameters:
    ///   - name: the zone.
    ///   - rest: how many pages stay free.
    ///   - type: as whose memory the blocks are taken.
    ///   - scattered: single pages are taken, and the rest left between them, so that no larger block is free.
    ///   - cpu: the CPU that takes them.
    ///
    /// Takes the zone's lock. Complexity: O(pages taken).
    public func occupy(
        _ name: ZoneName, leaving rest: PageCount, as type: MigrateType = .movable, scattered: Bool = false,
        on cpu: CPUID
    ) -> [Holding] {
        guard let state = self.cpu(cpu), let zone = zone(name.node, name.zone), MigrateType.isMergeable(type.rawValue)
        else { return [] }
        let holder = Occupier(zone: zone, type: type.rawValue, cpu: state.value.index)
        let before = zone.value.freePagesSnapshot()
        let rest = Swift.max(rest.rawValue, 0)
        guard scattered else { return holder.take(before - rest, upTo: layout.maxOrder.rawValue) }

        // All of it in single pages; then, evenly over the addresses, some go back.
        var pages = holder.take(before, upTo: 0)
        guard rest > 0, !pages.isEmpty else { return pages }
        pages.sort { $0.pfn < $1.pfn }
        let giveBack = Swift.min(rest, pages.count)
        var kept: [Holding] = []
        for (place, page) in pages.enumerated() {
            if (place + 1) * giveBack / pages.count > place * giveBack / pages.count {
                holder.give(page)
            } else {
                kept.append(page)
            }
        }
        return kept
    }
}

/// Takes blocks out of one zone's free areas, and puts some back.
private struct Occupier {
    let zone: Stable<Zone>
    let type: UInt8
    let cpu: Int

    private var isMovable: Bool { type == MigrateType.movable.rawValue }

    func take(_ pages: Int, upTo highest: Int) -> [Holding] {
        var holdings: [Holding] = []
        var left = pages
        var order = highest
        let held = zone.value.acquireAreas(cpu: cpu)
        while left > 0 && order >= 0 {
            var mode = TakeMode.normal
            let frame =
                left < 1 << order
                ? FrameOffset.none : zone.value.take(order, type, [], &mode, cpu: cpu, &held.value)
            if frame == .none {
                order -= 1
                continue
            }
            own(frame, UInt32(order))
            holdings.append(Holding(pfn: PFN(zone.value.frames.pfn(frame)), order: Order(order)))
            left -= 1 << order
        }
        zone.value.fold(cpu: cpu, &held.value)
        return holdings
    }

    private func own(_ frame: FrameOffset, _ order: UInt32) {
        let frames = zone.value.frames
        frames[frame].claim = Page.allocated(order: order)
        guard isMovable else { return }
        if order > 0 { frames.makeCompound(frame, order) }
        frames[frame].flags.store(frames[frame].flags.load() | PageFlags.lru)
    }

    func give(_ holding: Holding) {
        let frame = zone.value.frames.offset(holding.pfn.rawValue)
        // Its own page, just taken: nothing can be wrong with it.
        _ = zone.value.frames.prepareFree(frame, UInt32(holding.order.rawValue))
        let held = zone.value.acquireAreas(cpu: cpu)
        zone.value.putWhole(frame, holding.order.rawValue, cpu: cpu, &held.value)
        zone.value.fold(cpu: cpu, &held.value)
    }
}

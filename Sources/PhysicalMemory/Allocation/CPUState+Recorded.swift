// The allocator's own steps, one by one, for a recording that says when each happens.
extension CPUState {
    /// The next zone that the attempt finds good; `nil` if there is none.
    borrowing func nextZone(_ attempt: inout RecordedAttempt) -> ZoneReference? {
        let context = attempt.context
        if attempt.request.route == .bulk {
            return bulkZone(1, attempt.walk.flags, context, context.zonelist.references[context.preferred])
        }
        guard let place = attempt.walk.next(UInt32(attempt.request.order.rawValue), context, cpu: self) else {
            return nil
        }
        return context.zonelist.references[place]
    }

    /// Takes a block from `zone` by the attempt's route. Returns its first frame, or ``noFrame``.
    borrowing func take(_ attempt: borrowing RecordedAttempt, from zone: Stable<Zone>) -> UInt64 {
        let context = attempt.context
        let request = attempt.request
        let order = UInt32(request.order.rawValue)
        let preferred = context.zonelist.references[context.preferred]
        let reference = ZoneReference(zone)
        var flags = attempt.walk.flags
        if reference.node != preferred.node && rules.onlineNodes > 1 { flags.remove(.noFragment) }
        let frame: FrameOffset
        switch request.route {
        case .perCPU:
            frame = takeFrom(reference, preferred: preferred, order, context.migrateType, flags)
        case .buddy:
            frame = takeFrom(reference, preferred: preferred, order, context.migrateType, flags, usingLists: false)
        case .bulk:
            guard let held = pagesets[zone.value.number].value.lists.tryAcquire(by: user) else { return Self.noFrame }
            frame = takeFromLists(&held.value, zone, order, context.migrateType, flags)
            if frame != .none { count(1, from: reference, preferred: preferred) }
        }
        guard frame != .none else { return Self.noFrame }
        return handOut(frame, order, request.gfp.subtracting(.compound), zone.value.frames)
    }

    /// Tries the CPU's list of `zone` alone. Returns a frame where the recording says that there was none.
    borrowing func takeFromLists(_ attempt: borrowing RecordedAttempt, of zone: Stable<Zone>) -> UInt64 {
        let order = UInt32(attempt.request.order.rawValue)
        guard rules.isKeptPerCPU(order) else { return Self.noFrame }
        let frame = takeFromLists(
            ZoneReference(zone), order, attempt.context.migrateType, attempt.walk.flags)
        guard frame != .none else { return Self.noFrame }
        return handOut(frame, order, attempt.request.gfp.subtracting(.compound), zone.value.frames)
    }

    /// Frees a block that a recording frees, whatever pieces it was allocated in. `false` if it is not held.
    ///
    /// The block must lie within `home`, to which frames belong that the recorded state did not list.
    borrowing func freeRecorded(
        _ pfn: UInt64, _ order: UInt32, home: borrowing Zone, throughLists: Bool, toTail: Bool
    ) -> Bool {
        guard order <= rules.maxOrder, map.contains(pfn), pfn & (1 << UInt64(order) - 1) == 0 else { return false }
        if map[pfn].claim != Page.allocated(order: order) {
            map.meet(pfn..<pfn + 1 << UInt64(order), in: home)
            guard map.breakUp(pfn, order, maxOrder: rules.maxOrder) else { return false }
        }
        let zone = pagesets[PageFlags.zone(map[pfn].flags.load())].value.zone
        let frames = zone.value.frames
        let frame = frames.offset(pfn)
        if frames.prepareFree(frame, order) != nil { return false }
        var type = frames.migrateType(of: frame)
        if !MigrateType.isMergeable(type) && type != MigrateType.isolate.rawValue {
            type = MigrateType.movable.rawValue
        }
        if throughLists, type != MigrateType.isolate.rawValue, rules.isKeptPerCPU(order),
            let held = pagesets[zone.value.number].value.lists.tryAcquire(by: user)
        {
            commitAtLength(frame, order, type, zone, &held.value)
        } else {
            freeToAreas(frame, order, zone, toTail: toTail)
        }
        return true
    }
}

extension ZoneReference {
    init(_ zone: Stable<Zone>) {
        self.init(
            zone: zone, number: Int32(zone.value.number), node: Int32(zone.value.node.rawValue),
            index: Int32(zone.value.index))
    }
}

extension MemoryMap {
    /// The block that `pfn` is held in: its first frame and order; `nil` if nobody holds it.
    func holding(_ pfn: UInt64, maxOrder: UInt32) -> (head: UInt64, order: UInt32)? {
        for order in 0...UInt64(maxOrder) {
            let head = pfn & ~(1 << order - 1)
            guard contains(head) else { return nil }
            let claim = self[head].claim
            guard claim >> 32 != 0 else { continue }
            if claim == Page.allocatedOfUnknownOrder { return head == pfn ? (pfn, 0) : nil }
            let held = UInt32(truncatingIfNeeded: claim)
            return held <= maxOrder && pfn - head < 1 << UInt64(held) ? (head, held) : nil
        }
        return nil
    }

    /// Frames that nobody has touched since the machine was built were allocated before the recording began.
    func meet(_ range: Range<UInt64>, in zone: borrowing Zone) {
        for pfn in range where contains(pfn) && self[pfn].flags.load() == 0 {
            self[pfn].flags.store(PageFlags.initial(zone: zone.number))
            self[pfn].claim = Page.allocatedOfUnknownOrder
        }
    }

    /// Makes single frames of unknown order of all that is held within a block, so that it can be freed as one.
    ///
    /// Returns `false`, and changes nothing, if some of it is not held or lies in another zone.
    /// Complexity: O(frames of the blocks).
    func breakUp(_ pfn: UInt64, _ order: UInt32, maxOrder: UInt32) -> Bool {
        let end = pfn + 1 << UInt64(order)
        guard end <= self.end else { return false }
        let zone = PageFlags.zone(self[pfn].flags.load())
        for frame in pfn..<end
        where holding(frame, maxOrder: maxOrder) == nil || PageFlags.zone(self[frame].flags.load()) != zone {
            return false
        }
        for frame in pfn..<end {
            guard let block = holding(frame, maxOrder: maxOrder), self[block.head].claim != Page.allocatedOfUnknownOrder
            else { continue }
            for part in block.head..<block.head + 1 << UInt64(block.order) {
                self[part].claim = Page.allocatedOfUnknownOrder
            }
        }
        return true
    }
}

extension Zone {
    /// Keeps the pageblock around a block that an urgent request just got for requests of its kind.
    ///
    /// About 1 % of the zone may be kept so, in whole pageblocks; a zone whose hundredth is less than one keeps none.
    /// *Kernel counterpart:* `reserve_highatomic_pageblock`.
    borrowing func reserveHighatomic(around frame: FrameOffset, _ order: Int, cpu: Int) {
        let pageblock = 1 << pageblockOrder
        let hundredth = managedPages.load() / 100
        let before = reservedHighatomic.load()
        let limit = hundredth < pageblock ? 0 : (hundredth + pageblock - 1) & ~(pageblock - 1)
        defer { noteReserve(before: before, limit: limit, cpu: cpu) }
        guard before < limit else { return }
        let held = acquireAreas(cpu: cpu)
        guard reservedHighatomic.load() < limit else { return }
        let type = frames.migrateType(of: frame)
        guard MigrateType.isMergeable(type) else { return }
        let highatomic = MigrateType.highatomic.rawValue
        if order < pageblockOrder {
            guard scanPageblock(of: frame, &held.value) != nil else { return }
            movePageblock(of: frame, from: type, to: highatomic, cpu: cpu, &held.value)
            reservedHighatomic.addAsOnlyWriter(pageblock)
        } else {
            setMigrateTypes(frame, order, to: highatomic)
            reservedHighatomic.addAsOnlyWriter(1 << order)
        }
    }

    /// Gives one kept pageblock with free memory back to ordinary use, as `type`. Returns whether there was one.
    ///
    /// Unless forced, the last one is kept. *Kernel counterpart:* `unreserve_highatomic_pageblock`.
    borrowing func unreserveHighatomic(as type: UInt8, force: Bool, cpu: Int) -> Bool {
        let pageblock = 1 << pageblockOrder
        let highatomic = MigrateType.highatomic.rawValue
        guard force || reservedHighatomic.load() > pageblock else { return false }
        let held = acquireAreas(cpu: cpu)
        for order in 0...maxOrder where !held.value.isEmpty(order, highatomic) {
            let frame = held.value.list(order, highatomic).first
            if order < pageblockOrder {
                guard scanPageblock(of: frame, &held.value) != nil else { continue }
                movePageblock(of: frame, from: highatomic, to: type, cpu: cpu, &held.value)
            } else {
                held.value.move(frame, order, from: highatomic, to: type, self)
                account(-(1 << order), highatomic, cpu: cpu)
                account(1 << order, type, cpu: cpu)
                setMigrateTypes(frame, order, to: type)
            }
            let size = Swift.min(Swift.max(pageblock, 1 << order), reservedHighatomic.load())
            reservedHighatomic.addAsOnlyWriter(-size)
            return true
        }
        return false
    }
}

// For the time when all drivers of the drive rest.

extension Driver {
    /// The tasks that run here, those that were left for this CPU included.
    private borrowing func tasksHere() -> [Int] {
        (0..<queue.count).map { queue[$0] } + (0..<strides).compactMap { drive.mailboxes[place][$0].peek() }
    }

    private borrowing func blocks(of task: Int) -> [HeldBlock] {
        (0..<drive.tasks.slotsPerTask).map { drive.tasks.slot($0, of: task) }.filter(\.isSome)
    }

    /// Every block that this CPU holds or was handed.
    public borrowing func holdings() -> [Holding] {
        let handed = (0..<strides).flatMap { drive.rings[place][$0].contents() }
        return tasksHere().flatMap { blocks(of: $0) }.map(\.holding) + handed.map(\.holding) + planted.holdings
    }

    /// Frees every block that this CPU holds or was handed.
    public mutating func releaseAll() {
        takeHandedOver()
        for task in tasksHere() {
            for slot in 0..<drive.tasks.slotsPerTask {
                let block = drive.tasks.slot(slot, of: task)
                guard block.isSome else { continue }
                free(block)
                drive.tasks.addHeld(-block.pageCount, to: task)
                drive.tasks.set(slot, of: task, to: .none)
            }
        }
        drive.progress[place].value.store(figures.operations)
    }

    /// What was done so far. May wait a millisecond to know the cycle counter's pace.
    public borrowing func report() -> DriverReport {
        var refills = 0
        var drains = 0
        var fallbacks = 0
        var lockAcquisitions = 0
        var lockContentions = 0
        for zone in drive.machine.zones {
            let pageset = state.value.pagesets[zone.value.number]
            fallbacks += pageset.value.numa.missLocal.load() + pageset.value.numa.missOther.load()
            lockAcquisitions += zone.value.lockUse[state.value.index].acquisitions.load()
            lockContentions += zone.value.lockUse[state.value.index].contentions.load()
            let held = pageset.value.lists.acquire()
            refills += held.value.refills.load()
            drains += held.value.drains.load()
        }
        var heldFrames = 0
        var localWhenAllocated = 0
        var localNow = 0
        for task in tasksHere() {
            for block in blocks(of: task) {
                heldFrames += block.pageCount
                if block.wasLocal { localWhenAllocated += block.pageCount }
                let zone = PageFlags.zone(state.value.map[block.pfn].flags.load())
                if nodeOfZone[zone] == state.value.node { localNow += block.pageCount }
            }
        }
        return DriverReport(
            cpu: cpu, node: NodeID(Int(state.value.node)), operations: figures.operations,
            allocations: figures.allocations, frees: figures.frees, failures: figures.failures,
            pcpHits: max(0, figures.allocationsKept - refills), refills: refills, drains: drains,
            fallbacks: fallbacks, zoneLockAcquisitions: lockAcquisitions, zoneLockContentions: lockContentions,
            handedOver: figures.handedOver, tasksGiven: figures.tasksGiven,
            injectedFailures: figures.injectedFailures, drainsOfOthers: figures.drainsOfOthers,
            heldFrames: heldFrames,
            localWhenAllocated: localWhenAllocated, localNow: localNow, pairs: times.samples(),
            greatestPairNanoseconds: times.greatestNanoseconds(),
            counterNanoseconds: times.overheadNanoseconds(), faultCount: figures.faultCount,
            faults: figures.faults)
    }
}

import CPrimitives

extension Driver {
    /// Whether this allocation is to get nothing.
    @inline(never) mutating func injectsFailure() -> Bool {
        guard dice.hits(dice.failure) else { return false }
        figures.injectedFailures += 1
        return true
    }

    /// Frees a block, here or on another CPU, and may disturb others afterwards.
    @inline(never) mutating func releaseWithMischief(_ block: HeldBlock, timed: Bool) {
        if timed || !dice.hits(dice.wrongCPU) || !handOver(block) { free(block, timed: timed) }
        if dice.hits(dice.drain) {
            drive.machine.drain(drive.cpus[dice.number(below: drive.cpus.count)], on: cpu)
            figures.drainsOfOthers += 1
        }
        if dice.hits(dice.delay) {
            stayInsideLock(yielding: false)
            figures.delayedHolds += 1
        }
        if dice.hits(dice.preemption) {
            stayInsideLock(yielding: true)
            figures.preemptedHolds += 1
        }
    }

    /// Stays in the lock of some CPU's lists, or in a zone's with a block in hand that no list has.
    private mutating func stayInsideLock(yielding: Bool) {
        let zones = drive.machine.zones
        let zone = zones[dice.number(below: zones.count)]
        if dice.number(below: 2) == 0 {
            let place = dice.number(below: drive.cpus.count)
            guard let owner = drive.machine.cpu(drive.cpus[place]) else { return }
            let held = owner.value.pagesets[zone.value.number].value.lists.acquire(by: state.value.user)
            linger(yielding)
            _ = consume held
        } else {
            let held = zone.value.acquireAreas(cpu: state.value.index)
            let movable = MigrateType.movable.rawValue
            let frame = zone.value.takeSmallest(0, movable, cpu: state.value.index, &held.value)
            linger(yielding)
            if frame != .none { zone.value.put(frame, 0, movable, cpu: state.value.index, &held.value) }
        }
    }

    private func linger(_ yielding: Bool) {
        guard !yielding else {
            cprim_yield()
            return
        }
        let begin = ContinuousClock.now
        while begin.duration(to: .now) < .nanoseconds(dice.delayNanoseconds) { cprim_pause() }
    }
}

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
    }
}

import HostNUMA
import PhysicalMemory

extension StressPlan {
    /// Acquisitions of a thread between two looks at the time, where a torture is counted.
    private static var slice: Int { 1 << 16 }

    /// Tortures one lock with as many threads as the point says, each pinned, until it is time.
    func torture(
        _ torture: TortureOptions, _ point: Point, _ interrupt: InterruptFlag,
        _ progress: @escaping @Sendable (RunPlan.Progress) -> Void
    ) async throws -> StressReport.Point {
        let workers = workers(of: point)
        let lock = try LockTorture(
            torture.settings(
                point.lock, options.run.drive.mischief, isBroken: options.run.drive.plant == .earlyUnlock),
            nodes: workers.map(\.node),
            measuring: options.measuresLocks
                ? LockStatisticsOptions(contextSwitches: { ThreadSwitches.current.involuntary }) : nil)
        let executors = try workers.map { try PinnedExecutor(.cpu($0.hostCPU), name: "cpu \($0.hostCPU.rawValue)") }
        let share = options.run.operations.map { ($0 + workers.count - 1) / workers.count } ?? .max
        let begin = ContinuousClock.now
        let outcomes = await withTaskGroup(of: TortureOutcome?.self) { group in
            for (thread, executor) in executors.enumerated() {
                group.addTask {
                    await executor.run {
                        let before = ThreadSwitches.current.involuntary
                        var figures = LockTortureFigures()
                        while figures.acquisitions < share && !lock.isStopped {
                            let rest = min(Self.slice, share - figures.acquisitions)
                            figures = figures.adding(lock.run(thread: thread, acquisitions: rest))
                        }
                        return TortureOutcome(
                            thread: thread, figures: figures, switches: ThreadSwitches.current.involuntary - before)
                    }
                }
            }
            group.addTask { [self] in
                await watch(lock, interrupt, since: begin, progress)
                return nil
            }
            var found: [TortureOutcome] = []
            for await outcome in group {
                guard let outcome else { continue }
                found.append(outcome)
                // Whoever is done leaves the others without an opponent.
                lock.stop()
            }
            return found.sorted { $0.thread < $1.thread }
        }
        let seconds = begin.duration(to: .now) / .seconds(1)
        let verdict = lock.check(outcomes.map(\.figures))
        var result = StressReport.Point(
            point, workers: workers, counts: outcomes.map(\.figures.acquisitions), switches: outcomes.map(\.switches),
            seconds: seconds)
        let sum = outcomes.reduce(LockTortureFigures()) { $0.adding($1.figures) }
        result.lockWaitNanoseconds = StressReport.Times(sum.waits)
        result.locks = lock.statistics(outcomes.map(\.figures)).map { [LockFigures(.torture, $0)] } ?? []
        result.mischief.delayedHolders = sum.delayedHolds
        result.mischief.preemptedHolders = sum.yieldingHolds
        if verdict.collisions > 0 {
            result.errors.append("\(verdict.collisions) times two threads were inside the lock at once")
        }
        if verdict.guarded != verdict.acquisitions {
            result.errors.append(
                "\(verdict.acquisitions) acquisitions made \(verdict.guarded) changes to what the lock guards")
        }
        return result
    }

    /// Stops the torture when it is time to.
    private func watch(
        _ lock: LockTorture, _ interrupt: InterruptFlag, since begin: ContinuousClock.Instant,
        _ progress: @Sendable (RunPlan.Progress) -> Void
    ) async {
        let end = options.run.seconds.map { begin + .seconds($0) }
        while !lock.isStopped {
            let now = ContinuousClock.now
            if interrupt.isRaised || end.map({ now >= $0 }) ?? false { return lock.stop() }
            progress(.running(operations: 0, seconds: begin.duration(to: now) / .seconds(1)))
            let next = now + .milliseconds(20)
            try? await Task.sleep(until: end.map { min($0, next) } ?? next, clock: .continuous)
        }
    }
}

/// What one thread of a torture saw.
private struct TortureOutcome: Sendable {
    var thread: Int
    var figures: LockTortureFigures
    var switches: Int
}

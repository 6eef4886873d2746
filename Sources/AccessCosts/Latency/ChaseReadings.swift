import HostNUMA

/// How long a CPU's loads took, a reading per run.
struct ChaseReadings: Sendable {
    /// Per load.
    var nanoseconds: [Double] = []
    /// Loads of all runs.
    var loads = 0
    /// Where the thread was.
    var cpu: HostCPU?
    /// The thread was not seen where it should be.
    var problem: String?

    /// The readings; throws what kept them from being made.
    func summary(on node: HostNode) throws(HostError) -> Summary {
        if let problem { throw .unreachable(node: node.id, reason: problem) }
        guard let summary = Summary(nanoseconds) else { throw .unreachable(node: node.id, reason: "interrupted") }
        return summary
    }
}

extension Seat {
    /// Loads between two looks at the clock, which costs as much as a few loads: some ten microseconds to some
    /// milliseconds.
    private static let piece = 1 << 14

    /// Walks through a cycle of pointers from `start` for `seconds` in `runs` readings, and one more for warming up:
    /// the lines that setting up left in the caches, and the clock's pace.
    ///
    /// The caller's thread sleeps meanwhile.
    func readChase(
        from start: UnsafeMutableRawPointer, runs: Int, seconds: Double, interrupt: InterruptFlag
    ) -> ChaseReadings {
        // The cycle is the thread's while this call waits for it.
        nonisolated(unsafe) let start = start
        return thread.runBlocking { chaseHere(from: start, runs: runs, seconds: seconds, interrupt: interrupt) }
    }

    /// As `readChase`, on the seat's own thread.
    func chaseHere(
        from start: UnsafeMutableRawPointer, runs: Int, seconds: Double, interrupt: InterruptFlag
    ) -> ChaseReadings {
        var readings = ChaseReadings()
        var position = start
        let runs = max(1, runs)
        let budget = Duration.seconds(max(0, seconds) / Double(runs + 1))
        for run in 0...runs {
            readings.cpu = thread.noteCPU()
            readings.problem = misplacement()
            if readings.problem != nil { return readings }
            var loads = 0
            let begin = ContinuousClock.now
            var elapsed = Duration.zero
            repeat {
                position = chase(position, Self.piece)
                loads += Self.piece
                elapsed = ContinuousClock.now - begin
            } while elapsed < budget && !interrupt.isRaised
            readings.problem = misplacement()
            if readings.problem != nil { return readings }
            if run > 0 {
                readings.nanoseconds.append(elapsed / .nanoseconds(1) / Double(loads))
                readings.loads += loads
            }
            if interrupt.isRaised { return readings }
        }
        return readings
    }
}

import CHostShims
import HostNUMA
import Synchronization

/// What the loading threads do until the chasing one is done.
private final class Load: Sendable {
    let isOver = Atomic<Bool>(false)
}

private struct LoadOutcome: Sendable {
    var chase = ChaseReadings()
    var bytes = 0
    var nanoseconds = 0.0
    var problem: String?
}

extension Measurement {
    /// What the loading CPUs pause after each 4 KiB, in nanoseconds, from no load at all to all they can.
    static func pauses(isQuick: Bool) -> [Double?] {
        isQuick ? [nil, 4000, 1000, 250, 0] : [nil, 16000, 8000, 4000, 2000, 1000, 500, 250, 125, 60, 0]
    }

    /// Latency of each row's own memory and of the farthest, while the row's other CPUs load it.
    mutating func measureLoadedLatency() {
        var isPossible = false
        for row in bench.rows.indices {
            let node = bench.rows[row]
            guard node.cpus.count > 1 else { continue }
            isPossible = true
            for column in [bench.home(of: row), bench.farthest(from: row)].compactMap({ $0 }) {
                guard !bench.isInterrupted else { return }
                do throws(HostError) {
                    try measureLoadedLatency(row, column)
                } catch {
                    report.gaps.append(Gap(row: row, column: column, reason: error.reason, part: .loadedLatency))
                }
            }
        }
        guard !isPossible else { return }
        report.missing.append(
            MissingPart(
                .loadedLatency,
                reason: "no node has a second CPU for this process: nobody is left to load the memory"))
    }

    private mutating func measureLoadedLatency(_ row: Int, _ column: Int) throws(HostError) {
        let (from, to) = (bench.rows[row], bench.columns[column])
        let seats = try bench.seats.seats(of: from, count: .max)
        let cache = try bench.cacheBytes(of: from)
        // One half for the chase, one for the load: both larger than what caches hold.
        let memory = try bench.memory(2 * bench.sizing.latencyBytes(cacheBytes: cache.map { $0 / 2 }), on: to)
        let half = memory.byteCount / 2 & ~4095
        let interrupt = bench.interrupt
        guard
            let cycle = RandomCycle(
                at: memory.address, byteCount: half, lineBytes: 64, isStopped: { interrupt.isRaised }),
            let arrayBytes = Optional(half / seats.count / 3 / MemoryLoop.granule * MemoryLoop.granule), arrayBytes > 0
        else { return }
        for pause in Self.pauses(isQuick: bench.options.isQuick) where !bench.isInterrupted {
            meter.step("latency of \(to.id) from \(from.id) under load")
            let point = try load(seats, cycle, memory, half: half, arrayBytes: arrayBytes, pause: pause)
            guard let spread = Summary(point.nanoseconds) else { continue }
            report.loadedLatency.append(
                LoadedLatency(
                    row: row, column: column, gbps: point.gbps, nanoseconds: spread.median, spread: spread,
                    threads: pause == nil ? 0 : seats.count - 1, pauseNanoseconds: pause))
        }
    }

    private func load(
        _ seats: [Seat], _ cycle: RandomCycle, _ memory: MeasuredMemory, half: Int, arrayBytes: Int, pause: Double?
    ) throws(HostError) -> (nanoseconds: [Double], gbps: Double) {
        let load = Load()
        let crew = pause == nil ? [seats[0]] : seats
        let line = StartLine(count: crew.count)
        let (sizing, interrupt) = (bench.sizing, bench.interrupt)
        // The cycle is the first seat's, the other half the others', while this call waits for them.
        nonisolated(unsafe) let start = cycle.position
        let outcomes = Crew.run(crew) { place -> LoadOutcome in
            var outcome = LoadOutcome()
            line.wait(round: 0)
            guard place > 0 else {
                outcome.chase = crew[0].chaseHere(
                    from: start, runs: sizing.runs, seconds: sizing.point, interrupt: interrupt)
                load.isOver.store(true, ordering: .releasing)
                return outcome
            }
            var loop = MemoryLoop(
                .read, streaming: false, at: memory.address + half + (place - 1) * 3 * arrayBytes,
                byteCount: 3 * arrayBytes, pieceBytes: 4096)
            let begin = ContinuousClock.now
            while !load.isOver.load(ordering: .acquiring) {
                outcome.bytes += loop.advance()
                if let pause, pause > 0 { spin(nanoseconds: pause) }
            }
            outcome.nanoseconds = (ContinuousClock.now - begin) / .nanoseconds(1)
            outcome.problem = crew[place].misplacement()
            return outcome
        }
        for (seat, outcome) in zip(crew, outcomes) {
            if let problem = outcome.problem ?? outcome.chase.problem {
                throw .unreachable(node: seat.node.id, reason: problem)
            }
        }
        let gbps = outcomes.dropFirst().reduce(0) { $0 + Double($1.bytes) / max(1, $1.nanoseconds) }
        return (outcomes.first?.chase.nanoseconds ?? [], gbps)
    }
}

/// Keeps the CPU busy without memory.
private func spin(nanoseconds: Double) {
    let end = ContinuousClock.now + .nanoseconds(Int64(nanoseconds))
    while ContinuousClock.now < end { chost_pause() }
}

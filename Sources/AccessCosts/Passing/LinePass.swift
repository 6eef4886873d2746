import HostNUMA
import Synchronization

/// Words that CPUs pass to and fro, each in cache lines of its own.
struct SharedWords: @unchecked Sendable {
    // Unchecked: the words are atomics; `owner` only keeps the memory.
    /// Two lines of the widest kind: neighbours are fetched in pairs.
    static let spacing = 256
    private let start: UnsafeMutableRawPointer
    private let owner: MeasuredMemory

    /// Within memory of at least some KiB, all words 0.
    init(in memory: MeasuredMemory, count: Int = 3) {
        start = memory.address
        owner = memory
        for word in 0..<count {
            // Sound: the memory is ours, and holds `count` words at this spacing.
            (start + word * Self.spacing).initializeMemory(as: Atomic<UInt>.self, to: Atomic(0))
        }
    }

    subscript(word: Int) -> UnsafeMutablePointer<Atomic<UInt>> {
        (start + word * Self.spacing).assumingMemoryBound(to: Atomic<UInt>.self)
    }
}

extension UnsafeMutablePointer where Pointee: ~Copyable {
    /// Memory becomes a value that cannot be copied.
    fileprivate func set(to value: consuming Pointee) { initialize(to: value) }
}

extension UnsafeMutableRawPointer {
    fileprivate func initializeMemory(as type: Atomic<UInt>.Type, to value: consuming Atomic<UInt>) {
        bindMemory(to: Atomic<UInt>.self, capacity: 1).set(to: value)
    }
}

/// A line that two CPUs pass to each other: each waits for the other's value and stores the next.
enum LinePass {
    /// Nanoseconds for the way there and back, a reading per run; the first, for warming up, is left out.
    ///
    /// Throws `HostError.unreachable` if a thread was not on its CPU.
    static func measure(
        _ first: Seat, _ second: Seat, _ words: SharedWords, _ sizing: Sizing, _ interrupt: InterruptFlag
    ) throws(HostError) -> [Double] {
        try Crew.race([first, second], runs: sizing.runs, interrupt: interrupt) { place, run in
            let passes = UInt(sizing.passes)
            let base = UInt(run) * 2 * passes
            let word = words[0]
            for pass in 0..<passes {
                let mine = base + 2 * pass + UInt(place)
                // The first stores odd numbers and waits for even ones.
                if place == 0 {
                    word.pointee.store(mine + 1, ordering: .releasing)
                    waitFor(word, mine + 2)
                } else {
                    waitFor(word, mine)
                    word.pointee.store(mine + 1, ordering: .releasing)
                }
            }
            // There and back is one.
            return place == 0 ? sizing.passes : 0
        }
    }

    @inline(__always)
    private static func waitFor(_ word: UnsafeMutablePointer<Atomic<UInt>>, _ value: UInt) {
        var patience = Patience()
        while word.pointee.load(ordering: .acquiring) != value { patience.pause() }
    }
}

extension Crew {
    /// Runs `body` with its place and the run's number on all seats at once, `runs` times and once for warming up.
    ///
    /// `body` returns how many operations it did. Gives nanoseconds per operation of all, by the time of the slowest,
    /// a reading per run. Throws `HostError.unreachable` if a thread was not on its CPU.
    static func race(
        _ seats: [Seat], runs: Int, interrupt: InterruptFlag,
        _ body: @escaping @Sendable (_ place: Int, _ run: Int) -> Int
    ) throws(HostError) -> [Double] {
        struct Outcome: Sendable {
            var readings: [(nanoseconds: Double, operations: Int)] = []
            var problem: String?
        }
        let line = StartLine(count: seats.count)
        let stop = RoundFlag(count: runs + 1)
        let outcomes = run(seats) { place in
            var outcome = Outcome()
            for run in 0...runs {
                let problem = seats[place].misplacement()
                outcome.problem = outcome.problem ?? problem
                // All do a round or none: in a round they wait for each other.
                if problem != nil || interrupt.isRaised { stop.raise(run) }
                line.wait(round: run)
                if stop.isRaised(run) { break }
                let begin = ContinuousClock.now
                let operations = body(place, run)
                let elapsed = (ContinuousClock.now - begin) / .nanoseconds(1)
                if run > 0 { outcome.readings.append((elapsed, operations)) }
            }
            return outcome
        }
        for (seat, outcome) in zip(seats, outcomes) {
            if let problem = outcome.problem { throw .unreachable(node: seat.node.id, reason: problem) }
        }
        let complete = outcomes.map(\.readings.count).min() ?? 0
        return (0..<complete).map { run in
            let operations = outcomes.reduce(0) { $0 + $1.readings[run].operations }
            return (outcomes.map { $0.readings[run].nanoseconds }.max() ?? 0) / Double(max(1, operations))
        }
    }
}

/// From which round on nobody goes on.
private final class RoundFlag: Sendable {
    private let last: Atomic<Int>

    init(count: Int) { last = Atomic(count) }

    func raise(_ round: Int) { last.min(round, ordering: .acquiringAndReleasing) }
    func isRaised(_ round: Int) -> Bool { last.load(ordering: .acquiring) <= round }
}

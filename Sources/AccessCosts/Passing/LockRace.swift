import HostNUMA
import Synchronization

/// Spinlocks of this measurement's own, so that a model's lock figures have something to be held against.
enum LockRace {
    /// The lock's words: a ticket lock's next ticket and the one being served, on one line as the kernel had them,
    /// would be one word; here each has its line, and what the lock guards a third.
    static let wordCount = 3

    /// Takes the next ticket and waits for it.
    @inline(__always)
    private static func lockTicket(_ words: SharedWords) -> UInt {
        let mine = words[0].pointee.add(1, ordering: .relaxed).oldValue
        var patience = Patience()
        while words[1].pointee.load(ordering: .acquiring) != mine { patience.pause() }
        return mine
    }

    @inline(__always)
    private static func unlockTicket(_ words: SharedWords, _ mine: UInt) {
        words[1].pointee.store(mine &+ 1, ordering: .releasing)
    }

    /// Adds one to what the lock guards. Only with the lock held.
    @inline(__always)
    private static func work(_ words: SharedWords) {
        words[2].pointee.store(words[2].pointee.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    }

    /// Each seat takes a ticket as often as it can: nanoseconds per acquisition of any, a reading per run.
    static func contend(
        _ seats: [Seat], _ words: SharedWords, _ sizing: Sizing, _ interrupt: InterruptFlag
    ) throws(HostError) -> [Double] {
        try Crew.race(seats, runs: sizing.runs, interrupt: interrupt) { _, _ in
            for _ in 0..<sizing.passes {
                let ticket = lockTicket(words)
                work(words)
                unlockTicket(words, ticket)
            }
            return sizing.passes
        }
    }

    /// The seats take the lock by turns, none before the one before it has let go: nobody waits inside.
    static func handOver(
        _ seats: [Seat], _ words: SharedWords, _ sizing: Sizing, _ interrupt: InterruptFlag
    ) throws(HostError) -> [Double] {
        let count = UInt(seats.count)
        let start = words[2].pointee.load(ordering: .relaxed)
        return try Crew.race(seats, runs: sizing.runs, interrupt: interrupt) { place, _ in
            for _ in 0..<sizing.passes {
                var patience = Patience()
                while (words[2].pointee.load(ordering: .relaxed) &- start) % count != UInt(place) { patience.pause() }
                let ticket = lockTicket(words)
                work(words)
                unlockTicket(words, ticket)
            }
            return sizing.passes
        }
    }
}

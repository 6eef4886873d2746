import Synchronization

/// A ticket lock: ``LockAlgorithm/ticket``. Served in the order in which tickets were drawn.
struct TicketLock: ~Copyable, OrderlyLock {
    private let next = Atomic<UInt32>(0)
    private let serving = Atomic<UInt32>(0)

    /// Draws only if the ticket is the one to be served. Both counts wrap around.
    @inline(__always) borrowing func tryLock(by user: LockUser = .anyone) -> Bool {
        // Acquires, as the one who let go last has released here, not where tickets are drawn.
        let turn = serving.load(ordering: .acquiring)
        // A look first: an exchange that fails takes the line from whoever is next.
        guard next.load(ordering: .relaxed) == turn else { return false }
        return next.compareExchange(expected: turn, desired: turn &+ 1, ordering: .relaxed).exchanged
    }

    @inline(__always) @discardableResult
    borrowing func lock(by user: LockUser, whenTaken note: () -> Void) -> Bool {
        let ticket = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if serving.load(ordering: .acquiring) == ticket { return false }
        note()
        wait(for: ticket)
        return true
    }

    @inline(never) private borrowing func wait(for ticket: UInt32) {
        var wait = SpinWait()
        repeat { wait.pause() } while serving.load(ordering: .acquiring) != ticket
    }

    @inline(__always) borrowing func unlock() {
        serving.store(serving.load(ordering: .relaxed) &+ 1, ordering: .releasing)
    }

    /// Another value after each arrival of a waiter.
    var arrivalMark: UInt64 { UInt64(next.load(ordering: .relaxed)) }
}

import Synchronization

/// The zone's lock, under the algorithm that the machine was made with.
///
/// It chooses at each acquisition: one branch, always taken the same way, parts the spinlock that is there by default
/// from all else.
///
/// *Kernel counterpart:* `zone->lock` and its line in `/proc/lock_stat`.
struct ZoneLock: ~Copyable, Lock {
    /// What is done where the lock is wanted; all else is a call away.
    private enum Way: UInt8 {
        case spin, ticket, library, mutex, elsewhere
    }

    // Of these one is used. What they take is little beside the zone.
    private let spin = SpinLock()
    private let ticket = TicketLock()
    private let library = LibrarySpinLock()
    private let mutex = LibraryMutex()
    private let queued = QueuedLock()
    private let mcs = MCSLock()
    private let numa = CompactNUMALock()
    // What never changes lies on a line that no waiter takes away from the holder.
    private let before = InlineArray<8, UInt64>(repeating: 0)
    /// Whether it is a spinlock, which is asked before all else.
    private let isSpin: Bool
    /// Whether its waiters look before they try.
    private let looksFirst: Bool
    private let way: Way
    private let algorithm: LockAlgorithm
    let recorder: Stable<LockRecorder>?
    private let after = InlineArray<8, UInt64>(repeating: 0)

    static var rank: LockRank { .zone }

    init() { self.init(.ttas) }

    init(_ algorithm: LockAlgorithm, recorder: Stable<LockRecorder>? = nil) {
        self.algorithm = algorithm
        self.recorder = recorder
        way =
            switch algorithm {
            case _ where recorder != nil: .elsewhere
            case .tas, .ttas: .spin
            case .ticket: .ticket
            case .pthread: .library
            case .mutex: .mutex
            case .mcs, .queued, .numa: .elsewhere
            }
        isSpin = way == .spin
        if case .tas = algorithm { looksFirst = false } else { looksFirst = true }
    }

    @inline(__always) borrowing func tryLock(by user: LockUser) -> Bool {
        isSpin ? spin.tryLock() : tryOther(user)
    }

    @inline(__always) @discardableResult
    borrowing func lock(by user: LockUser, whenTaken note: () -> Void) -> Bool {
        if isSpin { return lockSpin(user, note) }
        switch way {
        case .ticket: return ticket.lock(by: user, whenTaken: note)
        case .library: return library.lock(by: user, whenTaken: note)
        case .mutex: return mutex.lock(by: user, whenTaken: note)
        case .spin, .elsewhere: return lockOther(user, note)
        }
    }

    @inline(__always) borrowing func unlock() {
        if isSpin { return spin.unlock() }
        switch way {
        case .ticket: ticket.unlock()
        case .library: library.unlock()
        case .mutex: mutex.unlock()
        case .spin, .elsewhere: unlockOther()
        }
    }

    @inline(never) private borrowing func tryOther(_ user: LockUser) -> Bool {
        recorder == nil ? tryChosen(user) : tryMeasured(user)
    }

    @inline(never) private borrowing func lockOther(_ user: LockUser, _ note: () -> Void) -> Bool {
        recorder == nil ? lockChosen(user, note) : lockMeasured(user, note)
    }

    @inline(never) private borrowing func unlockOther() {
        if recorder == nil { unlockChosen() } else { unlockMeasured() }
    }

    @inline(never) private borrowing func tryMeasured(_ user: LockUser) -> Bool {
        guard tryChosen(user) else { return false }
        recorder?.value.noteAcquired(user, since: nil)
        return true
    }

    @inline(never) private borrowing func lockMeasured(_ user: LockUser, _ note: () -> Void) -> Bool {
        let start = CycleClock.now()
        let isTaken = lockChosen(user, note)
        recorder?.value.noteAcquired(user, since: isTaken ? start : nil)
        return isTaken
    }

    @inline(never) private borrowing func unlockMeasured() {
        let use = recorder?.value.endUse()
        unlockChosen()
        if let use { recorder?.value.record(use) }
    }

    @inline(__always) private borrowing func tryChosen(_ user: LockUser) -> Bool {
        switch algorithm {
        case .tas, .ttas: attempt(spin, user)
        case .ticket: attempt(ticket, user)
        case .mcs: attempt(mcs, user)
        case .queued: attempt(queued, user)
        case .numa: attempt(numa, user)
        case .pthread: attempt(library, user)
        case .mutex: attempt(mutex, user)
        }
    }

    @inline(__always) private borrowing func lockChosen(_ user: LockUser, _ note: () -> Void) -> Bool {
        switch algorithm {
        case .tas, .ttas: lockSpin(user, note)
        case .ticket: waitFor(ticket, user, note)
        case .mcs: waitFor(mcs, user, note)
        case .queued: waitFor(queued, user, note)
        case .numa: waitFor(numa, user, note)
        case .pthread: waitFor(library, user, note)
        case .mutex: waitFor(mutex, user, note)
        }
    }

    @inline(__always) private borrowing func lockSpin(_ user: LockUser, _ note: () -> Void) -> Bool {
        if spin.tryLock() { return false }
        note()
        if looksFirst { spin.retry(by: user) } else { spin.tryAgain(by: user) }
        return true
    }

    @inline(__always) private borrowing func unlockChosen() {
        switch algorithm {
        case .tas, .ttas: letGo(spin)
        case .ticket: letGo(ticket)
        case .mcs: letGo(mcs)
        case .queued: letGo(queued)
        case .numa: letGo(numa)
        case .pthread: letGo(library)
        case .mutex: letGo(mutex)
        }
    }
}

// Out of line, one for each kind of lock: what a function saves on the stack the lock's atomic operation waits for.

@inline(never) private func attempt<L: Lock & ~Copyable>(_ lock: borrowing L, _ user: LockUser) -> Bool {
    lock.tryLock(by: user)
}

@inline(never) private func waitFor<L: Lock & ~Copyable>(
    _ lock: borrowing L, _ user: LockUser, _ note: () -> Void
) -> Bool {
    lock.lock(by: user, whenTaken: note)
}

@inline(never) private func letGo<L: Lock & ~Copyable>(_ lock: borrowing L) { lock.unlock() }

import Synchronization

/// The zone's lock, under the algorithm that the machine was made with.
///
/// It chooses at each acquisition: one branch, always taken the same way, parts the spinlock that is there by default
/// from all else.
///
/// *Kernel counterpart:* `zone->lock` and its line in `/proc/lock_stat`.
struct ZoneLock: ~Copyable, Lock {
    private let spin = SpinLock()
    /// Whether the lock is ``spin`` and measures nothing.
    private let isPlain: Bool
    private let algorithm: LockAlgorithm
    // Of these one is used. What they take is little beside the zone.
    private let testAndSet = TestAndSetLock()
    private let library = LibrarySpinLock()
    private let ticket = TicketLock()
    private let queued = QueuedLock()
    private let mcs = MCSLock()
    private let mutex = LibraryMutex()
    private let numa = CompactNUMALock()
    let recorder: Stable<LockRecorder>?

    static var rank: LockRank { .zone }

    init() { self.init(.ttas) }

    init(_ algorithm: LockAlgorithm, recorder: Stable<LockRecorder>? = nil) {
        self.algorithm = algorithm
        self.recorder = recorder
        if case .ttas = algorithm { isPlain = recorder == nil } else { isPlain = false }
    }

    @inline(__always) borrowing func tryLock(by user: LockUser) -> Bool {
        isPlain ? spin.tryLock() : tryOther(user)
    }

    @inline(__always) @discardableResult
    borrowing func lock(by user: LockUser, whenTaken note: () -> Void) -> Bool {
        isPlain ? spin.lock(by: user, whenTaken: note) : lockOther(user, note)
    }

    @inline(__always) borrowing func unlock() {
        if isPlain { spin.unlock() } else { unlockOther() }
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
        case .tas: attempt(testAndSet, user)
        case .ttas: attempt(spin, user)
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
        case .tas: waitFor(testAndSet, user, note)
        case .ttas: waitFor(spin, user, note)
        case .ticket: waitFor(ticket, user, note)
        case .mcs: waitFor(mcs, user, note)
        case .queued: waitFor(queued, user, note)
        case .numa: waitFor(numa, user, note)
        case .pthread: waitFor(library, user, note)
        case .mutex: waitFor(mutex, user, note)
        }
    }

    @inline(__always) private borrowing func unlockChosen() {
        switch algorithm {
        case .tas: letGo(testAndSet)
        case .ttas: letGo(spin)
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

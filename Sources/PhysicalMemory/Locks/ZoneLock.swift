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
        guard tryChosen(user) else { return false }
        recorder?.value.noteAcquired(user, since: nil)
        return true
    }

    @inline(never) private borrowing func lockOther(_ user: LockUser, _ note: () -> Void) -> Bool {
        guard let recorder else { return lockChosen(user, note) }
        let start = CycleClock.now()
        let isTaken = lockChosen(user, note)
        recorder.value.noteAcquired(user, since: isTaken ? start : nil)
        return isTaken
    }

    @inline(never) private borrowing func unlockOther() {
        guard let recorder else { return unlockChosen() }
        let use = recorder.value.endUse()
        unlockChosen()
        recorder.value.record(use)
    }

    @inline(__always) private borrowing func tryChosen(_ user: LockUser) -> Bool {
        switch algorithm {
        case .tas: testAndSet.tryLock()
        case .ttas: spin.tryLock()
        case .ticket: ticket.tryLock()
        case .mcs: mcs.tryLock()
        case .queued: queued.tryLock()
        case .numa: numa.tryLock(by: user)
        case .pthread: library.tryLock()
        case .mutex: mutex.tryLock()
        }
    }

    @inline(__always) private borrowing func lockChosen(_ user: LockUser, _ note: () -> Void) -> Bool {
        switch algorithm {
        case .tas: testAndSet.lock(by: user, whenTaken: note)
        case .ttas: spin.lock(by: user, whenTaken: note)
        case .ticket: ticket.lock(by: user, whenTaken: note)
        case .mcs: mcs.lock(by: user, whenTaken: note)
        case .queued: queued.lock(by: user, whenTaken: note)
        case .numa: numa.lock(by: user, whenTaken: note)
        case .pthread: library.lock(by: user, whenTaken: note)
        case .mutex: mutex.lock(by: user, whenTaken: note)
        }
    }

    @inline(__always) private borrowing func unlockChosen() {
        switch algorithm {
        case .tas: testAndSet.unlock()
        case .ttas: spin.unlock()
        case .ticket: ticket.unlock()
        case .mcs: mcs.unlock()
        case .queued: queued.unlock()
        case .numa: numa.unlock()
        case .pthread: library.unlock()
        case .mutex: mutex.unlock()
        }
    }
}

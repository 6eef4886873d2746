import Synchronization

/// The zone's lock, which counts how often it was taken and how often somebody had to wait for it.
///
/// It chooses its algorithm at each acquisition: one branch, always taken the same way, parts the spinlock that is
/// there by default from all else.
///
/// *Kernel counterpart:* `zone->lock` and its line in `/proc/lock_stat`.
struct ZoneLock: ~Copyable, Lock {
    private let spin = SpinLock()
    /// Whether the lock is ``spin`` and measures nothing.
    private let isPlain: Bool
    // Written by the holder alone.
    private let taken = SharedInt()
    private let waited = SharedInt()

    private let algorithm: LockAlgorithm
    let recorder: Stable<LockRecorder>?
    // Of these one is used. What they take is little beside the zone.
    private let testAndSet = TestAndSetLock()
    private let ticket = TicketLock()
    private let mcs = MCSLock()
    private let queued = QueuedLock()
    private let numa = CompactNUMALock()
    private let library = LibrarySpinLock()
    private let mutex = LibraryMutex()

    static var rank: LockRank { .zone }

    init() { self.init(.ttas) }

    init(_ algorithm: LockAlgorithm, recorder: Stable<LockRecorder>? = nil) {
        self.algorithm = algorithm
        self.recorder = recorder
        if case .ttas = algorithm { isPlain = recorder == nil } else { isPlain = false }
    }

    var acquisitions: Int { taken.load() }
    var contentions: Int { waited.load() }

    @inline(__always) borrowing func tryLock(by user: LockUser) -> Bool {
        guard isPlain ? spin.tryLock() : tryOther(user) else { return false }
        taken.addAsOnlyWriter(1)
        return true
    }

    @inline(__always) borrowing func lock(by user: LockUser) {
        if !tryLock(by: user) { lockTaken(by: user) }
    }

    /// Waits for a lock that was found taken.
    @inline(__always) borrowing func lockTaken(by user: LockUser) {
        if isPlain { spin.lock() } else { waitForOther(user) }
        taken.addAsOnlyWriter(1)
        waited.addAsOnlyWriter(1)
    }

    @inline(__always) borrowing func unlock() {
        if isPlain { spin.unlock() } else { unlockOther() }
    }

    @inline(never) private borrowing func tryOther(_ user: LockUser) -> Bool {
        guard tryChosen(user) else { return false }
        recorder?.value.noteAcquired(user, since: nil)
        return true
    }

    @inline(never) private borrowing func waitForOther(_ user: LockUser) {
        guard let recorder else { return lockChosen(user) }
        let start = CycleClock.now()
        lockChosen(user)
        recorder.value.noteAcquired(user, since: start)
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

    @inline(__always) private borrowing func lockChosen(_ user: LockUser) {
        switch algorithm {
        case .tas: testAndSet.lock()
        case .ttas: spin.lock()
        case .ticket: ticket.lock()
        case .mcs: mcs.lock()
        case .queued: queued.lock()
        case .numa: numa.lock(by: user)
        case .pthread: library.lock()
        case .mutex: mutex.lock()
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

extension Guarded where L == ZoneLock, Value: ~Copyable {
    /// Waits for a lock that was found taken.
    @inline(__always) borrowing func acquireTaken(by user: LockUser) -> Held<Value, ZoneLock> {
        ZoneLock.rank.check()
        lock.lockTaken(by: user)
        return assumeHeld()
    }
}

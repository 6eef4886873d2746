import Synchronization

/// A per-CPU list's lock: a spinlock that the paths for allocating and freeing only try.
///
/// Those paths take its front word and know nothing else. With statistics the front is shut for good, so that they
/// turn to the paths at length, and what is held and measured is the lock behind it: who measures nothing pays
/// nothing.
///
/// *Kernel counterpart:* `pcp->lock`.
struct PerCPULock: ~Copyable, Lock {
    private let front: _Cell<Front>
    private let back: SpinLock
    let recorder: Stable<LockRecorder>?

    static var rank: LockRank { .perCPU }

    init() { self.init(nil) }

    init(_ recorder: Stable<LockRecorder>?) {
        self.recorder = recorder
        back = SpinLock()
        front = _Cell(Front())
        if recorder != nil { _ = frontLock.tryLock(by: .anyone) }
    }

    /// The word that the fast paths try.
    struct Front: ~Copyable, Lock {
        private let word = SpinLock()

        static var rank: LockRank { .perCPU }

        @inline(__always) borrowing func tryLock(by user: LockUser) -> Bool { word.tryLock() }
        @inline(__always) borrowing func lock(by user: LockUser) { word.lock() }
        @inline(__always) borrowing func unlock() { word.unlock() }
    }

    private var frontLock: Front {
        @inline(__always) unsafeAddress { unsafe UnsafePointer(front._address) }
    }

    @inline(__always) fileprivate borrowing func frontAddress() -> UnsafeMutablePointer<Front> {
        unsafe front._address
    }

    borrowing func tryLock(by user: LockUser) -> Bool {
        guard let recorder else { return frontLock.tryLock(by: user) }
        guard back.tryLock() else {
            recorder.value.noteRefused(user)
            return false
        }
        recorder.value.noteAcquired(user, since: nil)
        return true
    }

    borrowing func lock(by user: LockUser) {
        guard let recorder else { return frontLock.lock(by: user) }
        if back.tryLock() { return recorder.value.noteAcquired(user, since: nil) }
        let start = CycleClock.now()
        back.lock()
        recorder.value.noteAcquired(user, since: start)
    }

    borrowing func unlock() {
        guard let recorder else { return frontLock.unlock() }
        let use = recorder.value.endUse()
        back.unlock()
        recorder.value.record(use)
    }
}

// Sound because the front word is reached through atomic operations alone.
extension PerCPULock: @unchecked Sendable {}

extension Guarded where L == PerCPULock, Value: ~Copyable {
    /// ``tryAcquire(by:)`` for the fast paths; it never succeeds in a machine with lock statistics.
    @inline(__always) borrowing func tryAcquireFast() -> Held<Value, PerCPULock.Front>? {
        PerCPULock.rank.check()
        let front = unsafe lock.frontAddress()
        guard unsafe front.pointee.tryLock(by: .anyone) else { return nil }
        return unsafe assumeHeld(by: front)
    }
}

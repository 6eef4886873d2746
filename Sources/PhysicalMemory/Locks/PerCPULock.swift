import Synchronization

/// A per-CPU list's lock: a spinlock that the paths for allocating and freeing only try.
///
/// A thread that acts as the CPU for a while adopts the lock, and then enters by a door of its own, which the fast
/// paths know and nothing else. Whoever else comes takes the spinlock and bars the door. Nobody can adopt a lock with
/// statistics: all take the spinlock, and what is held is measured; who measures nothing pays nothing.
///
/// *Kernel counterpart:* `pcp->lock`.
struct PerCPULock: ~Copyable, Lock {
    private let door: _Cell<OwnersDoor>
    private let word: SpinLock
    let recorder: Stable<LockRecorder>?

    static var rank: LockRank { .perCPU }

    init() { self.init(nil) }

    init(_ recorder: Stable<LockRecorder>?) {
        self.recorder = recorder
        word = SpinLock()
        door = _Cell(OwnersDoor())
    }

    private var owners: OwnersDoor {
        @inline(__always) unsafeAddress { unsafe UnsafePointer(door._address) }
    }

    @inline(__always) fileprivate borrowing func doorAddress() -> UnsafeMutablePointer<OwnersDoor> {
        unsafe door._address
    }

    /// Makes the calling thread the owner, if the lock has none and can have one. Returns whether it did.
    borrowing func adopt() -> Bool {
        guard recorder == nil, OwnersDoor.canBeOwned else { return false }
        word.lock()
        defer { word.unlock() }
        return owners.adopt()
    }

    /// Undoes ``adopt()``, for a thread that does not hold the lock. Does nothing if another thread owns it.
    borrowing func abandon() {
        guard owners.isOwnedByCaller() else { return }
        word.lock()
        owners.abandon()
        word.unlock()
    }

    borrowing func tryLock(by user: LockUser) -> Bool {
        if owners.isOwnedByCaller() { return owners.tryLock() }
        guard word.tryLock() else {
            recorder?.value.noteRefused(user)
            return false
        }
        guard owners.bar(isPatient: false) else {
            word.unlock()
            return false
        }
        recorder?.value.noteAcquired(user, since: nil)
        return true
    }

    @discardableResult borrowing func lock(by user: LockUser, whenTaken note: () -> Void) -> Bool {
        if owners.isOwnedByCaller() { return owners.lock(by: user, whenTaken: note) }
        let start = recorder == nil ? 0 : CycleClock.now()
        let isTaken = word.lock(by: user, whenTaken: note)
        recorder?.value.noteAcquired(user, since: isTaken ? start : nil)
        _ = owners.bar(isPatient: true)
        return isTaken
    }

    borrowing func unlock() {
        if owners.isOwnedByCaller() { return owners.unlock() }
        let use = recorder?.value.endUse()
        owners.unbar()
        word.unlock()
        if let recorder, let use { recorder.value.record(use) }
    }
}

// Sound because the door is reached through atomic operations alone.
extension PerCPULock: @unchecked Sendable {}

extension Guarded where L == PerCPULock, Value: ~Copyable {
    /// ``tryAcquire(by:)`` for the fast paths; it never succeeds for a thread that has not adopted the lock.
    @inline(__always) borrowing func tryAcquireFast() -> Held<Value, OwnersDoor>? {
        PerCPULock.rank.check()
        let door = unsafe lock.doorAddress()
        guard unsafe door.pointee.tryLock() else { return nil }
        return unsafe assumeHeld(by: door)
    }
}

import CPrimitives
import Synchronization

/// The C library's spinlock: ``LockAlgorithm/pthread``.
///
/// It is tried rather than waited for: the library's own wait never yields, and would hold the CPU that the lock's
/// holder needs.
@safe struct LibrarySpinLock: ~Copyable, TriedLock {
    private let word = _Cell<Int32>(0)

    init() { unsafe cprim_spin_init(word._address) }

    @inline(__always) borrowing func tryLock(by user: LockUser = .anyone) -> Bool {
        unsafe cprim_spin_try(word._address) != 0
    }

    @inline(__always) borrowing func unlock() { unsafe cprim_spin_unlock(word._address) }
}

// Sound because the word is reached through the library's functions alone.
extension LibrarySpinLock: @unchecked Sendable {}

/// The standard library's mutex: ``LockAlgorithm/mutex``.
struct LibraryMutex: ~Copyable, Lock {
    private let mutex = Mutex<Void>(())
    /// ThreadSanitizer does not see into the library: a release and an acquire tell it of the order there is.
    private let order = Atomic<UInt32>(0)

    @inline(__always) borrowing func tryLock(by user: LockUser = .anyone) -> Bool {
        guard mutex._unsafeTryLock() else { return false }
        _ = order.load(ordering: .acquiring)
        return true
    }

    @inline(__always) @discardableResult
    borrowing func lock(by user: LockUser, whenTaken note: () -> Void) -> Bool {
        let isTaken = !mutex._unsafeTryLock()
        if isTaken {
            note()
            mutex._unsafeLock()
        }
        _ = order.load(ordering: .acquiring)
        return isTaken
    }

    @inline(__always) borrowing func unlock() {
        order.store(0, ordering: .releasing)
        mutex._unsafeUnlock()
    }
}

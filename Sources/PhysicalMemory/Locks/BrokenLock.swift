import Synchronization

/// A lock that does not keep its promise, for the torture to find: one in eight of those that find it taken goes on
/// as if it were free, and lets go of it for whoever holds it.
struct BrokenLock: ~Copyable, Lock {
    private let word = SpinLock()
    private let found = Atomic<UInt32>(0)

    borrowing func tryLock(by user: LockUser) -> Bool { word.tryLock() }

    borrowing func lock(by user: LockUser, whenTaken note: () -> Void) -> Bool {
        if word.tryLock() { return false }
        note()
        if found.wrappingAdd(1, ordering: .relaxed).oldValue % 8 != 7 { word.lock() }
        return true
    }

    borrowing func unlock() { word.unlock() }
}

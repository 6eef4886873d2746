import CPrimitives
import Synchronization

/// A test-and-test-and-set spinlock. Unfair; the cheapest when nobody else wants it.
///
/// *Kernel counterpart:* `spinlock_t`, without the queue.
struct SpinLock: ~Copyable, Lock {
    private let word = Atomic<UInt32>(0)

    @inline(__always) borrowing func tryLock(by user: LockUser = .anyone) -> Bool {
        word.exchange(1, ordering: .acquiring) == 0
    }

    @inline(__always) borrowing func lock(by user: LockUser = .anyone) {
        if !tryLock() { wait() }
    }

    @inline(never) private borrowing func wait() {
        var looks = 0
        repeat {
            while word.load(ordering: .relaxed) != 0 {
                looks += 1
                if looks < SpinWait.limit {
                    cprim_pause()
                } else {
                    cprim_yield()
                    looks = 0
                }
            }
        } while !tryLock()
    }

    @inline(__always) borrowing func unlock() {
        word.store(0, ordering: .releasing)
    }
}

/// A test-and-set spinlock: ``LockAlgorithm/tas``.
struct TestAndSetLock: ~Copyable, Lock {
    private let word = Atomic<UInt32>(0)

    @inline(__always) borrowing func tryLock(by user: LockUser = .anyone) -> Bool {
        word.exchange(1, ordering: .acquiring) == 0
    }

    @inline(__always) borrowing func lock(by user: LockUser = .anyone) {
        var wait = SpinWait()
        while !tryLock() { wait.pause() }
    }

    @inline(__always) borrowing func unlock() {
        word.store(0, ordering: .releasing)
    }
}

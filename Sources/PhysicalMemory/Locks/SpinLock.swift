import CPrimitives
import Synchronization

/// A test-and-test-and-set spinlock with back-off: ``LockAlgorithm/ttas``. Unfair; the cheapest when nobody else wants it.
///
/// *Kernel counterpart:* `spinlock_t`, without the queue.
struct SpinLock: ~Copyable, TriedLock {
    private let word = Atomic<UInt32>(0)

    @inline(__always) borrowing func tryLock(by user: LockUser = .anyone) -> Bool {
        word.exchange(1, ordering: .acquiring) == 0
    }

    @inline(never) borrowing func retry(by user: LockUser) {
        var looks = 0
        var backOff = 1
        while true {
            while word.load(ordering: .relaxed) != 0 {
                looks += 1
                if looks < SpinWait.limit {
                    cprim_pause()
                } else {
                    cprim_yield()
                    looks = 0
                }
            }
            if tryLock() { return }
            // Others want it, too: the more often they were faster, the longer they are left alone.
            for _ in 0..<backOff { cprim_pause() }
            backOff = min(2 * backOff, Self.longestBackOff)
        }
    }

    /// In pauses: some 2 µs.
    private static var longestBackOff: Int { 64 }

    @inline(__always) borrowing func unlock() {
        word.store(0, ordering: .releasing)
    }
}

/// A test-and-set spinlock: ``LockAlgorithm/tas``.
struct TestAndSetLock: ~Copyable, TriedLock {
    private let word = Atomic<UInt32>(0)

    @inline(__always) borrowing func tryLock(by user: LockUser = .anyone) -> Bool {
        word.exchange(1, ordering: .acquiring) == 0
    }

    @inline(__always) borrowing func unlock() {
        word.store(0, ordering: .releasing)
    }
}

import CPrimitives
import Synchronization

// Lock order, outermost first: a per-CPU list's lock, then a zone's lock. Two locks of the same kind are never held
// together. A per-CPU list's lock is only tried on the paths that allocate and free; drains wait for it.

/// What guards a ``Guarded`` value.
protocol Lock: ~Copyable, Sendable {
    init()
    borrowing func lock()
    borrowing func tryLock() -> Bool
    borrowing func unlock()
}

/// A test-and-test-and-set spinlock. Unfair; the cheapest when nobody else wants it.
///
/// A user thread can lose its CPU while it holds the lock, which a holder of a kernel spinlock cannot: after
/// ``spinLimit`` looks a waiter gives its CPU away.
///
/// *Kernel counterpart:* `spinlock_t`, without the queue.
struct SpinLock: ~Copyable, Lock {
    private let word = Atomic<UInt32>(0)

    /// Looks at the lock before a waiter yields: some 10 µs.
    static var spinLimit: Int { 256 }

    @inline(__always) borrowing func tryLock() -> Bool {
        word.exchange(1, ordering: .acquiring) == 0
    }

    @inline(__always) borrowing func lock() {
        if !tryLock() { wait() }
    }

    @inline(never) private borrowing func wait() {
        var looks = 0
        repeat {
            while word.load(ordering: .relaxed) != 0 {
                looks += 1
                if looks < Self.spinLimit {
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

/// The zone's lock, which counts how often it was taken and how often somebody had to wait for it.
///
/// *Kernel counterpart:* `zone->lock` and its line in `/proc/lock_stat`.
struct ZoneLock: ~Copyable, Lock {
    private let spin = SpinLock()
    // Written by the holder alone.
    private let taken = SharedInt()
    private let waited = SharedInt()
    private let algorithm: LockAlgorithm

    init() { self.init(.ttas) }
    init(_ algorithm: LockAlgorithm) { self.algorithm = algorithm }

    var acquisitions: Int { taken.load() }
    var contentions: Int { waited.load() }

    @inline(__always) borrowing func tryLock() -> Bool {
        guard spin.tryLock() else { return false }
        taken.addAsOnlyWriter(1)
        return true
    }

    @inline(__always) borrowing func lock() {
        if !tryLock() {
            spin.lock()
            taken.addAsOnlyWriter(1)
            waited.addAsOnlyWriter(1)
        }
    }

    @inline(__always) borrowing func unlock() { spin.unlock() }
}

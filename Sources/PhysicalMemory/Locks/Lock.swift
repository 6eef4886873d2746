import CPrimitives

/// What guards a ``Guarded`` value.
///
/// A thread may hold several at once, at most ``QueueNode/perThread`` of those that queue, and lets go of each itself.
protocol Lock: ~Copyable, Sendable {
    /// The lock's place in the order in which locks are taken.
    static var rank: LockRank { get }
    init()
    /// Waits for the lock. Returns whether it was taken at first; then `note` is called before the wait.
    @discardableResult borrowing func lock(by user: LockUser, whenTaken note: () -> Void) -> Bool
    borrowing func tryLock(by user: LockUser) -> Bool
    borrowing func unlock()

    /// Says that the calling thread will take the lock more often than others do. Returns whether it matters.
    borrowing func adopt() -> Bool
    /// Takes that back.
    borrowing func abandon()
}

extension Lock where Self: ~Copyable {
    @inline(__always) static var rank: LockRank { .unordered }

    @inline(__always) @discardableResult borrowing func lock(by user: LockUser = .anyone) -> Bool {
        lock(by: user) {}
    }

    borrowing func adopt() -> Bool { false }
    borrowing func abandon() {}
}

/// A lock that is waited for by trying it again.
protocol TriedLock: Lock, ~Copyable {
    /// Tries until it has the lock, which was found taken.
    borrowing func retry(by user: LockUser)
}

extension TriedLock where Self: ~Copyable {
    @inline(__always) @discardableResult
    borrowing func lock(by user: LockUser, whenTaken note: () -> Void) -> Bool {
        if tryLock(by: user) { return false }
        note()
        retry(by: user)
        return true
    }

    @inline(__always) borrowing func retry(by user: LockUser) { tryAgain(by: user) }

    /// Tries until it has the lock, without looking first.
    @inline(never) borrowing func tryAgain(by user: LockUser) {
        var wait = SpinWait()
        repeat { wait.pause() } while !tryLock(by: user)
    }
}

/// A lock with a line of waiters.
protocol OrderlyLock: Lock, ~Copyable {
    /// Another value after each arrival of a waiter, as long as the lock is held.
    var arrivalMark: UInt64 { get }
}

/// Who takes a lock, for locks that care: a CPU by its place among the machine's, and its node's number.
struct LockUser {
    let cpu: Int32
    let node: Int32

    /// A thread that acts as no CPU.
    static var anyone: LockUser { LockUser(cpu: -1, node: -1) }
}

/// The looks of one waiter: pauses at first, and when it has waited long its CPU goes to others at each look.
///
/// A user thread can lose its CPU while it holds a lock, or when its turn has come; a holder of a kernel spinlock
/// cannot. Whoever is waited for may need the very CPU that the waiter spins on.
struct SpinWait {
    private var looks = 0

    /// Looks before a waiter yields: some 10 µs.
    static var limit: Int { 256 }

    @inline(__always) mutating func pause() {
        if looks < Self.limit {
            looks &+= 1
            cprim_pause()
        } else {
            cprim_yield()
        }
    }
}

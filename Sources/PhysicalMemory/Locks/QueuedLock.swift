import Synchronization

/// One word: locked, pending for the first waiter, and the tail of a queue: ``LockAlgorithm/queued``. Served in the
/// order of arrival.
///
/// The first waiter sets *pending* and looks at the word itself; those after it queue, and the queue's head looks at
/// the word until neither locked nor pending. A node is needed only as long as its thread waits.
///
/// Bits 0–7 are 1 while the lock is held, bit 8 is pending, bits 16–63 are the tail's address in units of 64 bytes.
/// *Kernel counterpart:* `struct qspinlock`, whose 32 bits name the tail by CPU and context. It lets go by storing the
/// lowest byte; the exchange of the whole word that comes next has to wait for such a store, and the two cost twice as
/// much here as a subtraction does.
struct QueuedLock: ~Copyable, OrderlyLock {
    private let word = Atomic<UInt64>(0)

    private static var locked: UInt64 { 1 }
    private static var pending: UInt64 { 1 << 8 }
    private static var lockedOrPending: UInt64 { 0x1ff }

    @inline(__always) borrowing func tryLock(by user: LockUser = .anyone) -> Bool {
        word.load(ordering: .relaxed) == 0
            && word.compareExchange(expected: 0, desired: Self.locked, ordering: .acquiring).exchanged
    }

    @inline(__always) @discardableResult
    borrowing func lock(by user: LockUser, whenTaken note: () -> Void) -> Bool {
        let (isTaken, found) = word.compareExchange(expected: 0, desired: Self.locked, ordering: .acquiring)
        if isTaken { return false }
        note()
        wait(found)
        return true
    }

    @inline(__always) borrowing func unlock() {
        word.wrappingSubtract(Self.locked, ordering: .releasing)
    }

    @inline(never) private borrowing func wait(_ found: UInt64) {
        // Somebody who waits has come before: behind it, in the queue.
        guard found & ~Self.locked == 0 else { return queue() }
        let seen = word.bitwiseOr(Self.pending, ordering: .acquiring).oldValue
        guard seen & ~Self.locked == 0 else {
            if seen & Self.pending == 0 { word.bitwiseAnd(~Self.pending, ordering: .relaxed) }
            return queue()
        }
        var wait = SpinWait()
        while word.load(ordering: .acquiring) & Self.locked != 0 { wait.pause() }
        word.wrappingSubtract(Self.pending &- Self.locked, ordering: .relaxed)
    }

    private borrowing func queue() {
        let node = QueueNode.claim()
        defer { QueueNode.giveBack(node) }
        let before = exchangeTail(node)
        if before.isSome {
            before.value.next.store(node, ordering: .releasing)
            _ = node.waitForGrant()
        }
        var wait = SpinWait()
        var value = word.load(ordering: .acquiring)
        while value & Self.lockedOrPending != 0 {
            wait.pause()
            value = word.load(ordering: .acquiring)
        }
        // The last in the queue empties it; somebody may have come behind meanwhile, but nobody can take the lock.
        if value == Self.tail(node),
            word.compareExchange(expected: value, desired: Self.locked, ordering: .acquiring).exchanged
        {
            return
        }
        word.wrappingAdd(Self.locked, ordering: .relaxed)
        node.waitForNext().value.grant.store(1, ordering: .releasing)
    }

    private borrowing func exchangeTail(_ node: QueueNodeAddress) -> QueueNodeAddress {
        var value = word.load(ordering: .relaxed)
        while true {
            let (done, seen) = word.weakCompareExchange(
                expected: value, desired: value & 0xffff | Self.tail(node), ordering: .acquiringAndReleasing)
            if done { return QueueNodeAddress(rawValue: UInt((value >> 16) << 6)) }
            value = seen
        }
    }

    /// Addresses have at most 54 bits, unless a program asks for others; none does here.
    @inline(__always) private static func tail(_ node: QueueNodeAddress) -> UInt64 {
        (UInt64(node.rawValue) >> 6) << 16
    }

    /// Another value after each arrival of a waiter.
    var arrivalMark: UInt64 { word.load(ordering: .relaxed) & ~Self.locked }
}

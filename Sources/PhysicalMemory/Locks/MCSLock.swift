import Synchronization

/// A queue of waiters, each of which looks at a word of its own: ``LockAlgorithm/mcs``. Served in the order of arrival.
struct MCSLock: ~Copyable, OrderlyLock {
    private let tail = Atomic<QueueNodeAddress>(.none)
    /// The holder's node, for the holder alone: whoever unlocks has no other way to know it.
    private let holder = Atomic<QueueNodeAddress>(.none)

    @inline(__always) borrowing func tryLock(by user: LockUser = .anyone) -> Bool {
        // A look first: a node is not worth claiming for a lock that is taken.
        guard !tail.load(ordering: .relaxed).isSome else { return false }
        let node = QueueNode.claim()
        guard tail.compareExchange(expected: .none, desired: node, ordering: .acquiring).exchanged else {
            QueueNode.giveBack(node)
            return false
        }
        holder.store(node, ordering: .relaxed)
        return true
    }

    @inline(__always) @discardableResult
    borrowing func lock(by user: LockUser, whenTaken note: () -> Void) -> Bool {
        let node = QueueNode.claim()
        let before = tail.exchange(node, ordering: .acquiringAndReleasing)
        if before.isSome {
            note()
            wait(node, behind: before)
        }
        holder.store(node, ordering: .relaxed)
        return before.isSome
    }

    @inline(never) private borrowing func wait(_ node: QueueNodeAddress, behind before: QueueNodeAddress) {
        before.value.next.store(node, ordering: .releasing)
        _ = node.waitForGrant()
    }

    @inline(__always) borrowing func unlock() {
        let node = holder.load(ordering: .relaxed)
        var next = node.value.next.load(ordering: .acquiring)
        if !next.isSome {
            if tail.compareExchange(expected: node, desired: .none, ordering: .releasing).exchanged {
                return QueueNode.giveBack(node)
            }
            next = node.waitForNext()
        }
        next.value.grant.store(1, ordering: .releasing)
        QueueNode.giveBack(node)
    }

    /// Another value after each arrival of a waiter.
    var arrivalMark: UInt64 { UInt64(tail.load(ordering: .relaxed).rawValue) }
}

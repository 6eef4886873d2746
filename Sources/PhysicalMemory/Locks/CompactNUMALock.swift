import Synchronization

/// A queue that hands the lock on within a node: ``LockAlgorithm/numa``.
///
/// Whoever lets go looks for the first waiter of its own node; those of other nodes that it passes are set aside, in
/// order, in front of the rest. The line of waiters, those set aside first, is thus always in the order of arrival,
/// and each hand-over goes to the head of the line or passes it.
///
/// *Bound:* after ``limit`` hand-overs in a row that passed the head, the next one goes to the head. A waiter with *k*
/// others before it gets the lock after at most (*k* + 1) × (``limit`` + 1) acquisitions.
struct CompactNUMALock: ~Copyable, OrderlyLock {
    private let tail = Atomic<QueueNodeAddress>(.none)
    // Written by the holder alone.
    private let holder = Atomic<QueueNodeAddress>(.none)
    private let passes = Atomic<Int>(0)
    private let limit: Int

    static var defaultLimit: Int { 128 }
    /// The grant that comes with nobody set aside; else it is the address of the first who is.
    private static var plainGrant: UInt { 1 }

    init() { self.init(limit: Self.defaultLimit) }

    init(limit: Int) { self.limit = limit }

    @inline(__always) borrowing func tryLock(by user: LockUser = .anyone) -> Bool {
        guard !tail.load(ordering: .relaxed).isSome else { return false }
        let node = claim(user.node)
        guard tail.compareExchange(expected: .none, desired: node, ordering: .acquiring).exchanged else {
            QueueNode.giveBack(node)
            return false
        }
        start(node, Self.plainGrant)
        return true
    }

    @inline(__always) @discardableResult
    borrowing func lock(by user: LockUser, whenTaken note: () -> Void) -> Bool {
        let node = claim(user.node)
        let before = tail.exchange(node, ordering: .acquiringAndReleasing)
        if before.isSome {
            note()
            wait(node, behind: before)
        } else {
            start(node, Self.plainGrant)
        }
        return before.isSome
    }

    @inline(never) private borrowing func wait(_ node: QueueNodeAddress, behind before: QueueNodeAddress) {
        before.value.next.store(node, ordering: .releasing)
        start(node, node.waitForGrant())
    }

    @inline(__always) private borrowing func claim(_ number: Int32) -> QueueNodeAddress {
        let node = QueueNode.claim()
        node.value.node.store(number, ordering: .relaxed)
        return node
    }

    @inline(__always) private borrowing func start(_ node: QueueNodeAddress, _ grant: UInt) {
        node.value.grant.store(grant, ordering: .relaxed)
        holder.store(node, ordering: .relaxed)
    }

    @inline(__always) borrowing func unlock() {
        let node = holder.load(ordering: .relaxed)
        if node.value.grant.load(ordering: .relaxed) == Self.plainGrant,
            !node.value.next.load(ordering: .relaxed).isSome,
            tail.compareExchange(expected: node, desired: .none, ordering: .releasing).exchanged
        {
            return QueueNode.giveBack(node)
        }
        handOver(from: node)
    }

    @inline(never) private borrowing func handOver(from node: QueueNodeAddress) {
        defer { QueueNode.giveBack(node) }
        let grant = node.value.grant.load(ordering: .relaxed)
        var aside = QueueNodeAddress(rawValue: grant == Self.plainGrant ? 0 : grant)
        var next = node.value.next.load(ordering: .acquiring)
        if !next.isSome {
            if aside.isSome {
                // Nobody else waits: those set aside become the queue.
                let last = aside.value.asideTail.load(ordering: .relaxed)
                if tail.compareExchange(expected: node, desired: last, ordering: .acquiringAndReleasing).exchanged {
                    passes.store(0, ordering: .relaxed)
                    return aside.value.grant.store(Self.plainGrant, ordering: .releasing)
                }
            } else if tail.compareExchange(expected: node, desired: .none, ordering: .releasing).exchanged {
                return
            }
            next = node.waitForNext()
        }
        let passed = passes.load(ordering: .relaxed)
        if passed < limit, let local = Self.firstLocal(to: node, from: next, aside: &aside) {
            passes.store(aside.isSome ? passed + 1 : 0, ordering: .relaxed)
            return local.value.grant.store(aside.isSome ? aside.rawValue : Self.plainGrant, ordering: .releasing)
        }
        passes.store(0, ordering: .relaxed)
        guard aside.isSome else { return next.value.grant.store(Self.plainGrant, ordering: .releasing) }
        // The oldest of all waiters, with everyone else behind it.
        aside.value.asideTail.load(ordering: .relaxed).value.next.store(next, ordering: .relaxed)
        aside.value.grant.store(Self.plainGrant, ordering: .releasing)
    }

    /// The first waiter of the node's own node from `first` on; all before it are set aside, behind those who are.
    ///
    /// If there is none, nobody is moved. Complexity: O(waiters passed).
    private static func firstLocal(
        to node: QueueNodeAddress, from first: QueueNodeAddress, aside: inout QueueNodeAddress
    ) -> QueueNodeAddress? {
        let number = node.value.node.load(ordering: .relaxed)
        var waiter = first
        var last = QueueNodeAddress.none
        while waiter.value.node.load(ordering: .relaxed) != number {
            last = waiter
            waiter = waiter.value.next.load(ordering: .acquiring)
            guard waiter.isSome else { return nil }
        }
        guard last.isSome else { return waiter }
        last.value.next.store(.none, ordering: .relaxed)
        if aside.isSome {
            aside.value.asideTail.load(ordering: .relaxed).value.next.store(first, ordering: .relaxed)
        } else {
            aside = first
        }
        aside.value.asideTail.store(last, ordering: .relaxed)
        return waiter
    }

    /// Another value after each arrival of a waiter.
    var arrivalMark: UInt64 { UInt64(tail.load(ordering: .relaxed).rawValue) }
}

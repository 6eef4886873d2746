import CPrimitives
import Synchronization

/// A waiter's place in a queue, on a cache line of its own.
///
/// Nodes lie in their thread's own memory, ``perThread`` of them, so that waiting allocates nothing. Nobody knows a
/// node's address any more when its thread gives it back.
///
/// *Kernel counterpart:* `struct mcs_spinlock`, four to a CPU: one for each context that can interrupt another.
struct QueueNode: ~Copyable {
    /// Who comes after; none as long as nobody does, or has only just come.
    let next = Atomic<QueueNodeAddress>(.none)
    /// 0 while its thread has to wait. ``CompactNUMALock`` passes more in it.
    let grant = Atomic<UInt>(0)
    let node = Atomic<Int32>(-1)
    /// Of the first node of a queue set aside: its last one.
    let asideTail = Atomic<QueueNodeAddress>(.none)

    /// Locks of the kinds that queue which one thread may hold or wait for at once.
    static var perThread: Int { 4 }

    /// Takes a node of this thread. Complexity: O(1).
    @inline(__always) static func claim() -> QueueNodeAddress {
        unsafe ThreadMemory.current.claimNode()
    }

    /// Gives a node of this thread back.
    @inline(__always) static func giveBack(_ node: QueueNodeAddress) {
        unsafe ThreadMemory.current.giveBack(node)
    }
}

/// Where a ``QueueNode`` is: a multiple of 64, so that a lock word has room for more beside it.
///
/// Sound because an address is followed only while the node's owner waits or holds, which the lock it stands in
/// for decides.
@safe struct QueueNodeAddress: RawRepresentable, AtomicRepresentable, Equatable {
    let rawValue: UInt

    static var none: QueueNodeAddress { QueueNodeAddress(rawValue: 0) }

    @inline(__always) init(rawValue: UInt) { self.rawValue = rawValue }

    @inline(__always) static func == (left: Self, right: Self) -> Bool { left.rawValue == right.rawValue }

    @inline(__always) var isSome: Bool { rawValue != 0 }

    var value: QueueNode {
        @inline(__always) unsafeAddress {
            unsafe UnsafePointer(bitPattern: rawValue).unsafelyUnwrapped
        }
    }

    /// Waits until somebody has come after this node, as one that took the tail is about to say.
    @inline(__always) func waitForNext() -> QueueNodeAddress {
        var wait = SpinWait()
        while true {
            let next = value.next.load(ordering: .acquiring)
            if next.isSome { return next }
            wait.pause()
        }
    }

    /// Waits for the lock to be handed on. Returns what came with it.
    @inline(__always) func waitForGrant() -> UInt {
        var wait = SpinWait()
        while true {
            let grant = value.grant.load(ordering: .acquiring)
            if grant != 0 { return grant }
            wait.pause()
        }
    }
}

/// What the locks keep for the calling thread. Only that thread reaches it through here, so it needs no lock.
///
/// It is zero at first, which is a valid start for all that lies in it.
@unsafe struct ThreadMemory {
    private let base: UnsafeMutableRawPointer

    @inline(__always) static var current: ThreadMemory {
        unsafe ThreadMemory(base: cprim_thread_address().unsafelyUnwrapped)
    }

    /// A bit for each node that is in use.
    @inline(__always) private var used: UnsafeMutablePointer<UInt64> {
        unsafe base.assumingMemoryBound(to: UInt64.self)
    }

    /// A bit for each ``LockRank`` that is held. In debug builds.
    @inline(__always) var held: UnsafeMutablePointer<UInt64> {
        unsafe base.assumingMemoryBound(to: UInt64.self) + 1
    }

    @inline(__always) func claimNode() -> QueueNodeAddress {
        let place = unsafe (~used.pointee).trailingZeroBitCount
        precondition(place < QueueNode.perThread, "a thread holds too many queued locks at once")
        unsafe used.pointee |= 1 &<< UInt64(place)
        let node = unsafe QueueNodeAddress(rawValue: UInt(bitPattern: base) &+ 128 &+ 64 &* UInt(place))
        node.value.next.store(.none, ordering: .relaxed)
        node.value.grant.store(0, ordering: .relaxed)
        return node
    }

    @inline(__always) func giveBack(_ node: QueueNodeAddress) {
        let place = unsafe (node.rawValue &- UInt(bitPattern: base) &- 128) &>> 6
        unsafe used.pointee &= ~(1 &<< UInt64(place))
    }
}

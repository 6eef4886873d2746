import CPrimitives
import Synchronization

/// The way by which one thread, the owner, enters what a ``PerCPULock`` guards: a store and a load of its own cache
/// line, where an exchange costs some 2.4 ns.
///
/// Sound because of what is done on the other side. The owner says that it is inside, then looks whether it is barred;
/// others bar it, then make every thread pass a memory barrier, then wait until it is not inside. Whichever came first,
/// one of the two sees the other: an owner that had not seen the bar was inside before the barrier, and is seen there.
///
/// *Kernel counterpart:* none: `pcp->lock` is a spinlock. *Source:* Dice, Moir and Scherer, "Quickly Reacquirable Locks"
/// (2003), with `membarrier(2)` in place of their signals.
struct OwnersDoor: ~Copyable, TriedLock {
    /// The owning thread, by the address of its memory, which no other living thread has. 0: nobody.
    private let owner = Atomic<UInt>(0)
    private let inside = Atomic<UInt32>(0)
    private let barred = Atomic<UInt32>(0)

    static var rank: LockRank { .perCPU }

    /// Whether doors can have owners: the system has `membarrier`, and lets this process use it.
    static let canBeOwned = cprim_barrier_register() != 0

    @inline(__always) private static var caller: UInt {
        UInt(bitPattern: unsafe cprim_thread_address())
    }

    @inline(__always) borrowing func isOwnedByCaller() -> Bool { owner.load(ordering: .relaxed) == Self.caller }

    /// Enters, if the caller owns the door and is not barred.
    @inline(__always) borrowing func tryLock(by user: LockUser = .anyone) -> Bool {
        guard isOwnedByCaller() else { return false }
        inside.store(1, ordering: .relaxed)
        cprim_compiler_barrier()
        if barred.load(ordering: .acquiring) == 0 { return true }
        inside.store(0, ordering: .releasing)
        return false
    }

    @inline(__always) borrowing func unlock() { inside.store(0, ordering: .releasing) }

    // The rest is for holders of the lock that others take.

    /// Makes the caller the owner if nobody is. Returns whether it did.
    borrowing func adopt() -> Bool {
        guard owner.load(ordering: .relaxed) == 0 else { return false }
        owner.store(Self.caller, ordering: .relaxed)
        return true
    }

    /// Leaves the door without an owner.
    borrowing func abandon() { owner.store(0, ordering: .relaxed) }

    /// Keeps the owner out, if there is one; waits until it has left or, if `isPatient` is false, returns `false`.
    ///
    /// Complexity: some 400 ns for the barrier, where there is an owner.
    borrowing func bar(isPatient: Bool) -> Bool {
        guard owner.load(ordering: .relaxed) != 0 else { return true }
        barred.store(1, ordering: .relaxed)
        precondition(cprim_barrier_everywhere() != 0, "membarrier fails, which it did not when it was registered")
        var wait = SpinWait()
        while inside.load(ordering: .acquiring) != 0 {
            guard isPatient else {
                unbar()
                return false
            }
            wait.pause()
        }
        return true
    }

    borrowing func unbar() {
        if owner.load(ordering: .relaxed) != 0 { barred.store(0, ordering: .releasing) }
    }
}

import Synchronization

/// A value that only the holder of its lock can reach.
///
/// The value's cell stands before the lock: ThreadSanitizer records an access to a part of a struct at the struct's
/// first byte, and would take the lock word there for a part of the value.
struct Guarded<Value: ~Copyable, L: Lock & ~Copyable>: ~Copyable {
    private let cell: _Cell<Value>
    private let gate: _Cell<L>

    init(_ value: consuming Value) { self.init(value, lock: L()) }

    init(_ value: consuming Value, lock: consuming L) {
        cell = _Cell(value)
        gate = _Cell(lock)
    }

    /// The lock itself, for its statistics.
    var lock: L {
        @inline(__always) unsafeAddress { unsafe UnsafePointer(gate._address) }
    }

    /// Waits for the lock.
    @inline(__always) borrowing func acquire(by user: LockUser = .anyone) -> Held<Value, L> {
        L.rank.check()
        unsafe gate._address.pointee.lock(by: user)
        return unsafe Held(value: cell._address, gate: gate._address)
    }

    /// Waits for the lock, and adds one to `waits` before it does.
    @inline(__always) borrowing func acquire(
        by user: LockUser, noting waits: borrowing SharedInt
    ) -> Held<Value, L> {
        L.rank.check()
        unsafe gate._address.pointee.lock(by: user) { waits.addAsOnlyWriter(1) }
        return unsafe Held(value: cell._address, gate: gate._address)
    }

    /// Takes the lock if nobody has it.
    @inline(__always) borrowing func tryAcquire(by user: LockUser = .anyone) -> Held<Value, L>? {
        L.rank.check()
        guard unsafe gate._address.pointee.tryLock(by: user) else { return nil }
        return unsafe Held(value: cell._address, gate: gate._address)
    }

    /// The value, for a caller that took the lock by other means.
    @inline(__always) borrowing func assumeHeld() -> Held<Value, L> {
        unsafe Held(value: cell._address, gate: gate._address)
    }

    /// The value, for a caller that took `gate`, which stands for the lock.
    @inline(__always) borrowing func assumeHeld<Other: Lock & ~Copyable>(
        by gate: UnsafeMutablePointer<Other>
    ) -> Held<Value, Other> {
        unsafe Held(value: cell._address, gate: gate)
    }
}

// Sound because the value is reached through `Held` alone, and a `Held` exists only while the lock is held.
extension Guarded: @unchecked Sendable where Value: ~Copyable, L: ~Copyable {}

/// The right to touch a guarded value. It cannot be copied, and lets go of the lock when it dies.
///
/// It must not outlive its ``Guarded``: both addresses point into it. `_ = guarded.acquire()` lets go at once.
@safe struct Held<Value: ~Copyable, L: Lock & ~Copyable>: ~Copyable {
    private let address: UnsafeMutablePointer<Value>
    private let gate: UnsafeMutablePointer<L>

    @inline(__always) init(value: UnsafeMutablePointer<Value>, gate: UnsafeMutablePointer<L>) {
        unsafe address = value
        unsafe self.gate = gate
        L.rank.noteTaken()
    }

    @inline(__always) deinit {
        L.rank.noteReleased()
        unsafe gate.pointee.unlock()
    }

    var value: Value {
        @inline(__always) _read { yield unsafe address.pointee }
        @inline(__always) nonmutating _modify { yield unsafe &address.pointee }
    }
}

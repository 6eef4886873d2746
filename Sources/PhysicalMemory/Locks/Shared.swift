import Synchronization

// The only doors to memory that several threads use at once without a lock. Everything here is relaxed unless its
// name says otherwise: the values are counters, marks and flags that a reader may see a little late, as in the kernel.

/// A shared count. *Kernel counterpart:* `atomic_long_t`, or a `long` read with `READ_ONCE`.
struct SharedInt: ~Copyable {
    private let cell: Atomic<Int>

    init(_ value: Int = 0) { cell = Atomic(value) }

    @inline(__always) func load() -> Int { cell.load(ordering: .relaxed) }
    @inline(__always) func store(_ value: Int) { cell.store(value, ordering: .relaxed) }

    /// Adds where only one thread writes at a time: its owner, or the holder of the lock that covers it.
    @inline(__always) func addAsOnlyWriter(_ delta: Int) {
        cell.store(cell.load(ordering: .relaxed) &+ delta, ordering: .relaxed)
    }

    /// Adds, whoever else does.
    @inline(__always) func add(_ delta: Int) { cell.wrappingAdd(delta, ordering: .relaxed) }

    /// Makes it at least `value`, whoever else does.
    @inline(__always) func raise(to value: Int) {
        if value > cell.load(ordering: .relaxed) { cell.max(value, ordering: .relaxed) }
    }
}

/// Shared flags. *Kernel counterpart:* `unsigned long flags` with `set_bit`, `clear_bit`, `test_bit`.
struct SharedFlags: ~Copyable {
    private let cell: Atomic<UInt32>

    init(_ value: UInt32 = 0) { cell = Atomic(value) }

    @inline(__always) func load() -> UInt32 { cell.load(ordering: .relaxed) }
    func set(_ bits: UInt32) { cell.bitwiseOr(bits, ordering: .relaxed) }
    func clear(_ bits: UInt32) { cell.bitwiseAnd(~bits, ordering: .relaxed) }
    /// Sets bits where only one thread writes at a time.
    @inline(__always) func insert(_ bits: UInt32) {
        cell.store(cell.load(ordering: .relaxed) | bits, ordering: .relaxed)
    }
    /// Clears bits where only one thread writes at a time.
    @inline(__always) func remove(_ bits: UInt32) {
        cell.store(cell.load(ordering: .relaxed) & ~bits, ordering: .relaxed)
    }
    func replace(_ bits: UInt32, in mask: UInt32) {
        clear(mask & ~bits)
        set(bits & mask)
    }
}

/// A shared byte: a pageblock's migrate type.
struct SharedByte: ~Copyable {
    private let cell: Atomic<UInt8>

    init(_ value: UInt8 = 0) { cell = Atomic(value) }

    @inline(__always) func load() -> UInt8 { cell.load(ordering: .relaxed) }
    @inline(__always) func store(_ value: UInt8) { cell.store(value, ordering: .relaxed) }
}

/// A link of a list, which has one writer at a time but may be looked at.
struct SharedOffset: ~Copyable {
    private let cell: Atomic<UInt32>

    init(_ value: UInt32) { cell = Atomic(value) }

    @inline(__always) func load() -> UInt32 { cell.load(ordering: .relaxed) }
    @inline(__always) func store(_ value: UInt32) { cell.store(value, ordering: .relaxed) }
}

/// A page's type word: set and cleared under the zone's lock, looked at by neighbours of other zones.
struct SharedType: ~Copyable {
    private let cell: Atomic<UInt32>

    init(_ value: UInt32 = 0) { cell = Atomic(value) }

    /// Acquires: whoever sees a type set also sees what was written to the page before.
    @inline(__always) func load() -> UInt32 { cell.load(ordering: .acquiring) }
    @inline(__always) func store(_ value: UInt32) { cell.store(value, ordering: .releasing) }
}

/// A page's flags: written by the page's owner, scanned by others.
struct SharedWord: ~Copyable {
    private let cell: Atomic<UInt64>

    init(_ value: UInt64 = 0) { cell = Atomic(value) }

    @inline(__always) func load() -> UInt64 { cell.load(ordering: .relaxed) }
    @inline(__always) func store(_ value: UInt64) { cell.store(value, ordering: .relaxed) }
    /// Sets it and returns what was there; what others did before they set it is seen.
    @inline(__always) func exchange(_ value: UInt64) -> UInt64 {
        cell.exchange(value, ordering: .acquiringAndReleasing)
    }
}

/// Blocks on their way from the CPU that allocated them to the one that frees them.
///
/// Bounded; one thread puts, one takes, and neither ever waits.
@safe struct HandoverRing: ~Copyable, @unchecked Sendable {
    static var capacity: Int { 256 }

    // Sound because an entry belongs to the putting thread until `filled` is published past it, and to the taking one
    // until `emptied` is.
    private let entries: UnsafeMutablePointer<HeldBlock>
    private let filled = SharedCursor()
    // The two threads write on cache lines of their own.
    private let padding = InlineArray<16, UInt64>(repeating: 0)
    private let emptied = SharedCursor()

    init() {
        unsafe entries = .allocate(capacity: Self.capacity)
        unsafe entries.initialize(repeating: .none, count: Self.capacity)
    }

    deinit { unsafe entries.deallocate() }

    /// Puts a block in; `false` if there is no room.
    @inline(__always) borrowing func put(_ block: HeldBlock) -> Bool {
        let place = filled.own()
        guard place &- emptied.load() < Self.capacity else { return false }
        unsafe entries[place & (Self.capacity - 1)] = block
        filled.publish(place &+ 1)
        return true
    }

    /// Takes the oldest block out; ``HeldBlock/none`` if there is none.
    @inline(__always) borrowing func take() -> HeldBlock {
        let place = emptied.own()
        guard place != filled.load() else { return .none }
        let block = unsafe entries[place & (Self.capacity - 1)]
        emptied.publish(place &+ 1)
        return block
    }

    /// What is in it, while nobody puts or takes.
    borrowing func contents() -> [HeldBlock] {
        (emptied.load()..<filled.load()).map { unsafe entries[$0 & (Self.capacity - 1)] }
    }
}

/// A lock taken and let go of as fast as can be, for measurements: the loops stand here, beside the locks, as calls
/// from outside the module would be measured with them.
public final class LockPattern: Sendable {
    private let loop: @Sendable (Int, LockUser) -> Void
    private let turns: @Sendable (Int, LockUser, _ place: Int, _ places: Int) -> Void
    private let total: @Sendable () -> Int
    /// Where the lock lies.
    public let address: UInt

    /// - Parameters:
    ///   - algorithm: how the lock is taken.
    ///   - asZoneLock: whether the lock chooses its algorithm at each acquisition, as a zone's does.
    ///
    /// It lies in memory that the calling thread allocates.
    public convenience init(_ algorithm: LockAlgorithm, asZoneLock: Bool = false) {
        switch algorithm {
        case _ where asZoneLock: self.init { ZoneLock(algorithm) }
        case .tas: self.init { TestAndSetLock() }
        case .ttas: self.init { SpinLock() }
        case .ticket: self.init { TicketLock() }
        case .mcs: self.init { MCSLock() }
        case .queued: self.init { QueuedLock() }
        case .numa: self.init { CompactNUMALock() }
        case .pthread: self.init { LibrarySpinLock() }
        case .mutex: self.init { LibraryMutex() }
        }
    }

    /// Each kind of lock has loops of its own, specialised for it.
    @inline(__always) private init<L: Lock & ~Copyable>(_ make: () -> L) {
        let place = PatternPlace(make())
        loop = { place.run($0, $1) }
        turns = { place.takeTurns($0, $1, $2, $3) }
        total = { place.count.acquire().value }
        address = unsafe UInt(bitPattern: Unmanaged.passUnretained(place).toOpaque())
    }

    /// Takes the lock `count` times as a CPU of this node, and adds one to what it guards each time.
    public func run(_ count: Int, cpu: Int, node: NodeID) {
        loop(count, LockUser(cpu: Int32(truncatingIfNeeded: cpu), node: Int32(node.rawValue)))
    }

    /// As `run`, by turns with the callers at the other places: each takes it as soon as the one before lets go.
    ///
    /// Returns only if a caller at each of `places` does the same.
    public func runByTurns(_ count: Int, place: Int, of places: Int, cpu: Int, node: NodeID) {
        precondition(places > 0 && 0..<places ~= place, "no such place")
        turns(count, LockUser(cpu: Int32(truncatingIfNeeded: cpu), node: Int32(node.rawValue)), place, places)
    }

    /// What the lock guards: how often it was taken.
    public var count: Int { total() }
}

/// A guarded count.
private final class PatternPlace<L: Lock & ~Copyable>: Sendable {
    // Cache lines that nothing else lies on.
    private let before = InlineArray<16, UInt64>(repeating: 0)
    let count: Guarded<Int, L>
    private let between = InlineArray<16, UInt64>(repeating: 0)
    /// How many turns were taken; written by the holder.
    private let turn = SharedInt()
    private let after = InlineArray<16, UInt64>(repeating: 0)

    init(_ lock: consuming L) { count = Guarded(0, lock: lock) }

    func run(_ rounds: Int, _ user: LockUser) {
        for _ in 0..<rounds {
            let held = count.acquire(by: user)
            held.value &+= 1
        }
    }

    func takeTurns(_ rounds: Int, _ user: LockUser, _ place: Int, _ places: Int) {
        for _ in 0..<rounds {
            var wait = SpinWait()
            while turn.load() % places != place { wait.pause() }
            let held = count.acquire(by: user)
            held.value &+= 1
            turn.addAsOnlyWriter(1)
        }
    }
}

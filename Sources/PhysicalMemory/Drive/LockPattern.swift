/// A lock taken and let go of as fast as can be, for benchmarks: the loops stand here, beside the locks, as calls from
/// outside the module would be measured with them.
public final class LockPattern: Sendable {
    private let loop: @Sendable (Int, LockUser) -> Void
    private let total: @Sendable () -> Int

    /// - Parameter asZoneLock: whether the lock chooses its algorithm at each acquisition, as a zone's does.
    public init(_ algorithm: LockAlgorithm, asZoneLock: Bool = false) {
        (loop, total) = asZoneLock ? Self.pattern { ZoneLock(algorithm) } : Self.pattern(of: algorithm)
    }

    private static func pattern(
        of algorithm: LockAlgorithm
    ) -> (@Sendable (Int, LockUser) -> Void, @Sendable () -> Int) {
        switch algorithm {
        case .tas: pattern { TestAndSetLock() }
        case .ttas: pattern { SpinLock() }
        case .ticket: pattern { TicketLock() }
        case .mcs: pattern { MCSLock() }
        case .queued: pattern { QueuedLock() }
        case .numa: pattern { CompactNUMALock() }
        case .pthread: pattern { LibrarySpinLock() }
        case .mutex: pattern { LibraryMutex() }
        }
    }

    /// Takes the lock `count` times as a CPU of this node, and adds one to what it guards each time.
    public func run(_ count: Int, cpu: Int, node: NodeID) {
        loop(count, LockUser(cpu: Int32(truncatingIfNeeded: cpu), node: Int32(node.rawValue)))
    }

    /// What the lock guards: how often it was taken.
    public var count: Int { total() }

    @inline(__always) private static func pattern<L: Lock & ~Copyable>(
        _ make: () -> L
    ) -> (@Sendable (Int, LockUser) -> Void, @Sendable () -> Int) {
        let place = PatternPlace(make())
        return ({ place.run($0, $1) }, { place.count.acquire().value })
    }
}

/// A guarded count.
private final class PatternPlace<L: Lock & ~Copyable>: Sendable {
    // Cache lines that nothing else lies on.
    private let before = InlineArray<16, UInt64>(repeating: 0)
    let count: Guarded<Int, L>
    private let after = InlineArray<16, UInt64>(repeating: 0)

    init(_ lock: consuming L) { count = Guarded(0, lock: lock) }

    func run(_ rounds: Int, _ user: LockUser) {
        for _ in 0..<rounds {
            let held = count.acquire(by: user)
            held.value &+= 1
        }
    }
}

import CPrimitives

/// What a torture's loop needs to know, in ticks.
struct TorturePlan {
    let thread: Int32
    let user: LockUser
    /// The same among those who fight for the lock, for its statistics.
    let recorded: LockUser
    let lock: Int
    /// Whether this thread waits for a lock that others only try.
    let waits: Bool
    let acquisitions: Int
    let burst: Int
    let hold: Int
    let think: Int
    let delay: Int
    let yieldingHolds: Int
    let delayedHolds: Int
    let stop: Stable<SharedFlags>

    init(
        _ settings: LockTortureSettings, thread: Int, node: Int32, acquisitions: Int, stop: Stable<SharedFlags>
    ) {
        self.thread = Int32(thread)
        user = LockUser(cpu: Int32(thread), node: node)
        recorded = LockUser(cpu: Int32(settings.inPairs ? thread % 2 : thread), node: node)
        lock = settings.inPairs ? thread / 2 : 0
        waits = settings.inPairs ? thread % 2 == 0 : thread == 0
        self.acquisitions = acquisitions
        burst = settings.burst
        hold = CycleClock.ticks(nanoseconds: Double(settings.holdNanoseconds))
        think = CycleClock.ticks(nanoseconds: Double(settings.thinkNanoseconds))
        delay = CycleClock.ticks(nanoseconds: Double(settings.delayNanoseconds))
        yieldingHolds = settings.yieldingHolds
        delayedHolds = settings.delayedHolds
        self.stop = stop
    }

    /// Spends so many ticks, with the CPU or without, unless the torture is stopped meanwhile.
    @inline(__always) func spend(_ ticks: Int, yielding: Bool = false) {
        guard ticks > 0 else { return }
        let start = CycleClock.now()
        while Int(truncatingIfNeeded: CycleClock.now() &- start) < ticks && stop.value.load() == 0 {
            if yielding { cprim_yield() } else { cprim_pause() }
        }
    }
}

/// What a tortured lock guards: plain words, some cache lines apart.
struct TortureState: ~Copyable {
    var changes = 0
    var owner: Int32 = Self.nobody
    private var padding = InlineArray<30, UInt64>(repeating: 0)
    var ownerAgain: Int32 = Self.nobody
    var changesAgain = 0
    var lastThread: Int32 = Self.nobody
    var lastNode: Int32 = Self.nobody

    static var nobody: Int32 { -1 }

    /// Enters; returns whether somebody else was there, or has left traces.
    @inline(__always) mutating func enter(_ user: LockUser) -> Bool {
        let isCollision = owner != Self.nobody || ownerAgain != Self.nobody || changes != changesAgain
        owner = user.cpu
        changes &+= 1
        return isCollision
    }

    /// Leaves; returns whether somebody else has come meanwhile.
    @inline(__always) mutating func leave(_ user: LockUser, entered: Int) -> Bool {
        ownerAgain = user.cpu
        changesAgain &+= 1
        let isCollision = owner != user.cpu || ownerAgain != user.cpu || changes != entered
        lastThread = user.cpu
        lastNode = user.node
        owner = Self.nobody
        ownerAgain = Self.nobody
        return isCollision
    }
}

/// The locks of a torture with what they guard, behind functions that were made for the locks' type.
struct TortureBench: Sendable {
    let run: @Sendable (TorturePlan) -> LockTortureFigures
    let changes: @Sendable () -> Int
    /// Lock by lock; empty if they are not measured.
    let statistics: @Sendable () -> [LockStatistics]

    /// - Parameter triesOnly: whether threads try the locks, but for one of each that waits.
    @inline(__always) init<L: Lock & ~Copyable>(_ crowd: TortureCrowd, triesOnly: Bool = false, _ make: () -> L) {
        let places = TorturePlaces(crowd, triesOnly: triesOnly, make)
        run = { places.run($0) }
        changes = { places.changes() }
        statistics = { places.statistics() }
    }
}

/// How many threads fight for how many locks, and whether these are measured.
struct TortureCrowd {
    let locks: Int
    let threadsOfEach: Int
    let options: LockStatisticsOptions?
}

/// Locks of one type.
final class TorturePlaces<L: Lock & ~Copyable>: Sendable {
    private let places: StableArray<Place>
    private let triesOnly: Bool

    struct Place: ~Copyable {
        let state: Guarded<TortureState, L>
        let recorder: Stable<LockRecorder>?
        private let padding = InlineArray<16, UInt64>(repeating: 0)

        init(_ lock: consuming L, _ recorder: Stable<LockRecorder>?) {
            state = Guarded(TortureState(), lock: lock)
            self.recorder = recorder
        }
    }

    init(_ crowd: TortureCrowd, triesOnly: Bool, _ make: () -> L) {
        places = StableArray(count: crowd.locks) { _ in
            Place(make(), crowd.options.map { Stable(LockRecorder($0, cpus: crowd.threadsOfEach)) })
        }
        self.triesOnly = triesOnly
    }

    deinit {
        for place in 0..<places.count { places[place].recorder?.release() }
        places.release()
    }

    func statistics() -> [LockStatistics] {
        (0..<places.count).compactMap { places[$0].recorder?.value.statistics() }
    }

    func changes() -> Int {
        (0..<places.count).reduce(0) { $0 + places[$1].state.acquire().value.changes }
    }

    func run(_ plan: TorturePlan) -> LockTortureFigures {
        var figures = LockTortureFigures()
        let memory = ZeroedCounts(count: LockHistogram.bucketCount)
        defer { memory.release() }
        let waits = LockHistogram(memory)
        let tries = triesOnly && !plan.waits
        if tries { _ = places[plan.lock].state.lock.adopt() }
        defer { if tries { places[plan.lock].state.lock.abandon() } }
        while figures.acquisitions < plan.acquisitions && plan.stop.value.load() == 0 {
            var rest = Swift.min(plan.burst, plan.acquisitions - figures.acquisitions)
            while rest > 0 && plan.stop.value.load() == 0 {
                rest -= 1
                acquire(plan, tries: tries, &figures, waits)
            }
            plan.spend(plan.think)
        }
        figures.waits = waits.times()
        return figures
    }

    @inline(__always) private func acquire(
        _ plan: TorturePlan, tries: Bool, _ figures: inout LockTortureFigures, _ waits: borrowing LockHistogram
    ) {
        let recorder = places[plan.lock].recorder
        let start = CycleClock.now()
        let use: LockRecorder.Use?
        // Whoever waits and is not measured asks for the lock once, as its users do.
        if let held = tries || recorder != nil ? places[plan.lock].state.tryAcquire(by: plan.user) : nil {
            waits.record(Int(truncatingIfNeeded: CycleClock.now() &- start))
            recorder?.value.noteAcquired(plan.recorded, since: nil)
            hold(held, plan, &figures)
            use = recorder?.value.endUse()
        } else if tries {
            figures.refusals += 1
            recorder?.value.noteRefused(plan.recorded)
            return
        } else {
            let held = places[plan.lock].state.acquire(by: plan.user)
            waits.record(Int(truncatingIfNeeded: CycleClock.now() &- start))
            recorder?.value.noteAcquired(plan.recorded, since: start)
            hold(held, plan, &figures)
            use = recorder?.value.endUse()
        }
        if let use { recorder?.value.record(use) }
    }

    @inline(__always) private func hold(
        _ held: borrowing Held<TortureState, L>, _ plan: TorturePlan, _ figures: inout LockTortureFigures
    ) {
        if held.value.enter(plan.user) { figures.collisions += 1 }
        let entered = held.value.changes
        if held.value.lastThread != plan.user.cpu && held.value.lastThread != TortureState.nobody {
            figures.handOvers += 1
            if held.value.lastNode != plan.user.node { figures.nodeHandOvers += 1 }
        }
        figures.acquisitions += 1
        plan.spend(plan.hold)
        if plan.isTurn(plan.delayedHolds, figures) {
            plan.spend(plan.delay)
            figures.delayedHolds += 1
        }
        if plan.isTurn(plan.yieldingHolds, figures) {
            cprim_yield()
            plan.spend(plan.delay, yielding: true)
            figures.yieldingHolds += 1
        }
        if held.value.leave(plan.user, entered: entered) { figures.collisions += 1 }
    }
}

extension TorturePlan {
    /// Whether it is time for what one hold of `rate` does.
    @inline(__always) func isTurn(_ rate: Int, _ figures: LockTortureFigures) -> Bool {
        rate > 0 && figures.acquisitions % rate == 0
    }
}

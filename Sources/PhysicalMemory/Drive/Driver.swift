/// One CPU's part of a ``Drive``: it allocates and frees as that CPU.
///
/// One thread at a time may act as a CPU, so a machine has at most one driver of a CPU at work at any time. The loops
/// stand here, beside the allocator, because calls from outside the module cost more than an allocation.
public struct Driver: ~Copyable {
    /// The CPU that it acts as.
    public let cpu: CPUID
    let drive: Drive
    /// Among the drive's CPUs.
    let place: Int

    // What the loops need, without a reference count on the way there.
    let state: Stable<CPUState>
    let marks: FrameMarks?
    /// With them, ``marks`` are left to ``checkedMarks``.
    let owners: OwnerWords?
    let checkedMarks: FrameMarks?
    let isMischievous: Bool
    let requests: StableArray<RequestMenu.Request>
    let nodeOfZone: StableArray<Int32>
    let strides: Int

    var random: SplitMix
    var dice: MischiefDice
    var planted = PlantState()
    /// Looks since this CPU went, while it is away.
    var looksWhileAway = 0
    var figures = DriverFigures()
    var times = PairTimes()
    var queue = TaskQueue()
    var nextStride = 0
    var steps = 0
    var lastMove = ContinuousClock.now
    /// Pages that each task may hold.
    var taskBudget: Int
    /// What the last timed calls took.
    var allocationTicks: UInt64 = 0
    var freeTicks: UInt64 = 0
    private var cookies: UInt64

    /// The driver of the drive's CPU number `place`, with its share of the tasks. One for each place.
    public init(_ drive: Drive, place: Int) {
        self.drive = drive
        self.place = place
        cpu = drive.cpus[place]
        guard let state = drive.machine.cpu(cpu) else { preconditionFailure("the drive has checked its CPUs") }
        self.state = state
        owners = drive.owners
        marks = drive.owners == nil ? drive.directMap?.marks : nil
        checkedMarks = drive.owners == nil ? nil : drive.directMap?.marks
        isMischievous = drive.settings.mischief.isPerOperation
        requests = drive.menu.requests
        nodeOfZone = drive.nodeOfZone
        strides = drive.strides.count
        random = SplitMix(seed: drive.settings.seed &+ UInt64(place) &* 0x1_0000_0001)
        dice = MischiefDice(drive.settings.mischief, seed: drive.settings.seed &+ UInt64(place) &* 0x2_0000_0001)
        taskBudget = max(1, drive.budgets[place] / Drive.tasksPerCPU)
        cookies = UInt64(place + 1) << 40
        for task in place * Drive.tasksPerCPU..<(place + 1) * Drive.tasksPerCPU { _ = queue.append(task) }
    }

    /// Works until about `operations` allocations and frees are done, or the drive is stopped. Returns how many were.
    ///
    /// Fewer if there is no memory at the moment; 0 if the CPU has no work. Complexity: O(operations).
    public mutating func run(operations: Int) -> Int {
        state.value.beginActing()
        defer { state.value.endActing() }
        let before = figures.operations
        while figures.operations - before < operations && !drive.isStopped && drive.isActive(place) && isPresent() {
            let chunk = min(operations - (figures.operations - before), Self.chunk)
            let atStart = figures.operations
            takeHandedOver()
            switch drive.settings.workload {
            case .mixed: runMixed(chunk)
            case .lifo: runLifo(chunk)
            case .batch: runBatch(chunk)
            case .spill: runSpill(chunk)
            case .random: runRandom(chunk)
            case .producerConsumer: runPair(chunk)
            case .crossNode: runCrossNode(chunk)
            case .burst: runBurst(chunk)
            case .orders: runOrders(chunk)
            }
            drive.progress[place].value.store(figures.operations)
            if drive.settings.plant != nil && place == 0 { advancePlant() }
            if figures.faultCount > 0 && drive.settings.stopsAtFault { drive.stop() }
            if figures.operations == atStart { break }
        }
        return figures.operations - before
    }

    /// Operations between two looks at the others: some 10 to 100 µs.
    static var chunk: Int { 1024 }

    // MARK: One allocation, one free

    /// Allocates a block and marks it. ``HeldBlock/none`` if there is no memory.
    @inline(__always)
    mutating func allocate(_ order: UInt32, _ gfp: GFP, timed: Bool = false) -> HeldBlock {
        if isMischievous && injectsFailure() { return .none }
        let start = timed ? PairTimes.now() : 0
        let pfn = state.value.allocate(order, gfp)
        if timed { allocationTicks = PairTimes.now() &- start }
        return receive(pfn, order)
    }

    /// ``allocate(_:_:timed:)``, looking first on `node`.
    mutating func allocate(_ order: UInt32, _ gfp: GFP, node: Int) -> HeldBlock {
        if isMischievous && injectsFailure() { return .none }
        return receive(state.value.allocateAtLength(order, gfp, node: node), order)
    }

    /// Counts and marks a block that the allocator handed out.
    @inline(__always)
    mutating func receive(_ pfn: UInt64, _ order: UInt32) -> HeldBlock {
        guard pfn != CPUState.noFrame else {
            figures.failures += 1
            return .none
        }
        figures.allocations &+= 1
        if state.value.rules.isKeptPerCPU(order) { figures.allocationsKept &+= 1 }
        cookies &+= 1
        let zone = PageFlags.zone(state.value.map[pfn].flags.load())
        let block = HeldBlock(pfn, order: order, isLocal: nodeOfZone[zone] == state.value.node, cookie: cookies)
        marks?.write(block, zone: zone)
        if let owners { claim(block, owners, zone: zone) }
        return block
    }

    /// Frees a block, here or, if the drive is mischievous, perhaps elsewhere.
    @inline(__always)
    mutating func release(_ block: HeldBlock, timed: Bool = false) {
        if isMischievous { releaseWithMischief(block, timed: timed) } else { free(block, timed: timed) }
    }

    /// Frees a block, having looked at its marks.
    @inline(__always)
    mutating func free(_ block: HeldBlock, timed: Bool = false) {
        if let marks {
            let zone = PageFlags.zone(state.value.map[block.pfn].flags.load())
            if !marks.areIntact(block, zone: zone) { figures.note(.markLost, block) }
        }
        if let owners { disclaim(block, owners, zone: PageFlags.zone(state.value.map[block.pfn].flags.load())) }
        let start = timed ? PairTimes.now() : 0
        let problem = state.value.free(block.pfn, block.order)
        if timed { freeTicks = PairTimes.now() &- start }
        if problem != nil {
            figures.note(.refused, block)
        } else {
            figures.frees &+= 1
        }
    }
}

/// The tasks that a CPU runs by turns.
struct TaskQueue {
    private var tasks = InlineArray<32, Int32>(repeating: -1)
    private(set) var count = 0
    private var turn = 0

    var isFull: Bool { count == 32 }

    /// `false` if there is no room.
    mutating func append(_ task: Int) -> Bool {
        guard !isFull else { return false }
        tasks[count] = Int32(task)
        count += 1
        return true
    }

    /// The task whose turn it is; `nil` without any.
    mutating func next() -> Int? {
        guard count > 0 else { return nil }
        turn = turn + 1 < count ? turn + 1 : 0
        return Int(tasks[turn])
    }

    /// Takes the newest task out.
    mutating func removeLast() -> Int? {
        guard count > 0 else { return nil }
        count -= 1
        return Int(tasks[count])
    }

    subscript(index: Int) -> Int { Int(tasks[index]) }
}

/// A workload on some CPUs of a machine: what its drivers share.
///
/// Each CPU's work is a ``Driver``, to be run by one thread at a time. When all rest, ``Machine/audit(holding:)`` with
/// the drivers' holdings accounts for every frame.
public final class Drive: Sendable {
    /// The machine that is worked on.
    public let machine: Machine
    /// What is done.
    public let settings: DriveSettings
    /// The CPUs that work, each by one driver.
    public let cpus: [CPUID]
    /// Where frames can be touched; `nil`: they are not touched.
    public let directMap: DirectMap?

    let tasks: TaskTable
    let menu: RequestMenu
    /// By the CPU's place: what it gets from the CPU `strides[i]` places before it.
    let rings: StableArray<StableArray<HandoverRing>>
    let mailboxes: StableArray<StableArray<TaskMailbox>>
    /// How far the CPUs are apart that hand blocks and tasks to each other: the neighbour, and one far away.
    let strides: [Int]
    let progress: StableArray<Stable<SharedInt>>
    let nodeOfZone: StableArray<Int32>
    /// Pages that a CPU may hold, by its place.
    let budgets: [Int]
    let spillOrder: UInt32
    /// Numbers of the nodes with memory.
    let memoryNodes: StableArray<Int>
    let owners: OwnerWords?
    let presence: Presence?
    private let stopFlag = Stable(SharedFlags())

    static let tasksPerCPU = 4

    /// Prepares the work of `cpus`, which must be CPUs of the machine, each once.
    ///
    /// - Parameters:
    ///   - machine: the machine to work on.
    ///   - cpus: the CPUs that work; ``Driver``s are asked for by their places here.
    ///   - settings: what is done.
    ///   - directMap: where frames can be touched; `nil`: nowhere.
    /// - Throws: ``DriveError``.
    public init(
        _ machine: Machine, cpus: [CPUID], settings: DriveSettings = DriveSettings(), directMap: DirectMap? = nil
    ) throws(DriveError) {
        guard !cpus.isEmpty else { throw .noCPU }
        for cpu in cpus where machine.cpu(cpu) == nil { throw .noSuchCPU(cpu) }
        guard Set(cpus).count == cpus.count else { throw .cpuTwice }
        self.machine = machine
        self.settings = settings
        self.cpus = cpus
        self.directMap = directMap
        let plan = HoldingPlan(machine, cpus, settings)
        budgets = plan.budgets
        spillOrder = UInt32(plan.spillOrder)
        guard let tasks = TaskTable(count: cpus.count * Self.tasksPerCPU, slotsPerTask: plan.slotsPerTask) else {
            throw .noRoom
        }
        self.tasks = tasks
        menu = RequestMenu(highest: machine.layout.maxOrder)
        let strides = cpus.count == 1 ? [] : cpus.count == 2 ? [1] : [1, cpus.count / 2]
        self.strides = strides
        rings = StableArray(count: cpus.count) { _ in StableArray(count: strides.count) { _ in HandoverRing() } }
        mailboxes = StableArray(count: cpus.count) { _ in StableArray(count: strides.count) { _ in TaskMailbox() } }
        progress = StableArray(count: cpus.count) { _ in Stable(SharedInt()) }
        if settings.checksOwners {
            guard let owners = OwnerWords(first: machine.map.first, end: machine.map.end) else {
                throw .noRoomForOwners
            }
            self.owners = owners
        } else {
            owners = nil
        }
        presence = settings.mischief.hasDepartures ? Presence(machine, cpus, settings) : nil
        let memoryNodes = Set(machine.zones.map { $0.value.node.rawValue }).sorted()
        self.memoryNodes = StableArray(count: memoryNodes.count) { memoryNodes[$0] }
        nodeOfZone = StableArray(count: machine.zones.count) { Int32(machine.zones[$0].value.node.rawValue) }
    }

    deinit {
        menu.requests.release()
        for place in 0..<cpus.count {
            rings[place].release()
            mailboxes[place].release()
            progress[place].release()
        }
        rings.release()
        mailboxes.release()
        progress.release()
        nodeOfZone.release()
        memoryNodes.release()
        owners?.release()
        stopFlag.release()
    }

    /// Asks every driver to end its ``Driver/run(operations:)`` soon.
    public func stop() { stopFlag.value.set(1) }

    /// Whether `stop()` has been called.
    public var isStopped: Bool { stopFlag.value.load() != 0 }

    /// Allocations and frees so far, of all CPUs; a little late.
    public var operations: Int { (0..<cpus.count).reduce(0) { $0 + progress[$1].value.load() } }

    /// Whether the CPU at this place is there: all are, unless CPUs come and go.
    func isPresent(_ place: Int) -> Bool { presence?.isPresent(place) ?? true }

    /// Whether the CPU at this place has work: under ``Workload/spill`` only those of one node do.
    public func isActive(_ place: Int) -> Bool { budgets[place] > 0 }
}

/// Why a drive could not be prepared.
public enum DriveError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No CPU was named, or the machine has none.
    case noCPU
    /// The machine has no CPU of that number.
    case noSuchCPU(CPUID)
    /// A CPU is named twice.
    case cpuTwice
    /// There is no room for the tasks.
    case noRoom
    /// There is no room for the frames' owner words.
    case noRoomForOwners

    /// What is wrong, in words for people.
    public var description: String {
        switch self {
        case .noCPU: "no CPU to run on"
        case .noSuchCPU(let cpu): "the machine has no CPU \(cpu)"
        case .cpuTwice: "a CPU is named twice"
        case .noRoom: "no room for the tasks' lists"
        case .noRoomForOwners: "no room for an owner word for each of so many frames"
        }
    }
}

/// How much each CPU of a drive may hold at once.
struct HoldingPlan {
    private(set) var budgets: [Int]
    private(set) var slotsPerTask: Int
    /// The order of the blocks that spill: as large as the slots need them to be.
    private(set) var spillOrder = 0
    private static let mostSlots = 1 << 16

    init(_ machine: Machine, _ cpus: [CPUID], _ settings: DriveSettings) {
        // Pages above the high watermark, by node.
        var spare: [Int32: Int] = [:]
        for zone in machine.zones {
            let pages = zone.value.managedPages.load() - zone.value.tuning.highWatermark.load()
            spare[Int32(zone.value.node.rawValue), default: 0] += max(0, pages)
        }
        /// The nodes that the CPU's requests reach, nearest first, those without memory to spare left out.
        func reach(_ cpu: CPUID) -> [Int32] {
            guard let state = machine.cpu(cpu) else { return [] }
            let list = state.value.localZonelist
            var nodes: [Int32] = []
            for place in 0..<list.count where spare[list.references[place].node, default: 0] > 0 {
                let node = list.references[place].node
                if !nodes.contains(node) { nodes.append(node) }
            }
            return nodes
        }
        let homes = cpus.map { reach($0).first }
        var users: [Int32: Int] = [:]
        for case let home? in homes { users[home, default: 0] += 1 }
        switch settings.workload {
        case .mixed, .lifo, .batch, .random, .producerConsumer, .crossNode, .burst, .orders:
            // Half of what a node can spare is in use.
            budgets = homes.map { home in home.map { max(1, spare[$0, default: 0] / 2 / users[$0, default: 1]) } ?? 1 }
        case .spill:
            let nodes = cpus.map { machine.cpu($0)?.value.node ?? -1 }
            let wanted = settings.spillNode.map { Int32($0.rawValue) }
            let full = wanted ?? zip(nodes, homes).filter { $0 == $1 }.map(\.0).min() ?? nodes[0]
            let spilling = nodes.indices.filter { nodes[$0] == full }
            let reached = spilling.first.map { reach(cpus[$0]) } ?? []
            // All that the node has, and a quarter of what the next one can spare; without a next one, most of it.
            var pages = reached.first.map { spare[$0, default: 0] / 4 * 3 } ?? 1
            if reached.count > 1 {
                pages = machine.zones.filter { Int32($0.value.node.rawValue) == reached[0] }
                    .reduce(0) { $0 + $1.value.managedPages.load() }
                pages += spare[reached[1], default: 0] / 4
            }
            budgets = nodes.map { $0 == full ? max(1, pages / max(1, spilling.count)) : 0 }
        }
        let most = budgets.max() ?? 1
        let perTask = (most + Drive.tasksPerCPU - 1) / Drive.tasksPerCPU
        guard settings.workload == .spill else {
            let most = settings.workload == .random ? Driver.poolSize : settings.workload == .burst ? 4096 : 1024
            slotsPerTask = min(max(perTask / 4, 128), most)
            return
        }
        let highest = machine.layout.maxOrder.rawValue
        while spillOrder < highest && perTask >> spillOrder > Self.mostSlots { spillOrder += 1 }
        // A quarter more than there will be blocks, so that a free one is found at once.
        slotsPerTask = max(perTask >> spillOrder, 128) / 4 * 5
    }
}

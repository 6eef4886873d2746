import ArgumentParser
import HostNUMA
import Lab
import PhysicalMemory

struct StressCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stress",
        abstract: "Push the allocator and its locks, look after every frame meanwhile, and say how the locks fared.",
        discussion: """
            Rates are chances from 0 to 1. Exit status 1: a check failed. What is checked: an owner word for each \
            frame, poison in free frames, canaries at both ends of held blocks, and the audit at the end.
            """)

    @OptionGroup(title: "Machine") var machine: MachineOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "How zones are locked (ttas): \(Self.lockNames), or all; given more than once, one after the other.",
            valueName: "name"),
        completion: .list(LockAlgorithm.allCases.map(\.rawValue) + ["all"]))
    var lock: [String] = []

    @Option(
        help: ArgumentHelp("One of \(Self.workloadNames).", valueName: "name"),
        completion: .list(Workload.allCases.map(\.rawValue)))
    var workload = Workload.mixed

    @Option(
        help: ArgumentHelp("How long each point lasts (3; with --scale or several points 1).", valueName: "seconds"))
    var seconds: Double?

    @Option(
        help: ArgumentHelp(
            "End each point after about this many allocations and frees, or when --seconds are over.",
            valueName: "number"),
        transform: Self.number("--operations", in: 1...1_000_000_000_000_000_000))
    var operations: Int?

    @Option(
        help: "Where the random choices begin.",
        transform: {
            guard let seed = UInt64($0) else { throw ValidationError("--seed \($0) must be from 0 to \(UInt64.max)") }
            return seed
        })
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp("How many CPUs of the machine work, each as a thread (all).", valueName: "number"),
        transform: Self.number("--threads", in: 1...CPUID.limit))
    var threads: Int?

    @Option(help: ArgumentHelp("Only these CPUs of the machine: \(NumberList.forms).", valueName: "list"))
    var cpus: NumberList?

    @Option(help: ArgumentHelp("Only these nodes' CPUs and memory.", valueName: "list"))
    var nodes: NumberList?

    @Option(help: ArgumentHelp("Real memory of each node (128M, or less).", valueName: "size"))
    var perNode: ByteCount?

    @Flag(help: "No memory behind the frames: all of the machine's, and no poison or canaries.")
    var unbacked = false

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "pcp.batch=A,B,C or pcp.high=A,B,C: a point for each value, crossed.", valueName: "name=list"))
    var sweep: [Sweep] = []

    @Flag(help: "1, 2, 4 … threads up to the host's CPUs, and more than these, for each lock.")
    var scale = false

    @Option(help: ArgumentHelp("Write a page of charts and tables here.", valueName: "file"))
    var html: String?

    @Flag(help: "Neither owner words nor poison nor canaries: for figures of speed.")
    var noChecks = false

    @Flag(help: "Locks measure nothing, and cost as little as they can.")
    var noLockFigures = false

    @OptionGroup(title: "A lock alone") var torture: TortureCommandOptions
    @OptionGroup(title: "Disturbances") var mischief: MischiefOptions

    static var lockNames: String { LockAlgorithm.allCases.map(\.rawValue).joined(separator: ", ") }
    static var workloadNames: String { Workload.allCases.map(\.rawValue).joined(separator: ", ") }

    mutating func validate() throws {
        if let unknown = lock.first(where: { $0 != "all" && LockAlgorithm(rawValue: $0) == nil }) {
            throw ValidationError("--lock \(unknown): there are \(Self.lockNames), and all")
        }
        if let seconds { try Self.check("--seconds", seconds, in: 0.001...1e7) }
        if let perNode, perNode < 1 { throw ValidationError("--per-node must be above 0") }
        guard Set(sweep.map(\.name)).count == sweep.count else {
            throw ValidationError("--sweep: a name is given twice")
        }
        if noChecks && mischief.plant != nil {
            throw ValidationError("--plant is there to be found: not with --no-checks")
        }
        if torture.torture != nil {
            try refuseWithTorture()
        } else if noLockFigures && mischief.detainsHolders {
            throw ValidationError(
                "--delay-holders and --preempt-holders: only a lock that is measured keeps its holders; "
                    + "not with --no-lock-figures")
        }
    }

    /// A torture has no allocator.
    private func refuseWithTorture() throws {
        if let name = mischief.namesForAllocators.first {
            throw ValidationError("\(name) needs an allocator: not with --torture")
        }
        if !sweep.isEmpty { throw ValidationError("--sweep needs an allocator: not with --torture") }
        if let plant = mischief.plant, plant != .earlyUnlock {
            throw ValidationError("--plant \(plant.rawValue) needs an allocator; with --torture there is early-unlock")
        }
        if mischief.plant != nil && threads == 1 {
            throw ValidationError("--plant early-unlock: at least two threads are needed to find it")
        }
    }

    /// Reads a whole number, and says which are allowed where it is none of them.
    static func number(_ name: String, in range: ClosedRange<Int>) -> @Sendable (String) throws -> Int {
        { word in
            guard let number = Int(word), range ~= number else {
                throw ValidationError("\(name) \(word) must be from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
    }

    static func nanoseconds(_ name: String) -> @Sendable (String) throws -> Int {
        number(name, in: 0...LockTortureSettings.nanosecondsLimit)
    }

    static func check(_ name: String, _ value: Double, in range: ClosedRange<Double>) throws {
        guard range ~= value else {
            throw ValidationError("\(name) \(value) must be from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    mutating func run() async throws {
        // From here on the first SIGINT ends the run, not the process.
        let interrupt = InterruptFlag.sigint
        let layout = try machine.layout()
        let plan = try StressPlan(layout, on: Host.current(), options: options(layout))
        try mischief.check(against: plan)
        try torture.check(against: plan)
        if let html { try Output.checkPlace(of: html) }
        output.remark(plan.announcement)
        let display = output
        let count = plan.points.count
        let report = try await plan.execute(interrupt: interrupt) { display.progress($0.text(of: count)) }
        output.progress("")
        if output.json {
            try output.print(report)
        } else {
            try Output.write(StressText(report, style: output.style).text)
        }
        if let html { try Output.save(StressPage(report).html, to: html) }
        if !report.isSound { throw Failure.checkFailed }
    }

    private func options(_ layout: MachineLayout) throws -> StressOptions {
        var options = StressOptions()
        let named = lock.isEmpty ? [.ttas] : LockAlgorithm.allCases.filter { lock.contains($0.rawValue) }
        options.locks = lock.contains("all") ? LockAlgorithm.allCases : named
        options.threads = threads
        options.isScale = scale
        options.measuresLocks = !noLockFigures
        options.torture = torture.options
        options.batches = sweep.first { $0.name == .batch }?.values ?? []
        options.highs = sweep.first { $0.name == .high }?.values ?? []
        let isLong = options.locks.count == 1 && sweep.isEmpty && !scale
        options.run.seconds = operations == nil ? seconds ?? (isLong ? 3 : 1) : seconds
        options.run.operations = operations
        options.run.perNode = perNode ?? options.run.perNode
        options.run.isBacked = !unbacked
        options.run.cpus = try cpus?.cpus(of: layout)
        options.run.nodes = try nodes?.nodes(of: layout)
        options.run.standsForHost = machine.machine == "host"
        options.run.drive.workload = workload
        options.run.drive.seed = seed
        options.run.drive.checksOwners = !noChecks
        options.run.drive.mischief = mischief.mischief
        options.run.drive.plant = mischief.plant
        return options
    }
}

/// What disturbs the work.
struct MischiefOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Frees that another CPU has to do.", valueName: "rate"))
    var wrongCPU = 0.0

    @Option(help: ArgumentHelp("Frees followed by a drain of a random CPU's lists.", valueName: "rate"))
    var drain = 0.0

    @Option(help: ArgumentHelp("Allocations that get nothing.", valueName: "rate"))
    var failAllocations = 0.0

    @Option(help: ArgumentHelp("Holds of a lock that last --delay longer.", valueName: "rate"))
    var delayHolders = 0.0

    @Option(
        help: ArgumentHelp(
            "Holds that last --delay longer and meanwhile leave their CPU to whoever wants it.", valueName: "rate"))
    var preemptHolders = 0.0

    @Option(
        help: ArgumentHelp("How long a delayed or preempted holder stays.", valueName: "ns"),
        transform: StressCommand.nanoseconds("--delay"))
    var delay = 20_000

    @Option(
        help: ArgumentHelp("Pauses, one each 1024 operations, at which a CPU goes, to come back.", valueName: "rate"))
    var cpuHotplug = 0.0

    @Option(help: ArgumentHelp("Pauses at which a node goes, its CPUs and free memory.", valueName: "rate"))
    var nodeHotplug = 0.0

    @Option(
        help: ArgumentHelp(
            "Plant a fault that the checks must find: "
                + PlantedFault.allCases.map(\.rawValue).joined(separator: ", ") + ".", valueName: "fault"))
    var plant: PlantedFault?

    private var rates: [(String, Double)] {
        [
            ("--wrong-cpu", wrongCPU), ("--drain", drain), ("--fail-allocations", failAllocations),
            ("--delay-holders", delayHolders), ("--preempt-holders", preemptHolders), ("--cpu-hotplug", cpuHotplug),
            ("--node-hotplug", nodeHotplug),
        ]
    }

    var detainsHolders: Bool { delayHolders > 0 || preemptHolders > 0 }

    mutating func validate() throws {
        for (name, rate) in rates { try StressCommand.check(name, rate, in: 0...1) }
    }

    /// Those given that a torture cannot do.
    var namesForAllocators: [String] {
        rates.filter { $0.1 > 0 && $0.0 != "--delay-holders" && $0.0 != "--preempt-holders" }.map(\.0)
    }

    /// Throws where the machine has nobody who could go, or a hold would not end within the run.
    func check(against plan: StressPlan) throws {
        let run = plan.options.run
        if delayHolders > 0 || preemptHolders > 0 {
            try TortureCommandOptions.check("--delay", delay, endsWithin: run.seconds)
        }
        let threads = plan.points.map(\.threads).min() ?? 1
        if cpuHotplug > 0 && threads < 2 {
            throw Failure(.usage, "--cpu-hotplug: the last CPU cannot go; at least two threads are needed")
        }
        if nodeHotplug > 0 && plan.nodeCount < 2 {
            throw Failure(
                .usage, "--node-hotplug: the last node cannot go; at least two nodes are needed",
                hint: "--machine 2-socket has them.")
        }
    }

    var mischief: Mischief {
        var mischief = Mischief()
        mischief.wrongCPUFrees = wrongCPU
        mischief.drains = drain
        mischief.failedAllocations = failAllocations
        mischief.delayedHolders = delayHolders
        mischief.preemptedHolders = preemptHolders
        mischief.cpuDepartures = cpuHotplug
        mischief.nodeDepartures = nodeHotplug
        mischief.delayNanoseconds = delay
        return mischief
    }
}

/// How a lock alone is treated.
struct TortureCommandOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A lock and no allocator: its algorithm, the zone's lock under it, or the pcp lists' lock (pcp). None has "
                + "readers.",
            valueName: "algorithm|zone|pcp"))
    var torture: TortureOptions.Target?

    @Option(
        help: ArgumentHelp("How long each holder stays.", valueName: "ns"),
        transform: StressCommand.nanoseconds("--hold"))
    var hold = 0

    @Option(
        help: ArgumentHelp("How long a thread stays away between its bursts.", valueName: "ns"),
        transform: StressCommand.nanoseconds("--think"))
    var think = 0

    @Option(
        help: ArgumentHelp("Acquisitions in a row.", valueName: "number"),
        transform: StressCommand.number("--burst", in: 1...LockTortureSettings.burstLimit))
    var burst = 1

    @Flag(help: "Threads fight two by two, each pair for a lock of its own.")
    var pairs = false

    mutating func validate() throws {
        if torture == nil && (hold > 0 || think > 0 || burst > 1 || pairs) {
            throw ValidationError("--hold, --think, --burst and --pairs say how a lock is tortured: with --torture")
        }
    }

    /// Throws where what lasts so long would not end within the run.
    static func check(_ name: String, _ nanoseconds: Int, endsWithin seconds: Double?) throws {
        guard let seconds, Double(nanoseconds) / 1e9 > seconds else { return }
        throw Failure(
            .usage, "\(name) \(nanoseconds): it must end within the run, so at most \(Int(seconds * 1e9)) ns")
    }

    func check(against plan: StressPlan) throws {
        try Self.check("--hold", hold, endsWithin: plan.options.run.seconds)
        try Self.check("--think", think, endsWithin: plan.options.run.seconds)
    }

    var options: TortureOptions? {
        guard let torture else { return nil }
        var options = TortureOptions(torture)
        options.holdNanoseconds = hold
        options.thinkNanoseconds = think
        options.burst = burst
        options.inPairs = pairs
        return options
    }
}

extension TortureOptions.Target: ExpressibleByArgument {}

/// `NAME=A,B,C` of `--sweep`.
struct Sweep: ExpressibleByArgument {
    enum Name: String, CaseIterable {
        case batch = "pcp.batch"
        case high = "pcp.high"

        var range: ClosedRange<Int> { self == .batch ? 1...1 << 20 : 0...1 << 30 }
    }

    var name: Name
    var values: [Int]

    init?(argument: String) {
        guard let sign = argument.firstIndex(of: "="), let name = Name(rawValue: String(argument[..<sign])) else {
            return nil
        }
        self.name = name
        var values: [Int] = []
        for word in argument[argument.index(after: sign)...].split(separator: ",", omittingEmptySubsequences: false) {
            guard let value = Int(word), name.range ~= value else { return nil }
            if !values.contains(value) { values.append(value) }
        }
        guard !values.isEmpty, values.count <= 64 else { return nil }
        self.values = values
    }

    static var allValueStrings: [String] {
        ["pcp.batch=A,B,C with 1 to 64 values from 1 to 1048576", "pcp.high=A,B,C with values from 0 to 1073741824"]
    }
}

extension PlantedFault: ExpressibleByArgument {}

extension StressPlan.Progress {
    /// One line for a terminal.
    fileprivate func text(of count: Int) -> String {
        let place = count > 1 ? "point \(number) of \(count), \(point.lock.rawValue), \(point.threads) threads: " : ""
        return place + step.text
    }
}

import AccessCosts
import PhysicalMemory

/// What `pgdat run` found. Its JSON form is a contract: keys are only ever added.
///
/// Sizes are pages of the machine unless the key says otherwise. Absent values are `null`.
public struct RunReport: Sendable, Encodable {
    public struct MachineFigures: Sendable, Encodable {
        public var name: String
        public var nodes: Int
        public var cpus: Int
        /// Present frames.
        public var frames: Int
        /// In bytes.
        public var pageSize: Int
    }

    /// How long pairs of an allocation and a free took; see `PhysicalMemory`'s `PairTimes` for what it cannot tell.
    public struct PairTimes: Sendable, Encodable {
        @OrNull public var p50: Double?
        @OrNull public var p99: Double?
        @OrNull public var max: Double?
        /// Pairs that were timed: some of all.
        public var samples: Int
        /// What reading the counter costs, taken off each time: much smaller differences mean nothing.
        public var counterCost: Double

        init(samples: Int, counterCost: Double) {
            self.samples = samples
            self.counterCost = counterCost
        }
    }

    public struct CPU: Sendable, Encodable {
        public var cpu: Int
        public var node: Int
        /// The CPU of the host that its thread is pinned to.
        public var hostCPU: Int
        /// Where that thread was seen.
        public var observedCPUs: [Int]
        public var isPinned: Bool
        /// Allocations and frees.
        public var operations: Int
        public var allocations: Int
        public var frees: Int
        public var failedAllocations: Int
        public var pairNanoseconds: PairTimes
        public var pcpHits: Int
        public var refills: Int
        public var drains: Int
        public var zoneLockAcquisitions: Int
        public var zoneLockContentions: Int
        /// Blocks that came from another node than the preferred one.
        public var fallbacks: Int
        /// Blocks given to another CPU to be freed there.
        public var handedOver: Int
        public var taskMoves: Int
        /// Of the thread, which modelled CPUs may share.
        public var involuntaryContextSwitches: Int
    }

    public struct Node: Sendable, Encodable {
        public struct Kswapd: Sendable, Encodable {
            public var wakeups: Int
            public var runs: Int
            public var boostPagesTakenBack: Int
        }

        public var id: Int
        /// `null`: nothing of the host stands for its memory.
        @OrNull public var hostNode: Int?
        public var cpus: [Int]
        public var presentPages: Int
        public var managedPages: Int
        public var numastat: NUMAStat
        /// `null`: a node without memory has none.
        @OrNull public var kswapd: Kswapd?
    }

    public struct Zone: Sendable, Encodable {
        public var node: Int
        public var name: String
        public var managedPages: Int
        public var freePages: Int
        public var watermarks: ZoneLayout.Watermarks
        public var lockAcquisitions: Int
        public var lockContentions: Int
        public var splits: Int
        public var merges: Int
        /// Pageblocks taken over by another migrate type.
        public var claims: Int
        public var steals: Int
        public var boosts: Int

        init(_ status: ZoneStatus) {
            node = status.node.rawValue
            name = status.type.kernelName
            managedPages = status.managedPages.rawValue
            freePages = status.freePagesSnapshot.rawValue
            watermarks = status.watermarks
            lockAcquisitions = status.lockAcquisitions
            lockContentions = status.lockContentions
            splits = status.splits
            merges = status.merges
            claims = status.claims
            steals = status.steals
            boosts = status.boosts
        }
    }

    /// Whether frames lie on the nodes that stand for theirs.
    public struct Placement: Sendable, Encodable {
        public struct Check: Sendable, Encodable {
            public var checkedPages = 0
            public var onExpectedNode = 0
        }

        /// All memory was bound with `mbind`.
        public var bound: Bool
        /// Why not; `null` if it was.
        @OrNull public var reason: String?
        public var checkedPages = 0
        public var onExpectedNode = 0
        /// Who was asked.
        public var methods: [String] = []
        /// How memory was placed: `bound`, `first-touch`, `only-node`.
        public var ways: [String] = []
        public var backedBytes = 0
        /// `null`: the kernel won't say.
        @OrNull public var hugePageBytes: Int?
        /// The same of what the allocator knows of the frames.
        public var framesMetadata = Check()

        init(bound: Bool, reason: String?) {
            self.bound = bound
            self.reason = reason
        }
    }

    public struct AuditFigures: Sendable, Encodable {
        public var frames = 0
        public var free = 0
        public var pcp = 0
        public var allocated = 0
        public var reserved = 0
        public var lost = 0
        public var duplicated = 0
        public var problems: [String] = []

        init() {}

        init(_ audit: Audit) {
            frames = audit.frames.rawValue
            free = audit.free.rawValue
            pcp = audit.pcp.rawValue
            allocated = audit.allocated.rawValue
            reserved = audit.reserved.rawValue
            lost = audit.lost.rawValue
            duplicated = audit.duplicated.rawValue
            problems = audit.problems
        }

        public var isClean: Bool { lost == 0 && duplicated == 0 && problems.isEmpty }
    }

    /// Frames that tasks hold at the end.
    public struct Locality: Sendable, Encodable {
        public var heldFrames = 0
        /// On the node of the CPU that allocated them.
        public var localWhenAllocated = 0
        /// On the node of the CPU that their task runs on now.
        public var localNow = 0
        public var taskMoves = 0
    }

    /// Nanoseconds per dependent load, by node of the CPU (rows) and of the memory (columns).
    public struct AccessCosts: Sendable, Encodable {
        public var latencyNanoseconds: [[Double?]]
        public var cpuNodes: [Int]
        public var memoryNodes: [Int]
        public var gaps: [Gap]
        public var firmwareDistances: [[Int?]]
        public var placementVerified: Bool

        init(_ matrix: LatencyMatrix) {
            latencyNanoseconds = matrix.nanoseconds
            cpuNodes = matrix.cpuNodes.map(\.rawValue)
            memoryNodes = matrix.memoryNodes.map(\.rawValue)
            gaps = matrix.gaps
            firmwareDistances = matrix.firmwareDistances
            placementVerified = matrix.isPlacementVerified
        }

        /// Whether there is memory that is remote to some CPU.
        public var hasRemotePairs: Bool { Set(cpuNodes).union(memoryNodes).count > 1 }
    }

    /// What disturbed the work, where something was to.
    public struct MischiefFigures: Sendable, Encodable {
        public var wrongCPUFrees = 0
        public var drainsOfOthers = 0
        public var failedAllocations = 0
        public var delayedHolders = 0
        public var preemptedHolders = 0
        public var departures = DepartureFigures()

        init() {}

        /// Nothing was disturbed.
        public static var none: MischiefFigures { MischiefFigures() }

        public mutating func add(_ other: MischiefFigures) {
            wrongCPUFrees += other.wrongCPUFrees
            drainsOfOthers += other.drainsOfOthers
            failedAllocations += other.failedAllocations
            delayedHolders += other.delayedHolders
            preemptedHolders += other.preemptedHolders
            departures.cpuDepartures += other.departures.cpuDepartures
            departures.nodeDepartures += other.departures.nodeDepartures
            departures.isolatedPageblocks += other.departures.isolatedPageblocks
        }

        init(_ reports: [DriverReport], _ departures: DepartureFigures) {
            for report in reports {
                wrongCPUFrees += report.handedOver
                drainsOfOthers += report.drainsOfOthers
                failedAllocations += report.injectedFailures
            }
            self.departures = departures
        }
    }

    public var machine: MachineFigures
    public var workload = ""
    public var seed: UInt64 = 0
    /// How long the workload ran.
    public var seconds = 0.0
    public var cpus: [CPU] = []
    public var nodes: [Node] = []
    public var zones: [Zone] = []
    public var placement = Placement(bound: false, reason: nil)
    /// With every block still held.
    public var audit = AuditFigures()
    /// When all was freed and all lists were drained.
    public var auditAfterRelease = AuditFigures()
    public var locality = Locality()
    public var mischief = MischiefFigures()
    /// Several modelled CPUs ran by turns on one CPU of the host.
    public var oversubscribed = false
    /// What must not happen, and did.
    public var faults: [String] = []
    public var notes: [String] = []
    public var interrupted = false
    public var accessCosts: AccessCosts?

    init(machine: MachineFigures) { self.machine = machine }

    /// Nothing is wrong with the allocator or the memory.
    public var isSound: Bool {
        audit.isClean && auditAfterRelease.isClean && auditAfterRelease.allocated == 0 && faults.isEmpty
    }

    /// A node that was asked for by name is in a pair that could not be measured.
    public func missesNamedNode(_ options: RunOptions) -> Bool {
        guard options.standsForHost, options.nodes != nil, !interrupted, let accessCosts else { return false }
        return !accessCosts.gaps.isEmpty
    }

    /// All CPUs' allocations and frees.
    public var operations: Int { cpus.reduce(0) { $0 + $1.operations } }
}

/// What the CPUs of a run do.
public enum Workload: String, CaseIterable, Hashable, Sendable, Codable {
    /// Tasks that hold blocks of mixed orders, migrate types and lifetimes; some are freed by another CPU.
    case mixed
    /// Single pages, freed at once: the last in is the first out.
    case lifo
    /// Single pages, 512 allocated and then freed in the same order.
    case batch
    /// CPUs of one node hold more than their node has; the others rest.
    case spill
    /// A pool of up to 65,536 single pages, of which a random one is freed and replaced.
    case random
    /// CPUs in pairs: one allocates single pages, the next one frees them.
    case producerConsumer = "producer-consumer"
    /// Single pages of the other nodes, each in turn; every second one is freed by a CPU far away.
    case crossNode = "cross-node"
    /// Up to 4,096 single pages at once, all freed, then a short rest.
    case burst
    /// Blocks of every order alike, held in a pool.
    case orders
}

/// What a drive does besides the workload itself.
public struct DriveSettings: Hashable, Sendable {
    /// What each CPU does.
    public var workload = Workload.mixed
    /// Where the workload's choices begin: the same seed makes the same requests on each CPU.
    public var seed: UInt64 = 1
    /// Tasks that each CPU gives to another one per second; 0: they stay.
    public var taskMovesPerSecond = 0.0
    /// The node whose CPUs spill; `nil`: the first one with CPUs of the drive and memory.
    public var spillNode: NodeID?
    /// Look after every frame: an owner map beside the allocator, poison in free frames, canaries in held blocks.
    public var checksOwners = false
    /// What disturbs the work.
    public var mischief = Mischief()
    /// A fault that the checks are to find.
    public var plant: PlantedFault?
    /// End the work when a driver has seen what must not happen.
    public var stopsAtFault = false

    /// `workload`, undisturbed.
    public init(workload: Workload = .mixed) { self.workload = workload }
}

/// A small generator of pseudo-random numbers: SplitMix64 (Steele, Lea, Flood 2014).
struct SplitMix: BitwiseCopyable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    @inline(__always) mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }
}

/// Requests in the proportions of the mixed workload, to be drawn by chance.
struct RequestMenu {
    struct Request {
        var order: UInt32
        var gfp: GFP
    }

    static var count: Int { 1024 }

    let requests: StableArray<Request>

    /// Orders above the machine's highest are replaced by that.
    init(highest: Order) {
        // Most are single pages of user memory, as on a busy machine; every order and migrate type occurs.
        var list: [Request] = []
        func add(_ count: Int, _ order: Int, _ gfp: GFP) {
            list += Array(repeating: Request(order: UInt32(min(order, highest.rawValue)), gfp: gfp), count: count)
        }
        add(160, 0, .kernel)
        add(80, 0, [.kernel, .reclaimable])
        add(32, 0, .atomic)
        add(48, 1, [.kernel, .compound])
        add(32, 1, .atomic)
        add(32, 2, [.kernel, .compound])
        add(24, 2, .highUserMovable)
        add(24, 3, [.kernel, .reclaimable, .compound])
        add(16, 3, [.atomic, .compound])
        add(8, 4, [.kernel, .noRetry, .noWarn])
        add(4, 5, [.highUserMovable, .noRetry, .noWarn])
        add(3, 6, [.kernel, .noRetry, .noWarn])
        add(2, 7, [.highUserMovable, .noRetry, .noWarn])
        add(2, 8, [.kernel, .noRetry, .noWarn])
        add(4, 9, .transparentHugeLight)
        add(1, 10, [.highUserMovable, .noRetry, .noWarn])
        add(8, 0, [.kernel, .dma32])
        add(2, 0, [.kernel, .dma, .noRetry, .noWarn])
        add(Self.count - list.count, 0, .highUserMovable)
        let requests = list
        self.requests = StableArray(count: Self.count) { requests[$0] }
    }
}

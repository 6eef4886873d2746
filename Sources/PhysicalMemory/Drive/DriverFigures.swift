/// What a driver counts.
struct DriverFigures {
    /// Blocks allocated.
    var allocations = 0
    /// Those of orders that per-CPU lists keep.
    var allocationsKept = 0
    var frees = 0
    /// Requests that found no memory.
    var failures = 0
    /// Blocks given to another CPU to be freed there.
    var handedOver = 0
    /// Tasks given to another CPU.
    var tasksGiven = 0
    var injectedFailures = 0
    var drainsOfOthers = 0
    var faults: [DriverFault] = []
    var faultCount = 0

    var operations: Int { allocations &+ frees }

    @inline(never) mutating func note(_ kind: DriverFault.Kind, _ block: HeldBlock) {
        faultCount += 1
        if faults.count < 8 {
            faults.append(DriverFault(kind: kind, pfn: PFN(block.pfn), order: Order(Int(block.order))))
        }
    }
}

/// Something that must not happen: the allocator or the model's memory is wrong.
public struct DriverFault: Hashable, Sendable, CustomStringConvertible {
    /// What was seen.
    public enum Kind: Hashable, Sendable {
        /// A held frame no longer carries its holder's mark: somebody else was given it too.
        case markLost
        /// The allocator refused to take a block back from its holder.
        case refused
        /// A frame was handed out while it had a holder, as the owner map says.
        case handedOutTwice
        /// A held frame was taken by somebody else meanwhile, as the owner map says.
        case ownerChanged
        /// Somebody wrote to a frame while it was free.
        case poisonLost
    }

    /// What was seen.
    public var kind: Kind
    /// The first frame of the block.
    public var pfn: PFN
    /// log₂ of its frames.
    public var order: Order

    /// What is wrong, in words for people.
    public var description: String {
        switch kind {
        case .markLost: "pfn \(pfn), order \(order): a held frame lost its holder's mark; it was handed out twice"
        case .refused: "pfn \(pfn), order \(order): its holder could not free it"
        case .handedOutTwice: "pfn \(pfn), order \(order): handed out while somebody held it"
        case .ownerChanged: "pfn \(pfn), order \(order): somebody else was given it while it was held"
        case .poisonLost: "pfn \(pfn), order \(order): written to while it was free"
        }
    }
}

/// What a driver has done, at rest.
public struct DriverReport: Hashable, Sendable {
    /// The CPU.
    public var cpu: CPUID
    /// Its node.
    public var node: NodeID
    /// Allocations and frees.
    public var operations: Int
    /// Blocks allocated.
    public var allocations: Int
    /// Blocks given back.
    public var frees: Int
    /// Requests that found no memory.
    public var failures: Int
    /// Allocations that the CPU's lists served at once.
    public var pcpHits: Int
    /// Times that an empty list was filled from its zone.
    public var refills: Int
    /// Times that pages went from the lists back to their zone.
    public var drains: Int
    /// Allocations that another node than the preferred one served.
    public var fallbacks: Int
    /// Times this CPU took a zone's lock.
    public var zoneLockAcquisitions: Int
    /// Those that had to wait.
    public var zoneLockContentions: Int
    /// Blocks given to other CPUs to free.
    public var handedOver: Int
    /// Tasks that moved to another CPU.
    public var tasksGiven: Int
    /// Allocations that got nothing because the drive said so.
    public var injectedFailures: Int
    /// Times that this driver drained some CPU's lists.
    public var drainsOfOthers: Int
    /// Frames held now by the tasks that run here.
    public var heldFrames: Int
    /// Those that lay on the node of the CPU that allocated them.
    public var localWhenAllocated: Int
    /// Those that lie on this CPU's node.
    public var localNow: Int
    /// Sampled pairs of an allocation and a free, shortest first.
    public var pairs: [PairSample]
    /// The longest of them.
    public var greatestPairNanoseconds: Double
    /// What reading the counter costs: taken off twice.
    public var counterNanoseconds: Double
    /// What must not happen, how often it did.
    public var faultCount: Int
    /// The first eight of them.
    public var faults: [DriverFault]
}

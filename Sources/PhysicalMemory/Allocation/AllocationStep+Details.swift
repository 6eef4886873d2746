// What each step tells. Counts are in pages unless their names say otherwise.
extension AllocationStep {
    public struct PolicyChoice: Hashable, Sendable, Codable {
        public var mode: MemoryPolicy.Mode
        /// The policy's nodes in force.
        public var nodes: [NodeID]
        /// The node to look at first.
        public var node: NodeID
        /// The nodes that may be used; `nil`: all.
        public var allowed: [NodeID]?
        /// `false` where the policy is not obeyed because the request may have to use a zone below the policy zone.
        public var applies: Bool
        /// Which pass of preferred-many this is, or which try of a huge page; from 1.
        public var pass: Int
    }

    public struct Request: Hashable, Sendable, Codable {
        public var order: Order
        /// The kernel's bits.
        public var gfp: UInt32
        public var gfpNames: String
        public var migrateType: String
        /// The highest zone that gfp allows.
        public var highestZone: String
        public var cpu: CPUID
        public var cpuNode: NodeID
        public var allowed: [NodeID]?
        /// Zones in the order in which they will be tried.
        public var zonelist: [String]
    }

    public struct Attempt: Hashable, Sendable, Codable {
        /// *Kernel counterpart:* `alloc_flags`.
        public var flags: UInt32
        public var flagNames: [String]
        /// `min`, `low`, `high` or `none`.
        public var watermark: String
    }

    public enum MixingReason: String, Hashable, Sendable, Codable {
        /// The next zone is on another node: better mix here than go there.
        case remoteNodeNext
        /// No zone was left.
        case noZoneLeft
    }

    public enum Verdict: String, Hashable, Sendable, Codable {
        /// Above the high watermark: no closer look is needed.
        case aboveHigh
        /// Above the watermark of this attempt.
        case aboveWatermark
        /// Taken all the same: this attempt heeds no watermark.
        case watermarksIgnored
        case belowWatermark
        /// Enough pages, but no block that is large enough.
        case noBlock

        public var isGood: Bool {
            switch self {
            case .aboveHigh, .aboveWatermark, .watermarksIgnored: true
            case .belowWatermark, .noBlock: false
            }
        }
    }

    public struct ZoneVerdict: Hashable, Sendable, Codable {
        public var free: PageCount
        /// Free, but kept from this request: for urgent requests, or in CMA areas.
        public var unusable: PageCount
        /// The rest of the block beyond its first page.
        public var beyondFirst: PageCount
        /// The watermark that decided.
        public var watermark: String
        public var mark: PageCount
        public var boost: PageCount
        /// What remains of ``mark`` and ``boost`` for a request that may dip into the reserve.
        public var bentMark: PageCount
        public var lowmemReserve: PageCount
        public var belowHighBefore: Bool
        public var hasBlock: Bool
        public var verdict: Verdict
    }

    public struct NodeReclaim: Hashable, Sendable, Codable {
        /// *Kernel counterpart:* `NODE_RECLAIM_*`.
        public enum Outcome: String, Hashable, Sendable, Codable {
            /// Too far from the preferred node to be reclaimed for its sake.
            case tooFar
            /// Nothing there could be reclaimed. *Kernel counterpart:* `NODE_RECLAIM_FULL`.
            case full
        }

        public var mode: Int
        public var distance: Int
        public var outcome: Outcome
    }

    public struct ListLook: Hashable, Sendable, Codable {
        public var order: Order
        public var migrateType: String
        /// `false`: another CPU drains the lists at the moment.
        public var locked: Bool
        public var isEmpty: Bool
        /// In all of the CPU's lists of the zone.
        public var count: PageCount
        public var high: PageCount
        public var batch: PageCount
        public var freeCount: Int
        public var allocFactor: Int
    }

    public struct Refill: Hashable, Sendable, Codable {
        public var wantedBlocks: Int
        public var takenBlocks: Int
        /// For each order, how many blocks of it were cut up or taken whole.
        public var sourceBlocks: [Int]
        public var high: PageCount
        public var batch: PageCount
        public var allocFactor: Int
    }

    public struct FreeAreaTake: Hashable, Sendable, Codable {
        public var order: Order
        public var migrateType: String
        /// The order of the block that was taken whole or cut up; `nil` where there was none.
        public var foundOrder: Order?
        /// Blocks listed while it was cut up.
        public var splits: Int
    }

    public enum ClaimVerdict: String, Hashable, Sendable, Codable {
        /// A block of at least a pageblock changes its type as a whole.
        case wholePageblocks
        /// Enough of the pageblock is free or of the same kind.
        case enoughAlike
        case tooLittleAlike
        /// It reaches beyond the zone.
        case crossesZone
    }

    public struct Claim: Hashable, Sendable, Codable {
        public var pfn: PFN
        public var blockOrder: Order
        public var owner: String
        public var wanted: String
        public var free: PageCount
        public var alike: PageCount
        public var needed: PageCount
        public var verdict: ClaimVerdict
    }

    public struct Steal: Hashable, Sendable, Codable {
        public var pfn: PFN
        public var blockOrder: Order
        public var owner: String
        public var wanted: String
    }

    public struct Boost: Hashable, Sendable, Codable {
        public var before: PageCount
        public var after: PageCount
        public var limit: PageCount
    }

    public struct Wakeup: Hashable, Sendable, Codable {
        public var order: Order
        public var highestZone: Int
    }

    public struct SlowPathEntry: Hashable, Sendable, Codable {
        public var canReclaim: Bool
        public var canCompact: Bool
        public var isCostly: Bool
    }

    public struct MemoryHook: Hashable, Sendable, Codable {
        /// Pages that became free; 0 as long as the model has no such machinery.
        public var progress: PageCount
    }

    public struct Drain: Hashable, Sendable, Codable {
        public var pages: PageCount
    }

    public struct Unreserve: Hashable, Sendable, Codable {
        public var forced: Bool
        public var done: Bool
    }

    public struct Retry: Hashable, Sendable, Codable {
        public enum Reason: String, Hashable, Sendable, Codable {
            /// Free memory, exactly counted, suffices.
            case memoryWillDo
            /// A pageblock kept for urgent requests was given up.
            case unreserved
            /// `__GFP_NORETRY`.
            case noRetry
            /// An order above 3 without `__GFP_RETRY_MAYFAIL`.
            case costly
            case nothingLeft
        }

        public var again: Bool
        public var reason: Reason
    }

    public struct OutOfMemory: Hashable, Sendable, Codable {
        public enum Verdict: String, Hashable, Sendable, Codable {
            /// The kernel would kill a task; the model has none to kill.
            case kill
            /// `__GFP_RETRY_MAYFAIL` or `__GFP_THISNODE`.
            case requestMayFail
            /// No task is killed for an order above 3.
            case costly
            /// Nor for a zone below Normal.
            case lowZone
        }

        public var verdict: Verdict
    }

    public struct NoFail: Hashable, Sendable, Codable {
        /// *Kernel counterpart:* `alloc_flags`.
        public var flagNames: [String]
    }

    public struct Reserve: Hashable, Sendable, Codable {
        public var reservedBefore: PageCount
        public var reservedAfter: PageCount
        public var limit: PageCount
    }

    public struct HandOut: Hashable, Sendable, Codable {
        public var pfn: PFN
        public var order: Order
        /// The counters of the zone's node that went up by one.
        public var counted: [String]
        /// The node whose `numaForeign` went up by one.
        public var foreignOn: NodeID?
    }

    public struct Failure: Hashable, Sendable, Codable {
        public var reason: String
    }
}

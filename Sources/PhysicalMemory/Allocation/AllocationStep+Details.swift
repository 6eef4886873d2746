// What each step tells. Counts are in pages unless their names say otherwise.
extension AllocationStep {
    /// What the memory policy made of a request. *Kernel counterpart:* `policy_nodemask`.
    public struct PolicyChoice: Hashable, Sendable, Codable {
        /// The policy's mode.
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

    /// What is asked for, of whom, and where it will be looked for. *Kernel counterpart:* `struct alloc_context`.
    public struct Request: Hashable, Sendable, Codable {
        /// log₂ of the frames of the block.
        public var order: Order
        /// The kernel's bits.
        public var gfp: UInt32
        /// ``gfp`` by the kernel's names, joined by `|`.
        public var gfpNames: String
        /// The migrate type's name, as the kernel prints it.
        public var migrateType: String
        /// The highest zone that gfp allows.
        public var highestZone: String
        /// The CPU that asks.
        public var cpu: CPUID
        /// That CPU's node.
        public var cpuNode: NodeID
        /// The nodes that may be used; `nil`: all.
        public var allowed: [NodeID]?
        /// Zones in the order in which they will be tried.
        public var zonelist: [String]
    }

    /// One walk along the zonelist. *Kernel counterpart:* a call of `get_page_from_freelist`.
    public struct Attempt: Hashable, Sendable, Codable {
        /// *Kernel counterpart:* `alloc_flags`.
        public var flags: UInt32
        /// The flags by the kernel's names, `ALLOC_…`.
        public var flagNames: [String]
        /// `min`, `low`, `high` or `none`.
        public var watermark: String
    }

    /// Why migrate types may be mixed from here on. *Kernel counterpart:* what clears `ALLOC_NOFRAGMENT`.
    public enum MixingReason: String, Hashable, Sendable, Codable {
        /// The next zone is on another node: better mix here than go there.
        case remoteNodeNext
        /// No zone was left.
        case noZoneLeft
    }

    /// What became of a look at a zone. *Kernel counterpart:* `zone_watermark_fast`.
    public enum Verdict: String, Hashable, Sendable, Codable {
        /// Above the high watermark: no closer look is needed.
        case aboveHigh
        /// Above the watermark of this attempt.
        case aboveWatermark
        /// Taken all the same: this attempt heeds no watermark.
        case watermarksIgnored
        /// Too few pages are free.
        case belowWatermark
        /// Enough pages, but no block that is large enough.
        case noBlock

        /// Whether the zone may serve the request.
        public var isGood: Bool {
            switch self {
            case .aboveHigh, .aboveWatermark, .watermarksIgnored: true
            case .belowWatermark, .noBlock: false
            }
        }
    }

    /// One zone held against its watermark, with the arithmetic. *Kernel counterpart:* `__zone_watermark_ok`.
    public struct ZoneVerdict: Hashable, Sendable, Codable {
        /// Frames that are free: of the zone in a verdict, of the pageblock in a claim.
        public var free: PageCount
        /// Free, but kept from this request: for urgent requests, or in CMA areas.
        public var unusable: PageCount
        /// The rest of the block beyond its first page.
        public var beyondFirst: PageCount
        /// The watermark that decided.
        public var watermark: String
        /// That watermark, in pages, without the boost.
        public var mark: PageCount
        /// What is added to the watermark for a while because types had to mix, in pages. *Kernel counterpart:*
        /// `watermark_boost`.
        public var boost: PageCount
        /// What remains of ``mark`` and ``boost`` for a request that may dip into the reserve.
        public var bentMark: PageCount
        /// What is kept from requests that could use a higher zone, in pages. *Kernel counterpart:*
        /// `lowmem_reserve[]`.
        public var lowmemReserve: PageCount
        /// Whether the zone was already known to be below its high watermark. *Kernel counterpart:* `ZONE_BELOW_HIGH`.
        public var belowHighBefore: Bool
        /// Whether a block that is large enough is free for this request.
        public var hasBlock: Bool
        /// What follows.
        public var verdict: Verdict
    }

    /// A node asked to reclaim its own memory before another node is looked at. *Kernel counterpart:* `node_reclaim`.
    public struct NodeReclaim: Hashable, Sendable, Codable {
        /// *Kernel counterpart:* `NODE_RECLAIM_*`.
        public enum Outcome: String, Hashable, Sendable, Codable {
            /// Too far from the preferred node to be reclaimed for its sake.
            case tooFar
            /// Nothing there could be reclaimed. *Kernel counterpart:* `NODE_RECLAIM_FULL`.
            case full
        }

        /// `vm.zone_reclaim_mode`, the kernel's bits.
        public var mode: Int
        /// From the preferred node, as firmware gives it; 10 is local.
        public var distance: Int
        /// What came of it.
        public var outcome: Outcome
    }

    /// A look at a CPU's own list. *Kernel counterpart:* `rmqueue_pcplist`.
    public struct ListLook: Hashable, Sendable, Codable {
        /// log₂ of the frames of the block.
        public var order: Order
        /// The migrate type's name, as the kernel prints it.
        public var migrateType: String
        /// `false`: another CPU drains the lists at the moment.
        public var locked: Bool
        /// Whether the list of this order and type has no block.
        public var isEmpty: Bool
        /// In all of the CPU's lists of the zone.
        public var count: PageCount
        /// The count at which pages go back to the zone, in pages. *Kernel counterpart:* `high`.
        public var high: PageCount
        /// How many pages go in or out at once at least, in pages. *Kernel counterpart:* `batch`.
        public var batch: PageCount
        /// Recent frees, as the lists remember them. *Kernel counterpart:* `free_count`.
        public var freeCount: Int
        /// log₂ by which the next fetch grows. *Kernel counterpart:* `alloc_factor`.
        public var allocFactor: Int
    }

    /// An empty list filled from its zone. *Kernel counterpart:* `rmqueue_bulk`.
    public struct Refill: Hashable, Sendable, Codable {
        /// Blocks asked for.
        public var wantedBlocks: Int
        /// Blocks that the zone gave.
        public var takenBlocks: Int
        /// For each order, how many blocks of it were cut up or taken whole.
        public var sourceBlocks: [Int]
        /// The count at which pages go back to the zone, in pages. *Kernel counterpart:* `high`.
        public var high: PageCount
        /// How many pages go in or out at once at least, in pages. *Kernel counterpart:* `batch`.
        public var batch: PageCount
        /// log₂ by which the next fetch grows. *Kernel counterpart:* `alloc_factor`.
        public var allocFactor: Int
    }

    /// A block taken from the zone's free areas. *Kernel counterpart:* `__rmqueue_smallest`.
    public struct FreeAreaTake: Hashable, Sendable, Codable {
        /// log₂ of the frames of the block.
        public var order: Order
        /// The migrate type's name, as the kernel prints it.
        public var migrateType: String
        /// The order of the block that was taken whole or cut up; `nil` where there was none.
        public var foundOrder: Order?
        /// Blocks listed while it was cut up.
        public var splits: Int
    }

    /// Whether a pageblock changes its type, and by which rule. *Kernel counterpart:* `try_to_claim_block`.
    public enum ClaimVerdict: String, Hashable, Sendable, Codable {
        /// A block of at least a pageblock changes its type as a whole.
        case wholePageblocks
        /// Enough of the pageblock is free or of the same kind.
        case enoughAlike
        /// Too little of the pageblock is free or of the same kind.
        case tooLittleAlike
        /// It reaches beyond the zone.
        case crossesZone
    }

    /// Another type's pageblock weighed for taking over. Counts are frames of the pageblock.
    public struct Claim: Hashable, Sendable, Codable {
        /// The first frame of the block.
        public var pfn: PFN
        /// log₂ of the frames of the free block that was found.
        public var blockOrder: Order
        /// The migrate type that the pageblock has.
        public var owner: String
        /// The migrate type that the request has.
        public var wanted: String
        /// Frames that are free: of the zone in a verdict, of the pageblock in a claim.
        public var free: PageCount
        /// Frames in use that go with the wanted type.
        public var alike: PageCount
        /// Frames that must be free or alike for the pageblock to change its type.
        public var needed: PageCount
        /// What follows.
        public var verdict: ClaimVerdict
    }

    /// A block taken from another type's pageblock, which keeps its type. *Kernel counterpart:* `__rmqueue_steal`.
    public struct Steal: Hashable, Sendable, Codable {
        /// The first frame of the block.
        public var pfn: PFN
        /// log₂ of the frames of the free block that was found.
        public var blockOrder: Order
        /// The migrate type that the pageblock has.
        public var owner: String
        /// The migrate type that the request has.
        public var wanted: String
    }

    /// A zone's watermarks raised for a while. In pages. *Kernel counterpart:* `boost_watermark`.
    public struct Boost: Hashable, Sendable, Codable {
        /// The boost until then.
        public var before: PageCount
        /// The boost from then on.
        public var after: PageCount
        /// What it may not exceed.
        public var limit: PageCount
    }

    /// A node's kswapd asked to work. *Kernel counterpart:* `wakeup_kswapd`.
    public struct Wakeup: Hashable, Sendable, Codable {
        /// log₂ of the frames of the block.
        public var order: Order
        /// Index of the highest zone that the request may use. *Kernel counterpart:* `highest_zoneidx`.
        public var highestZone: Int
    }

    /// What the slow path may do for the request. *Kernel counterpart:* `__alloc_pages_slowpath`.
    public struct SlowPathEntry: Hashable, Sendable, Codable {
        /// `__GFP_DIRECT_RECLAIM`.
        public var canReclaim: Bool
        /// Whether it may wait and there is something to compact for.
        public var canCompact: Bool
        /// Whether the order is above 3. *Kernel counterpart:* `PAGE_ALLOC_COSTLY_ORDER`.
        public var isCostly: Bool
    }

    /// Reclaim or compaction on behalf of a request.
    public struct MemoryHook: Hashable, Sendable, Codable {
        /// Pages that became free; 0 as long as the model has no such machinery.
        public var progress: PageCount
    }

    /// All CPUs' lists emptied. *Kernel counterpart:* `drain_all_pages`.
    public struct Drain: Hashable, Sendable, Codable {
        /// What went back to the zones.
        public var pages: PageCount
    }

    /// A pageblock kept for urgent requests given up, or none found. *Kernel counterpart:*
    /// `unreserve_highatomic_pageblock`.
    public struct Unreserve: Hashable, Sendable, Codable {
        /// Whether the last one may go too.
        public var forced: Bool
        /// Whether one went.
        public var done: Bool
    }

    /// Whether the slow path goes round again. *Kernel counterpart:* `should_reclaim_retry`.
    public struct Retry: Hashable, Sendable, Codable {
        /// By which rule.
        public enum Reason: String, Hashable, Sendable, Codable {
            /// Free memory, exactly counted, suffices.
            case memoryWillDo
            /// A pageblock kept for urgent requests was given up.
            case unreserved
            /// `__GFP_NORETRY`.
            case noRetry
            /// An order above 3 without `__GFP_RETRY_MAYFAIL`.
            case costly
            /// Nothing is left to try.
            case nothingLeft
        }

        /// Whether it does.
        public var again: Bool
        /// Why.
        public var reason: Reason
    }

    /// What comes of having found nothing. *Kernel counterpart:* `__alloc_pages_may_oom`.
    public struct OutOfMemory: Hashable, Sendable, Codable {
        /// Whether a task would be killed, and why not.
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

        /// What follows.
        public var verdict: Verdict
    }

    /// `__GFP_NOFAIL`: the flags with which reserves are used at last.
    public struct NoFail: Hashable, Sendable, Codable {
        /// *Kernel counterpart:* `alloc_flags`.
        public var flagNames: [String]
    }

    /// The pageblocks kept for urgent requests. In pages. *Kernel counterpart:* `reserve_highatomic_pageblock`.
    public struct Reserve: Hashable, Sendable, Codable {
        /// Kept until then.
        public var reservedBefore: PageCount
        /// Kept from then on.
        public var reservedAfter: PageCount
        /// What it may not exceed.
        public var limit: PageCount
    }

    /// The block that the caller gets, and what is counted for it.
    public struct HandOut: Hashable, Sendable, Codable {
        /// The first frame of the block.
        public var pfn: PFN
        /// log₂ of the frames of the block.
        public var order: Order
        /// The counters of the zone's node that went up by one.
        public var counted: [String]
        /// The node whose `numaForeign` went up by one.
        public var foreignOn: NodeID?
    }

    /// The request that got nothing.
    public struct Failure: Hashable, Sendable, Codable {
        /// Why, in words for people.
        public var reason: String
    }
}

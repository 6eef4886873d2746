import PhysicalMemory

/// One line of a trace: one operation of the allocator, or a reading taken beside it.
///
/// All kinds share one flat layout of about 100 bytes, so that millions of events are a plain array. Each property
/// says which kinds use it; in the others it has its default. *Answer* and *check* mark what a real kernel did and a
/// model predicts; everything else is input.
public struct TraceEvent: Hashable, Sendable {
    /// What kind of line it is; the trace's letter stands in each case's comment.
    public enum Kind: UInt8, CaseIterable, Hashable, Sendable {
        /// `A`: an allocation and the frame that it got.
        case allocate
        /// `N`: an attempt at a zone's per-CPU list that got nothing.
        case perCPUMiss
        /// `F`: a free to the CPU's list.
        case free
        /// `G`: a free straight to the buddy lists.
        case freeToBuddy
        /// `V`: the statistics worker ran.
        case statisticsWorker
        /// `E`: the statistics worker's turn at one zone.
        case statisticsZone
        /// `D`: blocks taken from a per-CPU list.
        case drain
        /// `h s`: a block of another type was considered for claiming.
        case claimConsidered
        /// `h m`: the block's pageblock was scanned.
        case claimScanned
        /// `h f`: a block came from another type.
        case fallback
        /// `Z`: a reading of a zone's counter, flags and boost.
        case zoneReading
        /// `W`: a walk that found every zone below its watermark.
        case walkFailed
        /// `S`: a zone's statistics threshold changed.
        case statThreshold
        /// `H`: a pageblock changed its type outside a fallback.
        case blockTypeChanged
        /// `X`: context, nothing to execute.
        case context
        /// `I`: compaction takes a free block off its list.
        case compactionTake
        /// `J`: how many frames compaction took.
        case compactionResult
        /// `T`: a marker of the capture script.
        case mark
        /// Tracepoint `mm_page_alloc_zone_locked`: a block left the buddy lists.
        case tracedBuddyAllocation
        /// Tracepoint `mm_page_pcpu_drain`: a block went from a per-CPU list to the buddy lists.
        case tracedDrain
        /// Tracepoint `mm_page_free_batched`: announces a free that has, or will have, an event of its own.
        case tracedBatchedFree
    }

    /// How an allocation went.
    public enum Route: UInt8, Hashable, Sendable {
        /// `p`: through the per-CPU list.
        case perCPU
        /// `b`: straight from the buddy lists.
        case buddy
        /// `k`: one page of a bulk allocation.
        case bulk
        /// A tracepoint doesn't say.
        case unknown
    }

    /// Why a per-CPU list was drained.
    public enum DrainReason: UInt8, CaseIterable, Hashable, Sendable {
        /// `decay`: the statistics worker shrinks a list that is longer than needed.
        case decay
        /// `drzp`: a remote zone's list after its countdown. *Kernel counterpart:* `drain_zone_pages`.
        case remoteZone
        /// `drpz`: all of a list, in pieces. *Kernel counterpart:* `drain_pages_zone`.
        case all
    }

    /// The state of a per-CPU list when its lock was taken; −1: not in the trace.
    public struct PerCPUCheck: Hashable, Sendable {
        public var count: Int32 = -1
        public var high: Int32 = -1
        public var allocFactor: Int32 = -1
        /// Already halved for ``Route/perCPU``.
        public var freeCount: Int32 = -1
        /// `F` only.
        public var flags: Int32 = -1

        public init() {}
        /// Whether the trace says anything.
        public var isPresent: Bool { count >= 0 }
    }

    public var kind: Kind
    /// The event's line in its file, from 1.
    public var line: Int32
    /// The CPU that ran it. −1: the line names none (`E` is the CPU's of the `V` before it, and has one).
    public var cpu: Int16 = -1
    /// `A` (answer), `N`, `F`, `G`, `E`, `D`, `Z`, `S`, `H`: the number in ``AllocationTrace/Machine/zones``; −1: not
    /// said.
    public var zone: Int16 = -1
    /// `A`, `N`, `F`, `G`, `W`, `I`, `h s`, `h f`: the request's or the block's order.
    public var orderValue: UInt8 = 0
    /// `h s`, `h f`: the order of the block considered or split.
    public var blockOrderValue: UInt8 = 0
    /// `A`, `N`, `W`, `h s`, `h f`: the request's type. `F`: the list's. `H`: the pageblock's type before.
    public var type = MigrateType.unmovable
    /// `h f`: the type of the list that the block came from. `H`: the pageblock's type after.
    public var otherType = MigrateType.unmovable
    /// `A`, `N`.
    public var route = Route.unknown
    /// `D`.
    public var reason = DrainReason.decay
    /// `h m`: the pageblock lies within the zone. `h f`: the pageblock has the request's type now. `V`: per-CPU lists
    /// had their turn too. `G`: the block goes to the list's tail.
    public var flag = false
    /// `D`: the CPU whose list was drained.
    public var listCPU: Int16 = -1
    /// `A`, `N`, `W`: the preferred node; −1: the CPU's own.
    public var preferredNode: Int16 = -1
    /// `A`, `N`, `W`: the highest zone index that the gfp mask allows; −1: not said.
    public var highestZoneIndex: Int8 = -1
    /// `A`, `N`, `W`: 0: the first, fast attempt; 1, 2, …: those of the slow path.
    public var attempt: Int16 = 0
    /// `A`, `N`, `W`: the internal allocation flags. *Kernel counterpart:* `ALLOC_WMARK_LOW` and others.
    public var allocationFlags: UInt32 = 0
    /// `A`, `N`, `W`: the request's gfp mask, in the traced kernel's bits.
    public var gfp: UInt32 = 0
    /// `A`, `N`, `W`: the index in ``TraceEvents/nodeMasks``; −1: all nodes are allowed.
    public var nodeMask: Int32 = -1
    /// `A` (answer), `F`, `G`, `H`, `I`, `h s` (check), `h f` (check): the first frame; `PFN.none` if there is none.
    public var pfn = PFN.none
    /// `A` (check): the refill's pages. `F` (check), `D` (check): the blocks given back. In
    /// ``TraceEvents/frames``.
    public var frameStart: UInt32 = 0
    public var frameCount: UInt32 = 0
    /// `A`, `N`, `F`.
    public var check = PerCPUCheck()
    /// `F`, `D`: pages given back. `E`: the list's `expire`. `S`: the threshold. `J`: frames taken. `h m` (check):
    /// free pages. `Z` (check): the free counter, ``TraceEvent/unread`` if it was not read.
    public var amount: Int = 0
    /// `F`, `D`: the number of the list that giving back begins with; −1: none given back. `Z`: flags. `h m`: pages
    /// that look movable.
    public var detail: Int32 = -1
    /// `Z`: the watermark boost.
    public var boost: Int32 = 0

    /// A `Z` line's free counter where it was not read.
    public static let unread = Int.min

    public init(kind: Kind, line: Int32) {
        self.kind = kind
        self.line = line
    }

    public var order: Order { Order(Int(orderValue)) }
    public var blockOrder: Order { Order(Int(blockOrderValue)) }
}

/// The events of a trace, in the order in which they took effect.
public struct TraceEvents: Sendable {
    public var events: ContiguousArray<TraceEvent> = []
    /// The page lists of all events, one after the other; see ``frames(of:)``.
    public var frames: ContiguousArray<PFN> = []
    /// The distinct node masks of requests.
    public var nodeMasks: [NodeMask] = []
    /// The text of each `X` line after the CPU, by the event's place in ``events``.
    public var contexts: [Int: String] = [:]
    /// Events that the tracer says it lost, in a text of tracepoints.
    public var lostEvents = 0
    /// Events of memory that were passed over, in a text of tracepoints, by name.
    public var otherEvents: [String: Int] = [:]

    public init() {}

    /// The pages listed on the event's line. Complexity: O(1).
    public func frames(of event: TraceEvent) -> ContiguousArray<PFN>.SubSequence {
        frames[frameRange(of: event)]
    }

    /// Where in ``frames`` the pages of the event's line stand.
    public func frameRange(of event: TraceEvent) -> Range<Int> {
        Int(event.frameStart)..<Int(event.frameStart) + Int(event.frameCount)
    }

    /// The nodes that the request allows; `nil`: all.
    public func nodeMask(of event: TraceEvent) -> NodeMask? {
        event.nodeMask < 0 ? nil : nodeMasks[Int(event.nodeMask)]
    }
}

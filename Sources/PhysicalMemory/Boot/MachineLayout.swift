/// What boot makes of a ``MachineSpec``: nodes, zones, zonelists and tuning, before any frame exists.
///
/// A plain value. Printing, comparing with a real kernel and building a ``Machine`` all start from it.
public struct MachineLayout: Hashable, Sendable {
    /// What reports call the machine.
    public var name: String
    /// The version whose rules hold.
    public var kernel: KernelVersion
    /// Whose rules of layout hold.
    public var architecture: MachineSpec.Architecture
    /// Bytes of a frame.
    public var pageSize: ByteCount
    /// *Kernel counterpart:* `CONFIG_NUMA`.
    public var hasNUMA: Bool
    /// *Kernel counterpart:* `MAX_PAGE_ORDER`.
    public var maxOrder: Order
    /// *Kernel counterpart:* `pageblock_order`.
    public var pageblockOrder: Order
    /// The configured zone types, lowest first; a type's place here is its zone index on this machine.
    public var zoneTypes: [ZoneType]
    /// By node number. Memoryless nodes have zones without frames.
    public var nodes: [NodeLayout]
    /// Which nodes may come, are online, have memory or CPUs.
    public var states: NodeStates
    /// The highest zone that memory policies apply to. *Kernel counterpart:* `policy_zone`.
    public var policyZone: ZoneType?
    /// *Kernel counterpart:* `min_free_kbytes`.
    public var minFreeKbytes: Int
    /// `false` where some `managedPages` had to be estimated.
    public var managedIsKnown: Bool
    /// Sysctls at their values for this machine.
    public var tuning: Tuning
    /// The addresses that each zone type covers over all nodes, lowest first, types without any left out.
    public var zoneRanges: [ZoneRange] = []
    /// Where zone Movable begins, by node; nodes without it are left out. *Kernel counterpart:* `zone_movable_pfn[]`.
    public var movableStart: [MovableStart] = []
    /// How pages are found, and what they remember.
    public var memoryMap = MemoryMapOptions()
    /// `movable_node`: early allocations keep off memory that may be unplugged.
    public var hasMovableNodes = false
    /// Where logs say that nodes' own structures lie. *Kernel counterpart:* `NODE_DATA`.
    public var nodeData: [NodeID: Range<ByteCount>] = [:]
    /// What boot passed over or had to estimate, one sentence each, for people.
    public var notes: [String] = []

    /// The frames that zones of one type may cover. *Kernel counterpart:* a line of the boot log's `Zone ranges:`.
    public struct ZoneRange: Hashable, Sendable {
        /// The zone type.
        public var zone: ZoneType
        /// Its frames, end exclusive.
        public var frames: Range<PFN>

        /// The frames that zones of type `zone` may cover.
        public init(zone: ZoneType, frames: Range<PFN>) {
            self.zone = zone
            self.frames = frames
        }
    }

    /// Where zone Movable begins on one node.
    public struct MovableStart: Hashable, Sendable {
        /// The node.
        public var node: NodeID
        /// The first frame of its zone Movable.
        public var start: PFN

        /// Zone Movable of `node` begins at `start`.
        public init(node: NodeID, start: PFN) {
            self.node = node
            self.start = start
        }
    }

    /// Sysctls that the allocator consults at run time, at their values for this machine.
    public struct Tuning: Hashable, Sendable {
        /// `vm.watermark_boost_factor`, in 1/10000 of the high watermark; 0: no boosts.
        public var watermarkBoostFactor = 15000
        /// `vm.watermark_scale_factor`, in 1/10000 of managed memory.
        public var watermarkScaleFactor = 10
        /// `vm.percpu_pagelist_high_fraction`; 0: sized by watermarks.
        public var pcpHighFraction = 0
        /// Sizes of the per-CPU lists that somebody wants in place of the computed ones, in pages.
        public var pcpBatch: Int?
        /// The least `high`, in pages; `nil`: computed. *Kernel counterpart:* `high_min`.
        public var pcpHighMin: Int?
        /// The greatest `high`, in pages; `nil`: computed. *Kernel counterpart:* `high_max`.
        public var pcpHighMax: Int?
        /// `vm.zone_reclaim_mode`, the kernel's bits.
        public var zoneReclaimMode = 0
        /// `CONFIG_PCP_BATCH_SCALE_MAX`.
        public var pcpBatchScaleMax = 5
        /// Grouping by mobility is off on machines too small for it. *Kernel counterpart:*
        /// `page_group_by_mobility_disabled`.
        public var groupingByMobilityIsDisabled = false
        /// `vm.min_free_kbytes` where somebody set it; `nil`: computed.
        public var minFreeKbytes: Int?
        /// Transparent huge pages, for whose sake `min_free_kbytes` is raised.
        public var hugePages = HugePages.enabled
        /// `vm.lowmem_reserve_ratio`; 0 or missing: the zone is not protected.
        public var lowmemReserveRatio: [ZoneType: Int] = [.dma: 256, .dma32: 256, .normal: 32]

        /// Whether the machine has transparent huge pages.
        public enum HugePages: Hashable, Sendable {
            /// Neither built in nor possible.
            case absent
            /// `transparent_hugepage=never`.
            case disabled
            /// `always` or `madvise`.
            case enabled
        }

        /// The kernel's own defaults.
        public init() {}
    }

    /// A layout of these parts; see each property.
    public init(
        name: String, kernel: KernelVersion, architecture: MachineSpec.Architecture, pageSize: ByteCount,
        hasNUMA: Bool, maxOrder: Order, pageblockOrder: Order, zoneTypes: [ZoneType], nodes: [NodeLayout],
        states: NodeStates, policyZone: ZoneType?, minFreeKbytes: Int, managedIsKnown: Bool,
        tuning: Tuning = Tuning()
    ) {
        self.name = name
        self.kernel = kernel
        self.architecture = architecture
        self.pageSize = pageSize
        self.hasNUMA = hasNUMA
        self.maxOrder = maxOrder
        self.pageblockOrder = pageblockOrder
        self.zoneTypes = zoneTypes
        self.nodes = nodes
        self.states = states
        self.policyZone = policyZone
        self.minFreeKbytes = minFreeKbytes
        self.managedIsKnown = managedIsKnown
        self.tuning = tuning
    }

    /// The layout of node `id`, or `nil` if there is none.
    public func node(_ id: NodeID) -> NodeLayout? { nodes.first { $0.id == id } }
}

/// A zone of a node, by name. *Kernel counterpart:* `struct zoneref`.
public struct ZoneName: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The node.
    public var node: NodeID
    /// The zone's type.
    public var zone: ZoneType

    /// The zone of type `zone` on `node`.
    public init(node: NodeID, zone: ZoneType) {
        self.node = node
        self.zone = zone
    }

    /// As the command line has it: `1/Normal`.
    public var description: String { "\(node)/\(zone.kernelName)" }
}

/// One node of a layout. *Kernel counterpart:* the boot-time part of `struct pglist_data`.
public struct NodeLayout: Hashable, Sendable {
    /// The node's number. *Kernel counterpart:* `node_id`.
    public var id: NodeID
    /// `node_start_pfn`; 0 for a node without memory.
    public var startPFN: PFN
    /// Frames from the first to the last, holes included. *Kernel counterpart:* `spanned_pages`, of a node
    /// `node_spanned_pages`.
    public var spannedPages: PageCount
    /// Frames that exist, without holes. *Kernel counterpart:* `present_pages`, of a node `node_present_pages`.
    public var presentPages: PageCount
    /// What is not to be counted on by user memory, in pages. *Kernel counterpart:* `totalreserve_pages`.
    public var totalReservePages: PageCount
    /// Its online CPUs, ascending.
    public var cpus: [CPUID]
    /// To each node of the layout, in its order.
    public var distances: [Int]
    /// Nodes with memory, nearest first by the kernel's score (before 6.7 the node itself first, memory or not).
    public var fallbackOrder: [NodeID]
    /// `node_zonelists[ZONELIST_FALLBACK]`.
    public var zonelist: [ZoneName]
    /// `node_zonelists[ZONELIST_NOFALLBACK]`.
    public var thisNodeZonelist: [ZoneName]
    /// One for each of ``MachineLayout/zoneTypes``, in its order, empty ones included.
    public var zones: [ZoneLayout]

    /// A layout of these parts; see each property.
    public init(
        id: NodeID, startPFN: PFN, spannedPages: PageCount, presentPages: PageCount, totalReservePages: PageCount,
        cpus: [CPUID], distances: [Int], fallbackOrder: [NodeID], zonelist: [ZoneName],
        thisNodeZonelist: [ZoneName], zones: [ZoneLayout]
    ) {
        self.id = id
        self.startPFN = startPFN
        self.spannedPages = spannedPages
        self.presentPages = presentPages
        self.totalReservePages = totalReservePages
        self.cpus = cpus
        self.distances = distances
        self.fallbackOrder = fallbackOrder
        self.zonelist = zonelist
        self.thisNodeZonelist = thisNodeZonelist
        self.zones = zones
    }
}

/// One zone of a layout. *Kernel counterpart:* the boot-time part of `struct zone`.
public struct ZoneLayout: Hashable, Sendable {
    /// The zone's type.
    public var type: ZoneType
    /// Its first frame; 0 where it has none. *Kernel counterpart:* `zone_start_pfn`.
    public var startPFN: PFN
    /// Frames from the first to the last, holes included. *Kernel counterpart:* `spanned_pages`, of a node
    /// `node_spanned_pages`.
    public var spannedPages: PageCount
    /// Frames that exist, without holes. *Kernel counterpart:* `present_pages`, of a node `node_present_pages`.
    public var presentPages: PageCount
    /// Frames given to the page allocator. *Kernel counterpart:* `managed_pages`.
    public var managedPages: PageCount
    /// The frames that exist, ascending and disjoint; their sum is ``presentPages``.
    public var presentRanges: [Range<PFN>]
    /// The frames that boot hands to the allocator, ascending and disjoint, within ``presentRanges``; their sum is
    /// ``managedPages``.
    public var managedRanges: [Range<PFN>]
    /// Parts of ``managedRanges`` in whole pageblocks, lent to movable requests until a driver wants them.
    /// *Kernel counterpart:* `cma_areas`.
    public var cmaRanges: [Range<PFN>] = []
    /// *Kernel counterpart:* `_watermark[]`.
    public var watermarks: Watermarks
    /// `lowmem_reserve`, by the zone index of the request's highest zone.
    public var protection: [PageCount]
    /// How its CPUs' lists are sized.
    public var perCPU: PerCPUTuning
    /// Per-CPU counter threshold. *Kernel counterpart:* `stat_threshold`.
    public var statThreshold: Int
    /// Free pages below which the counters' drift matters; 0: never. *Kernel counterpart:* `percpu_drift_mark`.
    public var driftMark: PageCount

    /// *Kernel counterpart:* `_watermark[]`, without the boost.
    public struct Watermarks: Hashable, Sendable, Codable {
        /// Below it only urgent requests are served, in pages. *Kernel counterpart:* `WMARK_MIN`.
        public var min: PageCount
        /// Below it kswapd is woken, in pages. *Kernel counterpart:* `WMARK_LOW`.
        public var low: PageCount
        /// At it kswapd goes to sleep, in pages. *Kernel counterpart:* `WMARK_HIGH`.
        public var high: PageCount
        /// `nil` on kernels that have none.
        public var promo: PageCount?

        /// Watermarks in pages, ascending.
        public init(min: PageCount = 0, low: PageCount = 0, high: PageCount = 0, promo: PageCount? = nil) {
            self.min = min
            self.low = low
            self.high = high
            self.promo = promo
        }
    }

    /// Constants of the zone's per-CPU lists, the same on each CPU.
    public struct PerCPUTuning: Hashable, Sendable, Codable {
        /// Pages that go in or out at once at least. *Kernel counterpart:* `batch`.
        public var batch: PageCount
        /// The least `high`, in pages. *Kernel counterpart:* `high_min`.
        public var highMin: PageCount
        /// The greatest `high`, in pages. *Kernel counterpart:* `high_max`.
        public var highMax: PageCount

        /// List sizes in pages.
        public init(batch: PageCount = 1, highMin: PageCount = 0, highMax: PageCount = 0) {
            self.batch = batch
            self.highMin = highMin
            self.highMax = highMax
        }
    }

    /// List sizes in pages.
    public init(
        type: ZoneType, startPFN: PFN = PFN(0), spannedPages: PageCount = 0, presentPages: PageCount = 0,
        managedPages: PageCount = 0, presentRanges: [Range<PFN>] = [], managedRanges: [Range<PFN>] = [],
        watermarks: Watermarks = Watermarks(), protection: [PageCount] = [],
        perCPU: PerCPUTuning = PerCPUTuning(), statThreshold: Int = 0, driftMark: PageCount = 0
    ) {
        self.type = type
        self.startPFN = startPFN
        self.spannedPages = spannedPages
        self.presentPages = presentPages
        self.managedPages = managedPages
        self.presentRanges = presentRanges
        self.managedRanges = managedRanges
        self.watermarks = watermarks
        self.protection = protection
        self.perCPU = perCPU
        self.statThreshold = statThreshold
        self.driftMark = driftMark
    }
}

import PhysicalMemory

/// The page allocator's whole state at a quiet moment.
public struct AllocatorState: Hashable, Sendable {
    /// One zone's, by the number of ``AllocationTrace/Machine/zones``.
    public struct Zone: Hashable, Sendable {
        /// The counter of free pages without the CPUs' pending differences. *Kernel counterpart:* `NR_FREE_PAGES`
        /// in `vm_stat[]`.
        public var free: PageCount = 0
        /// Bit 0: boosted watermark, kswapd to be woken; bit 1: reclaim active; bit 2: below the high watermark.
        /// *Kernel counterpart:* `enum zone_flags`.
        public var flags = 0
        /// *Kernel counterpart:* `watermark_boost`.
        public var boost: PageCount = 0
        /// *Kernel counterpart:* `nr_reserved_highatomic`.
        public var reservedHighatomic: PageCount = 0
        /// *Kernel counterpart:* `nr_free_highatomic`.
        public var freeHighatomic: PageCount = 0
        /// Each CPU's pending difference of the free counter, by CPU number.
        public var differences: [PageCount] = []
        /// The number of the first pageblock of ``blockTypes``: a PFN shifted right by the pageblock order.
        public var firstBlock = 0
        /// The type of each pageblock; `nil`: none.
        public var blockTypes: [MigrateType?] = []
        /// The buddy lists, `[order][type]`, head first. *Kernel counterpart:* `free_area[].free_list[]`.
        public var freeLists: [[[PFN]]] = []
        /// By CPU number.
        public var perCPU: [PerCPU] = []
    }

    /// *Kernel counterpart:* `struct per_cpu_pages`.
    public struct PerCPU: Hashable, Sendable {
        public var count: PageCount = 0
        public var high: PageCount = 0
        public var highMin: PageCount = 0
        public var highMax: PageCount = 0
        public var batch: PageCount = 0
        /// Bit 0: `PCPF_PREV_FREE_HIGH_ORDER`; bit 1: `PCPF_FREE_HIGH_BATCH`.
        public var flags = 0
        public var allocFactor = 0
        public var freeCount = 0
        public var expire = 0
        /// By list number (3 × order + type for orders 0–3; 12: pageblocks not movable; 13: movable), head first.
        public var lists: [[PFN]] = []
    }

    /// The trace clock.
    public var counter = 0
    public var zones: [Zone] = []
}

extension AllocationTrace.Machine {
    /// *Kernel counterpart:* `PAGE_ALLOC_COSTLY_ORDER`.
    private static let costlyOrder = 3

    /// The order of the blocks on per-CPU list `list`, or `nil` if there is no such list.
    public func perCPUListOrder(_ list: Int) -> Order? {
        guard list >= 0, list < perCPUListCount else { return nil }
        let order = list / MigrateType.perCPUCount
        return order <= Self.costlyOrder ? Order(order) : pageblockOrder
    }

    /// The number of the per-CPU list for blocks of `order` and `type`, or `nil` where such blocks go to the buddy
    /// lists at once. *Kernel counterpart:* `order_to_pindex`.
    public func perCPUList(order: Order, type: MigrateType) -> Int? {
        let list: Int
        if order.rawValue <= Self.costlyOrder {
            guard Int(type.rawValue) < MigrateType.perCPUCount else { return nil }
            list = order.rawValue * MigrateType.perCPUCount + Int(type.rawValue)
        } else {
            guard order == pageblockOrder else { return nil }
            list = (Self.costlyOrder + 1) * MigrateType.perCPUCount + (type == .movable ? 1 : 0)
        }
        return list < perCPUListCount ? list : nil
    }
}

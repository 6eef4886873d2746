/// What one modelled CPU needs at hand to allocate and free.
///
/// One thread at a time may act as a CPU: its statistics have one writer. Everything else is safe whoever does it.
///
/// *Kernel counterpart:* the per-CPU area.
struct CPUState: ~Copyable {
    /// Requests that took the long way. It also keeps the whole of this in memory: a struct that fits no register is
    /// borrowed by address, where a plain one is copied.
    let slowRequests = SharedInt()
    let id: CPUID
    /// The CPU's place among the machine's CPUs.
    let index: Int
    /// The number of the CPU's node. *Kernel counterpart:* `numa_node_id()`.
    let node: Int32
    let map: MemoryMap
    /// By zone number.
    let pagesets: StableArray<Stable<PerCPUPages>>
    /// By node number.
    let zonelists: StableArray<NodeZonelists>
    /// By the four bits of a gfp that choose a zone: where requests go as long as there is plenty. `nil` where the first
    /// zone is on another node, or none is.
    let local: InlineArray<16, LocalZone?>
    /// Where most frees go.
    let home: HomeZone
    /// The zonelist of the CPU's own node.
    let localZonelist: Zonelist
    let rules: AllocationRules
    /// Every CPU's ``pagesets``, by the CPU's place.
    let allPagesets: StableArray<StableArray<Stable<PerCPUPages>>>
    /// By node number.
    let daemons: StableArray<Stable<KswapdState>>
    let events: Stable<SlowPathEvents>
    let observation: Stable<Observation>
    /// By node numbers; 0 where unknown. *Kernel counterpart:* `node_distance`.
    let distances: StableArray<[UInt8]>

    /// The CPU as locks know it.
    @inline(__always) var user: LockUser { LockUser(cpu: Int32(truncatingIfNeeded: index), node: node) }

    /// Says that the calling thread acts as this CPU from now on and means to for a while: it adopts the locks of the
    /// CPU's lists, so that the fast paths are open to it. Without this everything works, at length.
    ///
    /// Complexity: O(zones).
    @inline(never) borrowing func beginActing() {
        for zone in 0..<pagesets.count { _ = pagesets[zone].value.lists.lock.adopt() }
    }

    /// Ends what ``beginActing()`` began, on the same thread.
    @inline(never) borrowing func endActing() {
        for zone in 0..<pagesets.count { pagesets[zone].value.lists.lock.abandon() }
    }
}

/// The zone of a CPU's own node that its requests of one kind try first.
struct LocalZone {
    let pageset: Stable<PerCPUPages>
    let zone: Stable<Zone>
    /// The zone index of the highest zone that the request allows.
    let highest: Int

    init?(
        _ gfp: Int, of list: Zonelist, node: Int32, _ pagesets: StableArray<Stable<PerCPUPages>>,
        _ rules: AllocationRules
    ) {
        let highest = Int(rules.highestZone[gfp])
        let place = Int(list.firstPlaces[highest])
        guard place < list.count, list.references[place].node == node else { return nil }
        zone = list.references[place].zone
        pageset = pagesets[Int(list.references[place].number)]
        self.highest = highest
    }
}

/// The zone that most of a CPU's frees are for.
struct HomeZone {
    let pageset: Stable<PerCPUPages>
    let frames: NodeFrames
    /// Where the zone ends, as an offset of ``frames``.
    let end: UInt64
    let number: Int

    init(_ pageset: Stable<PerCPUPages>) {
        self.pageset = pageset
        frames = pageset.value.zone.value.frames
        end = UInt64(pageset.value.zone.value.span.upperBound)
        number = pageset.value.zone.value.number
    }
}

/// Constants of a machine that every allocation consults.
struct AllocationRules {
    /// The zone index that the low four bits of a gfp allow. *Kernel counterpart:* `GFP_ZONE_TABLE`.
    let highestZone: InlineArray<16, UInt8>
    let hugePageOrder: UInt32
    let maxOrder: UInt32
    let batchScaleMax: Int
    let normalIndex: Int32
    let hasDMA32: Bool
    let onlineNodes: Int
    let hasCMA: Bool
    /// *Kernel counterpart:* `node_reclaim_mode`.
    let nodeReclaimMode: Int
    /// By zone index.
    let zoneTypes: InlineArray<6, ZoneType>

    init(_ layout: MachineLayout) {
        highestZone = InlineArray { bits in
            let zone = GFP(rawValue: UInt32(bits)).highestZone(of: layout.zoneTypes)
            return UInt8(layout.zoneTypes.firstIndex(of: zone) ?? 0)
        }
        hugePageOrder = UInt32(layout.pageblockOrder.rawValue)
        maxOrder = UInt32(layout.maxOrder.rawValue)
        batchScaleMax = layout.tuning.pcpBatchScaleMax
        normalIndex = Int32(layout.zoneTypes.firstIndex(of: .normal) ?? -1)
        hasDMA32 = layout.zoneTypes.contains(.dma32)
        onlineNodes = Swift.max(layout.states.online.count, 1)
        hasCMA = layout.nodes.contains { $0.zones.contains { !$0.cmaRanges.isEmpty } }
        nodeReclaimMode = layout.tuning.zoneReclaimMode
        zoneTypes = InlineArray { $0 < layout.zoneTypes.count ? layout.zoneTypes[$0] : .device }
    }

    /// Whether per-CPU lists keep blocks of this order. *Kernel counterpart:* `pcp_allowed_order`.
    @inline(__always) func isKeptPerCPU(_ order: UInt32) -> Bool {
        order <= PerCPULists.costlyOrder || order == hugePageOrder
    }

    /// The migrate type of a request. *Kernel counterpart:* `gfp_migratetype`.
    @inline(__always) static func migrateType(_ gfp: GFP) -> UInt8 {
        let bits = UInt8(truncatingIfNeeded: gfp.rawValue &>> 3) & 3
        // Both bits at once, which no caller should set, count as movable: 3 becomes 1.
        return bits &- (bits &>> 1 & bits) &* 2
    }
}

/// Physical memory at work: a layout's zones with their frames, and CPUs that allocate from them.
///
/// Any number of threads may use a machine at once, one at a time for each ``CPUID`` they act as.
public final class Machine: Sendable {
    /// What boot made of the machine: a record, which does not change while the machine runs.
    public let layout: MachineLayout
    /// How the zones' locks are taken.
    public let lock: LockAlgorithm
    let map: MemoryMap
    /// Populated zones, in the order of nodes and zone indexes; a zone's place is its number.
    let zones: [Stable<Zone>]
    let cpus: [Stable<CPUState>]
    /// By CPU number; −1 where there is none.
    private let cpuPlaces: [Int]
    let pagesets: StableArray<StableArray<Stable<PerCPUPages>>>
    let zonelists: StableArray<NodeZonelists>
    let daemons: StableArray<Stable<KswapdState>>
    let events: Stable<SlowPathEvents>
    let observation: Stable<Observation>
    /// Held while a request is explained; counts them.
    let explaining = Guarded<Int, SpinLock>(0)
    let weights = Guarded<InterleaveWeights, SpinLock>(InterleaveWeights())
    private let distances: StableArray<[UInt8]>
    /// By place in ``layout``'s nodes.
    private let fieldsOfNodes: StableArray<Stable<NodeFields>>
    /// By node number; −1 where there is none.
    private let nodePlaces: [Int]
    let badPages = SharedInt()
    private let storage: any FrameStorage
    let hasLockStatistics: Bool

    /// What of a zone is given to the allocator when a machine starts.
    public enum Contents: Sendable {
        /// The zone's managed ranges, initialised as they are needed.
        case managedFrames
        /// Nothing, until a recorded state is loaded. What that does not list counts as allocated before.
        case nothing
    }

    /// Builds the machine. Frames are not touched but for a section of each zone.
    ///
    /// Throws if the layout has no CPU or no memory, or if the map finds no room.
    /// - Parameters:
    ///   - layout: what boot made of the machine.
    ///   - contents: what is free when it starts.
    ///   - storage: where the frames' pages are kept.
    ///   - lock: how the zones' locks are taken.
    ///   - lockStatistics: `nil`: locks measure nothing, and that costs nothing. Else every allocation and every free
    ///     takes the path at length, where locks are measured; what it decides is the same.
    /// Complexity: O(zones × (CPUs + nodes)).
    public init(
        _ layout: MachineLayout, contents: Contents = .managedFrames, storage: any FrameStorage = HeapStorage(),
        lock: LockAlgorithm = .ttas, lockStatistics: LockStatisticsOptions? = nil
    ) throws(MachineError) {
        let cpuList = layout.nodes.flatMap { node in node.cpus.map { (cpu: $0, node: node.id) } }.sorted {
            $0.cpu < $1.cpu
        }
        guard let lastCPU = cpuList.last?.cpu else { throw .noCPU }
        guard cpuList.allSatisfy({ (0..<CPUID.limit).contains($0.cpu.rawValue) }),
            layout.nodes.allSatisfy({ (0..<NodeID.limit).contains($0.id.rawValue) }),
            layout.zoneTypes.count <= 6, (0..<Order.greatestCount).contains(layout.maxOrder.rawValue),
            (0...layout.maxOrder.rawValue).contains(layout.pageblockOrder.rawValue)
        else { throw .outOfRange }
        let plan = try ZonePlan(layout)
        let greatestPagesets =
            lockStatistics == nil ? ZonePlan.greatestPagesets : LockStatisticsOptions.greatestPagesets
        guard plan.places.count * cpuList.count <= greatestPagesets else {
            throw .tooManyPagesets(plan.places.count * cpuList.count)
        }
        guard
            let map = MemoryMap(
                first: plan.first, end: plan.end, pageblockOrder: layout.pageblockOrder.rawValue, storage: storage)
        else { throw .noRoomForMap(frames: PageCount(Int(plan.end - plan.first))) }
        self.layout = layout
        self.lock = lock
        hasLockStatistics = lockStatistics != nil
        self.storage = storage
        self.map = map

        let blockSize = UInt64(1) << UInt64(layout.maxOrder.rawValue)
        let observation = Stable(Observation())
        self.observation = observation
        let cpuNodes = cpuList.map { Int32($0.node.rawValue) }
        zones = plan.places.enumerated().map { number, place in
            let node = layout.nodes[place.node]
            return Stable(
                Zone(
                    number: number, node: node.id, index: place.index, layout: node.zones[place.index],
                    frames: map.frames(from: node.startPFN.rawValue & ~(blockSize - 1)), machine: layout,
                    cpuNodes: cpuNodes, observation: observation,
                    lock: ZoneLock(
                        lock, recorder: lockStatistics.map { Stable(LockRecorder($0, cpus: cpuList.count)) })))
        }
        let zones = zones
        pagesets = StableArray(count: cpuList.count) { cpu in
            StableArray(count: zones.count) { number in
                let place = plan.places[number]
                return Stable(
                    PerCPUPages(
                        zone: zones[number], tuning: layout.nodes[place.node].zones[place.index].perCPU,
                        batchScaleMax: layout.tuning.pcpBatchScaleMax, freesHighOrderInBatches: true,
                        recorder: lockStatistics.map { Stable(LockRecorder($0, owner: cpu)) }))
            }
        }
        let lastNode = layout.nodes.map(\.id.rawValue).max() ?? 0
        let references = plan.references(zones, layout)
        let nodesByID = Dictionary(layout.nodes.map { ($0.id.rawValue, $0) }, uniquingKeysWith: { first, _ in first })
        zonelists = StableArray(count: lastNode + 1) { id in
            let node = nodesByID[id]
            return NodeZonelists(
                fallback: Zonelist((node?.zonelist ?? []).compactMap { references[$0] }),
                thisNode: Zonelist((node?.thisNodeZonelist ?? []).compactMap { references[$0] }))
        }
        daemons = StableArray(count: lastNode + 1) { _ in Stable(KswapdState()) }
        events = Stable(SlowPathEvents())
        distances = Self.distances(layout, lastNode: lastNode)
        fieldsOfNodes = StableArray(count: layout.nodes.count) { Stable(NodeFields(layout.nodes[$0])) }
        var nodePlaces = [Int](repeating: -1, count: lastNode + 1)
        for (place, node) in layout.nodes.enumerated() { nodePlaces[node.id.rawValue] = place }
        self.nodePlaces = nodePlaces
        let rules = AllocationRules(layout)
        let (zonelists, pagesets, daemons, events, distances) = (zonelists, pagesets, daemons, events, distances)
        cpus = cpuList.enumerated().map { place, entry in
            let (node, list) = (Int32(entry.node.rawValue), zonelists[entry.node.rawValue].fallback)
            let local = InlineArray<16, LocalZone?> { LocalZone($0, of: list, node: node, pagesets[place], rules) }
            let home = local[Int(GFP.highUserMovable.rawValue & 15)]?.pageset ?? pagesets[place][0]
            return Stable(
                CPUState(
                    id: entry.cpu, index: place, node: node, map: map, pagesets: pagesets[place],
                    zonelists: zonelists, local: local, home: HomeZone(home), localZonelist: list, rules: rules,
                    allPagesets: pagesets,
                    daemons: daemons, events: events, observation: observation, distances: distances))
        }
        var cpuPlaces = [Int](repeating: -1, count: lastCPU.rawValue + 1)
        for (place, entry) in cpuList.enumerated() { cpuPlaces[entry.cpu.rawValue] = place }
        self.cpuPlaces = cpuPlaces

        for (zone, place) in zip(zones, plan.places) {
            let zoneLayout = layout.nodes[place.node].zones[place.index]
            if contents == .managedFrames {
                zone.value.open(zoneLayout.managedRanges, contiguous: zoneLayout.cmaRanges)
            }
        }
    }

    deinit {
        for zone in zones {
            zone.value.release()
            zone.release()
        }
        for cpu in cpus { cpu.release() }
        for cpu in 0..<pagesets.count {
            for zone in 0..<pagesets[cpu].count {
                pagesets[cpu][zone].value.release()
                pagesets[cpu][zone].release()
            }
            pagesets[cpu].release()
        }
        pagesets.release()
        for node in 0..<zonelists.count {
            zonelists[node].fallback.release()
            zonelists[node].thisNode.release()
            daemons[node].release()
        }
        zonelists.release()
        daemons.release()
        for place in 0..<fieldsOfNodes.count {
            fieldsOfNodes[place].value.release()
            fieldsOfNodes[place].release()
        }
        fieldsOfNodes.release()
        events.release()
        observation.release()
        distances.release()
    }

    private static func distances(_ layout: MachineLayout, lastNode: Int) -> StableArray<[UInt8]> {
        var rows = [[UInt8]](repeating: [], count: lastNode + 1)
        for node in layout.nodes {
            var row = [UInt8](repeating: 0, count: lastNode + 1)
            for (other, distance) in zip(layout.nodes, node.distances) {
                row[other.id.rawValue] = UInt8(clamping: distance)
            }
            rows[node.id.rawValue] = row
        }
        return StableArray(count: rows.count) { rows[$0] }
    }

    /// The state of CPU `id`, or `nil` if the machine has no such CPU.
    func cpu(_ id: CPUID) -> Stable<CPUState>? {
        guard cpuPlaces.indices.contains(id.rawValue), cpuPlaces[id.rawValue] >= 0 else { return nil }
        return cpus[cpuPlaces[id.rawValue]]
    }

    /// The place of node `id` in ``layout``'s nodes, or `nil` if it is not online. Complexity: O(1).
    func place(of id: NodeID) -> Int? {
        guard nodePlaces.indices.contains(id.rawValue), nodePlaces[id.rawValue] >= 0 else { return nil }
        return nodePlaces[id.rawValue]
    }

    /// What changes of node `id`, or `nil` if it is not online.
    func nodeFields(_ id: NodeID) -> Stable<NodeFields>? { place(of: id).map { fieldsOfNodes[$0] } }

    /// The zone of this node and type, or `nil` if it has no frames.
    func zone(_ node: NodeID, _ type: ZoneType) -> Stable<Zone>? {
        zones.first { $0.value.node == node && $0.value.type == type }
    }

    /// The zone of an initialised frame.
    func zone(of pfn: PFN) -> Stable<Zone>? {
        guard map.contains(pfn.rawValue) else { return nil }
        let flags = map[pfn.rawValue].flags.load()
        return flags & PageFlags.initialized == 0 ? nil : zones[PageFlags.zone(flags)]
    }
}

/// Why a machine could not be built.
public enum MachineError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The layout has no CPU.
    case noCPU
    /// The layout has no frames that a machine can hold.
    case noMemory
    /// A CPU, a node or an order is outside what a machine can have.
    case outOfRange
    /// CPUs times zones are more than can be held.
    case tooManyPagesets(Int)
    /// The storage lends no room for the map of so many frames.
    case noRoomForMap(frames: PageCount)

    /// What is wrong, in words for people.
    public var description: String {
        switch self {
        case .noCPU: "the machine has no CPU"
        case .noMemory: "the machine has no memory"
        case .outOfRange: "a node, CPU, order or zone number of the layout is out of range"
        case .tooManyPagesets(let count):
            """
            \(count) per-CPU lists (CPUs × zones) are more than the \(ZonePlan.greatestPagesets) that can be run, or the \
            \(LockStatisticsOptions.greatestPagesets) with lock statistics
            """
        case .noRoomForMap(let frames): "no address space for a memory map of \(frames) frames"
        }
    }
}

/// Which zones get numbers, and the range of frames that the map covers.
struct ZonePlan {
    struct Place {
        /// Index into the layout's nodes, and the zone's index there.
        var node: Int
        var index: Int
    }

    static let greatestPagesets = 1 << 20

    var places: [Place] = []
    private(set) var first: UInt64 = .max
    private(set) var end: UInt64 = 0

    init(_ layout: MachineLayout) throws(MachineError) {
        let block = UInt64(1) << UInt64(layout.maxOrder.rawValue)
        for (nodePlace, node) in layout.nodes.enumerated() {
            guard Self.fits(node, block) else { continue }
            for (index, zone) in node.zones.enumerated() where zone.presentPages > 0 {
                places.append(Place(node: nodePlace, index: index))
                first = min(first, zone.startPFN.rawValue & ~(block - 1))
                let zoneEnd = zone.startPFN.rawValue + UInt64(zone.spannedPages.rawValue)
                end = max(end, (zoneEnd + block - 1) & ~(block - 1))
            }
        }
        guard !places.isEmpty, places.count < 1 << 15 else { throw .noMemory }
        for place in places {
            first = min(first, layout.nodes[place.node].startPFN.rawValue & ~(block - 1))
        }
    }

    /// A node that spans more frames than a 32-bit link reaches is laid out, but gets no frames.
    private static func fits(_ node: NodeLayout, _ block: UInt64) -> Bool {
        node.spannedPages.rawValue >= 0 && UInt64(node.spannedPages.rawValue) < UInt64(FrameOffset.max) - 2 * block
            && node.startPFN.rawValue < 1 << 52
            && node.zones.allSatisfy {
                $0.presentPages == 0
                    || $0.startPFN >= node.startPFN && $0.spannedPages.rawValue >= 0
                        && $0.startPFN.rawValue + UInt64($0.spannedPages.rawValue)
                            <= node.startPFN.rawValue + UInt64(node.spannedPages.rawValue)
            }
    }

    func references(_ zones: [Stable<Zone>], _ layout: MachineLayout) -> [ZoneName: ZoneReference] {
        var result: [ZoneName: ZoneReference] = [:]
        for (number, place) in places.enumerated() {
            let node = layout.nodes[place.node]
            let name = ZoneName(node: node.id, zone: node.zones[place.index].type)
            result[name] = ZoneReference(
                zone: zones[number], number: Int32(number), node: Int32(node.id.rawValue), index: Int32(place.index))
        }
        return result
    }
}

extension Zone {
    /// Gives the allocator its frames, lowest first.
    borrowing func open(_ ranges: [Range<PFN>]) {
        let held = areas.acquire()
        for range in ranges {
            freePages.addAsOnlyWriter(range.pageCount.rawValue)
            held.value.adopt(
                frames.offset(range.lowerBound.rawValue)..<frames.offset(range.upperBound.rawValue), self)
        }
    }
}

extension Machine {
    /// The addresses of the pages (what the allocator knows of frames, not the frames) of a range within one node's
    /// span, for binding them to that node.
    public func pages(of range: Range<PFN>) -> UnsafeRawBufferPointer { unsafe map.address(of: range) }
}

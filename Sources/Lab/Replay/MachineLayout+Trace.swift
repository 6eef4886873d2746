import KernelFormats
import PhysicalMemory

extension MachineLayout {
    /// Frames that the zones of a trace may span together: 512 GiB with 4 KiB pages.
    static let replayLimit = 1 << 27

    /// The layout that a trace's `machine.txt` states, constants as stale as the kernel's were.
    init(_ machine: AllocationTrace.Machine) throws(ReplayError) {
        let types = try Self.zoneTypes(of: machine)
        var ids = Set(machine.cpuNodes).union(machine.zones.map(\.node))
        ids.formUnion(machine.zonelists.keys)
        let nodes = ids.sorted().map { Self.node($0, machine, types) }
        var states = NodeStates()
        for node in nodes { states.online.insert(node.id) }
        // Nodes without CPUs and zones count as online, too; which they are makes no difference.
        if let online = machine.globals["nr_online_nodes"] {
            var next = NodeID(0)
            while states.online.count < min(online, NodeID.limit), next.rawValue < NodeID.limit {
                states.online.insert(next)
                next = NodeID(next.rawValue + 1)
            }
        }
        let spans = machine.zones.map(\.spanned.rawValue)
        guard spans.allSatisfy({ $0 <= Self.replayLimit }), spans.reduce(0, +) <= Self.replayLimit else {
            throw .tooLarge(limit: PageCount(Self.replayLimit))
        }
        guard machine.perCPUListCount == 14 || machine.perCPUListCount == 12 else {
            throw .unsupported("\(machine.perCPUListCount) per-CPU lists")
        }
        self.init(
            name: machine.kernel, kernel: machine.kernelVersion, architecture: .x86_64, pageSize: machine.pageSize,
            hasNUMA: states.online.count > 1, maxOrder: machine.maxOrder, pageblockOrder: machine.pageblockOrder,
            zoneTypes: types, nodes: nodes, states: states, policyZone: nil,
            minFreeKbytes: machine.globals["min_free_kbytes"] ?? 0, managedIsKnown: true)
        tuning.pcpBatchScaleMax = machine.perCPUBatchScaleMax
        tuning.watermarkBoostFactor = machine.globals["watermark_boost_factor"] ?? tuning.watermarkBoostFactor
        tuning.watermarkScaleFactor = machine.globals["watermark_scale_factor"] ?? tuning.watermarkScaleFactor
        tuning.pcpHighFraction = machine.globals["percpu_pagelist_high_fraction"] ?? 0
        tuning.zoneReclaimMode = machine.globals["node_reclaim_mode"] ?? 0
        tuning.groupingByMobilityIsDisabled = machine.globals["page_group_by_mobility_disabled"] ?? 0 != 0
    }

    private static func node(_ id: NodeID, _ machine: AllocationTrace.Machine, _ types: [ZoneType]) -> NodeLayout {
        let own = machine.zones.filter { $0.node == id }
        let start = own.map(\.start).min() ?? PFN(0)
        let end = own.map(\.span.upperBound).max() ?? PFN(0)
        func names(_ list: [Int]?) -> [ZoneName] {
            (list ?? []).map { ZoneName(node: machine.zones[$0].node, zone: types[machine.zones[$0].index]) }
        }
        return NodeLayout(
            id: id, startPFN: start, spannedPages: (start..<end).pageCount,
            presentPages: PageCount(own.reduce(0) { $0 + $1.present.rawValue }), totalReservePages: 0,
            cpus: machine.cpuNodes.indices.filter { machine.cpuNodes[$0] == id }.map { CPUID($0) }, distances: [],
            fallbackOrder: [], zonelist: names(machine.zonelists[id]),
            thisNodeZonelist: names(machine.thisNodeZonelists[id] ?? ownZonelist(machine, id)),
            zones: types.indices.map { index in
                guard let zone = own.first(where: { $0.index == index }) else { return ZoneLayout(type: types[index]) }
                return ZoneLayout(
                    type: types[index], startPFN: zone.start, spannedPages: zone.spanned,
                    presentPages: zone.spanned, managedPages: zone.managed, presentRanges: [zone.span],
                    watermarks: zone.watermarks, protection: zone.lowmemReserve, perCPU: zone.perCPU,
                    statThreshold: zone.statThreshold, driftMark: zone.driftMark)
            })
    }

    /// A node's zones, highest first, where the trace does not say them.
    private static func ownZonelist(_ machine: AllocationTrace.Machine, _ id: NodeID) -> [Int] {
        machine.zones.indices.filter { machine.zones[$0].node == id }
            .sorted { machine.zones[$0].index > machine.zones[$1].index }
    }

    /// The zone types that the traced kernel was configured with: the set in which every zone has its index.
    private static func zoneTypes(of machine: AllocationTrace.Machine) throws(ReplayError) -> [ZoneType] {
        let count = machine.zones.map(\.lowmemReserve.count).max() ?? 0
        let optional: [ZoneType] = [.dma, .dma32, .highMem, .device]
        var fitting: [[ZoneType]] = []
        for left in 0..<1 << optional.count {
            let types = ZoneType.allCases.filter { type in
                optional.firstIndex(of: type).map { left >> $0 & 1 == 0 } ?? true
            }
            let fits = machine.zones.allSatisfy { types.indices.contains($0.index) && types[$0.index] == $0.type }
            if fits && count <= types.count { fitting.append(types) }
        }
        // x86-64 has no HighMem; where that leaves several, the one with as many types as there are reserves.
        guard
            let types = fitting.min(by: { rank($0, count) < rank($1, count) })
        else { throw .unsupported("these zone numbers and names") }
        return types
    }

    private static func rank(_ types: [ZoneType], _ count: Int) -> Int {
        abs(types.count - count) * 2 + (types.contains(.highMem) ? 1 : 0)
    }
}

extension MachineLayout {
    /// Lays out the machine that `spec` describes, as the kernel does at boot. Touches no frame.
    ///
    /// Throws a ``BootError`` that names what is wrong in the spec. Complexity: O(*n*² log *n*) for *n* nodes, by the
    /// zonelists; memory sizes don't matter.
    /// *Kernel counterpart:* `setup_arch`, `free_area_init`, `build_all_zonelists`, `init_per_zone_wmark_min`.
    public init(booting spec: MachineSpec) throws(BootError) {
        try spec.validate()
        let parameters = KernelParameters(spec.commandLine)
        let map = FirmwareMap(spec, parameters)
        guard !map.usable.isEmpty else { throw .noUsableMemory }
        let pageSize = UInt64(spec.pageSize.rawValue)
        let limits = ZoneLimits(spec, map, parameters)
        let described = BootNodes(spec, map)
        let regions = Self.regions(of: map, pageSize: pageSize)
        let movable = MovableBorders(
            regions: regions, limits: limits, parameters: parameters, pageSize: pageSize,
            maxOrder: spec.configuration.maxOrder)
        self.init(
            name: spec.name, kernel: spec.kernel, architecture: spec.architecture, pageSize: spec.pageSize,
            hasNUMA: spec.configuration.hasNUMA, maxOrder: spec.configuration.maxOrder,
            pageblockOrder: spec.configuration.pageblockOrder, zoneTypes: limits.types, nodes: [],
            states: NodeStates(), policyZone: nil, minFreeKbytes: 0, managedIsKnown: true)
        memoryMap = spec.configuration.memoryMap ?? MemoryMapOptions(usualFor: spec.architecture)
        hasMovableNodes = parameters.hasMovableNodes
        for node in spec.nodes {
            if let place = node.structure { nodeData[node.id] = place.start..<place.end }
        }
        zoneRanges = zip(limits.types, limits.ranges).filter { !$1.isEmpty }.map { ZoneRange(zone: $0, frames: $1) }
        movableStart = movable.start.map { MovableStart(node: $0, start: $1) }.sorted { $0.node < $1.node }
        notes = parameters.ignored.map { "\($0): not understood, passed over" } + map.notes + limits.notes
        notes += movable.notes

        let extents = ZoneExtents(limits: limits, movable: movable)
        let regionsOf = Dictionary(uniqueKeysWithValues: regions.map { ($0.node, $0.regions) })
        nodes = described.nodes.map { node in
            NodeLayout(node, zones: extents.zones(of: node.id, regions: regionsOf[node.id] ?? []), regionsOf[node.id])
        }
        addDeviceZones(map, pageSize: pageSize)
        if let stated = StatedZones(spec.zoneInputs) { place(stated) }
        states.possible = described.possible
        states.online = NodeMask(nodes.map(\.id))
        states.genericInitiator = NodeMask(described.nodes.filter(\.isGenericInitiator).map(\.id))
        updateNodeStates()
        buildZonelists()
        if !hasNUMA { policyZone = nil }
        let areas = ContiguousAreas(spec, parameters, map, limits)
        setContiguousRanges(areas.ranges)
        notes += areas.notes
        setManagedPages(spec, regionsOf)
        try tune(spec, parameters)
        retune()
    }

    /// The map's frames by node, nodes and frames ascending.
    private static func regions(
        of map: FirmwareMap, pageSize: UInt64
    ) -> [(node: NodeID, regions: [MovableBorders.Region])] {
        var byNode: [NodeID: [MovableBorders.Region]] = [:]
        for entry in map.usable.entries {
            guard let node = entry.value.node else { continue }
            byNode[node, default: []].append(
                MovableBorders.Region(
                    frames: entry.range.lowerBound / pageSize..<entry.range.upperBound / pageSize,
                    isHotPluggable: entry.value.isHotPluggable, isMirrored: entry.value.isMirrored))
        }
        return byNode.sorted { $0.key < $1.key }.map { (node: $0.key, regions: $0.value) }
    }

    /// Zone Device spans the node's persistent memory; none of it counts as present.
    private mutating func addDeviceZones(_ map: FirmwareMap, pageSize: UInt64) {
        guard let device = zoneTypes.firstIndex(of: .device) else { return }
        for entry in map.persistent.entries {
            guard let node = nodes.firstIndex(where: { $0.id == entry.value }) else { continue }
            let low = (entry.range.lowerBound + pageSize - 1) / pageSize
            let high = entry.range.upperBound / pageSize
            guard low < high else { continue }
            var zone = nodes[node].zones[device]
            if zone.spannedPages == 0 { zone.startPFN = PFN(low) }
            zone.spannedPages = PageCount(Int(high - zone.startPFN.rawValue))
            nodes[node].zones[device] = zone
        }
    }

    /// Takes each zone's managed frames from the spec, or estimates them.
    private mutating func setManagedPages(
        _ spec: MachineSpec, _ regions: [NodeID: [MovableBorders.Region]]
    ) {
        var inputs: [ZoneName: PageCount] = [:]
        for input in spec.zoneInputs { inputs[ZoneName(node: input.node, zone: input.zone)] = input.managedPages }
        let estimate = ManagedEstimate(pageSize: pageSize, architecture: architecture)
        let image = estimate.imageZone(in: nodes)
        for node in nodes.indices {
            for index in nodes[node].zones.indices {
                var zone = nodes[node].zones[index]
                let name = ZoneName(node: nodes[node].id, zone: zone.type)
                if let managed = inputs[name] {
                    zone.managedPages = min(managed, zone.spannedPages)
                    if managed > zone.spannedPages {
                        notes.append(
                            "node \(name.node) zone \(name.zone.kernelName) cannot manage the \(managed) pages given: "
                                + "it spans \(zone.spannedPages)")
                    }
                } else if zone.presentPages > 0 {
                    zone.managedPages = estimate.managedPages(of: zone, holdsImage: name == image)
                    managedIsKnown = false
                }
                zone.setManagedRanges(
                    others: zone.managedPages > zone.presentPages ? mirrored(regions[name.node] ?? [], in: zone) : [])
                nodes[node].zones[index] = zone
            }
        }
        for node in spec.nodes { fit(node) }
        if !managedIsKnown { notes.append("managed pages are estimated where the description does not give them") }
    }

    /// Makes the zones of a node manage together what the description says: the largest give or take first what the
    /// estimates miss it by.
    private mutating func fit(_ described: MachineSpec.Node) {
        guard let bytes = described.managedBytes, let node = nodes.firstIndex(where: { $0.id == described.id }) else {
            return
        }
        let sum = nodes[node].zones.reduce(0) { $0 + $1.managedPages.rawValue }
        var missing = bytes.rawValue / pageSize.rawValue - sum
        let largestFirst = nodes[node].zones.indices.sorted {
            nodes[node].zones[$0].presentPages > nodes[node].zones[$1].presentPages
        }
        for index in largestFirst where missing != 0 {
            var zone = nodes[node].zones[index]
            let managed = zone.managedPages.rawValue
            let fitted = min(max(managed + missing, 0), zone.presentPages.rawValue)
            missing -= fitted - managed
            zone.managedPages = PageCount(fitted)
            zone.setManagedRanges()
            nodes[node].zones[index] = zone
        }
        if missing > 0 {
            notes.append("node \(described.id) cannot manage the \(bytes) bytes given: \(missing) pages are missing")
        }
    }

    /// The mirrored frames in `zone`'s span, which Movable manages without counting them as present.
    private func mirrored(_ regions: [MovableBorders.Region], in zone: ZoneLayout) -> [Range<PFN>] {
        let end = zone.startPFN.advanced(by: zone.spannedPages.rawValue)
        return regions.filter(\.isMirrored).compactMap { region in
            let part = (PFN(region.frames.lowerBound)..<PFN(region.frames.upperBound)).clamped(to: zone.startPFN..<end)
            return part.isEmpty ? nil : part
        }
    }

    private mutating func tune(_ spec: MachineSpec, _ parameters: KernelParameters) throws(BootError) {
        let isEnabled = parameters.transparentHugePages ?? spec.configuration.transparentHugePagesAreEnabled
        tuning.hugePages =
            !spec.configuration.hasTransparentHugePages ? .absent : isEnabled ? .enabled : .disabled
        for (name, value) in parameters.sysctls.sorted(by: { $0.key < $1.key }) {
            // The kernel only warns of what it cannot set.
            do { try set(sysctl: name, to: value) } catch { notes.append("sysctl.vm.\(name)=\(value): passed over") }
        }
        for (name, value) in spec.sysctls.sorted(by: { $0.key < $1.key }) {
            do { try set(sysctl: name, to: value) } catch BootError.unknownSysctl {
                notes.append("vm.\(name): not modelled, passed over")
            }
        }
        // Too few pageblocks for each mobility to have some. *Kernel counterpart:* `vm_total_pages` in
        // `build_all_zonelists`.
        let total = nodes.reduce(0) { sum, node in node.zones.reduce(sum) { $0 + $1.managedPages.rawValue } }
        tuning.groupingByMobilityIsDisabled =
            total < pageblockOrder.pageCount.rawValue * MigrateType.groupedCount
    }
}

extension MigrateType {
    /// The number of types that pageblocks are grouped by, CMA's and isolation included. *Kernel counterpart:*
    /// `MIGRATE_TYPES`.
    static let groupedCount = allCases.count
}

extension NodeLayout {
    /// A node with `zones` over `regions`; its zonelists and reserves are still to be filled in.
    init(_ node: BootNodes.Node, zones: [ZoneLayout], _ regions: [MovableBorders.Region]?) {
        self.init(
            id: node.id, startPFN: PFN(regions?.first?.frames.lowerBound ?? 0),
            spannedPages: zones.reduce(0) { $0 + $1.spannedPages },
            presentPages: zones.reduce(0) { $0 + $1.presentPages }, totalReservePages: 0, cpus: node.cpus,
            distances: node.distances, fallbackOrder: [], zonelist: [], thisNodeZonelist: [], zones: zones)
    }
}

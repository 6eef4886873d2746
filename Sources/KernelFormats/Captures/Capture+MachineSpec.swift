import PhysicalMemory

extension Capture {
    /// The machine as boot needs it described, at picture `number` (from 1), and what had to be guessed or left out.
    ///
    /// Of each kind of input the best source counts: memory from the firmware's map and affinity table, else from what
    /// the kernel made of them, else from where the zones lie, else from the nodes' sizes; nodes from sysfs, else from
    /// the log; build options from the configuration, else from what was printed. Values of sysctls count where they
    /// were written or differ from the kernel's own.
    ///
    /// Throws where there is no such picture, or nothing says where memory is.
    public func machineSpec(picture number: Int = 1) throws(FormatError) -> (spec: MachineSpec, notes: [String]) {
        let picture = try picture(number)
        var notes = self.notes + problemNotes
        let kernel = kernelVersion ?? kernelVersionByFields
        if kernelVersion == nil {
            let how = kernel == nil ? "and taken to be" : "and judged by what zoneinfo prints: about"
            notes.append("the kernel's version is not known \(how) \(kernel ?? .reference)")
        }
        let architecture = self.architecture
        if architecture == nil { notes.append("the architecture is not known and taken to be x86_64") }
        let pageSize = self.pageSize ?? Self.usualPageSize(architecture)
        var spec = MachineSpec(
            name: name, architecture: architecture ?? .x86_64, kernel: kernel ?? .reference, pageSize: pageSize,
            commandLine: commandLine ?? "")
        if commandLine == nil { notes.append("the command line is not known and taken to be empty") }
        spec.configuration = kernelConfiguration(spec.architecture, pageSize: pageSize, kernel: spec.kernel)
        if configuration == nil { notes.append("the kernel's configuration is not known and guessed from its output") }
        var memory = CaptureMemory(self, picture, pageSize: pageSize)
        try memory.choose()
        memory.describe(&spec)
        notes += memory.notes
        setNodes(&spec, picture, &notes)
        for node in spec.nodes.indices { spec.nodes[node].managedBytes = memory.managedBytes[spec.nodes[node].id] }
        if !bootLog.contiguousAreas.isEmpty {
            spec.contiguousRanges = bootLog.contiguousAreas.map { .init(start: $0.lowerBound, end: $0.upperBound) }
        } else if !bootLog.earlyRanges.isEmpty {
            spec.contiguousRanges = []
        }
        for node in spec.nodes.indices {
            if let place = bootLog.nodeData[spec.nodes[node].id], place.upperBound.rawValue <= 1 << 56 {
                spec.nodes[node].structure = .init(start: place.lowerBound, end: place.upperBound)
            }
        }
        setLimits(&spec)
        setManaged(&spec, number, memory, &notes)
        spec.sysctls = sysctls(before: number, spec.configuration)
        return (spec, notes)
    }

    private static func usualPageSize(_ architecture: MachineSpec.Architecture?) -> ByteCount {
        architecture == .ppc64 ? .kibibytes(64) : .kibibytes(4)
    }

    /// Takes the picture's managed pages; of zones with memory that was plugged in since boot those of the last picture
    /// before that.
    private func setManaged(
        _ spec: inout MachineSpec, _ number: Int, _ memory: CaptureMemory, _ notes: inout [String]
    ) {
        var inputs: [ZoneName: PageCount] = [:]
        var hasPlugged = false
        for picture in pictures[..<number] {
            let plugged = Set(memory.plugged(in: picture).map(\.zone))
            if !plugged.isEmpty { hasPlugged = true }
            for zone in picture.zoneInfo?.zones ?? [] {
                let name = ZoneName(node: zone.node, zone: zone.type)
                guard zone.isPopulated, let managed = zone.managed, !plugged.contains(name) else { continue }
                inputs[name] = managed
            }
        }
        spec.zoneInputs = inputs.sorted { ($0.key.node, $0.key.zone) < ($1.key.node, $1.key.zone) }.map {
            .init(node: $0.key.node, zone: $0.key.zone, managedPages: $0.value)
        }
        if memory.source == .zones { takeExtents(&spec, pictures[number - 1], &notes) }
        if hasPlugged { notes.append("memory that was plugged in after boot is not part of the description") }
        if spec.zoneInputs.isEmpty { notes.append("managed pages are not known") }
    }

    /// Where nothing else says where memory is, zones lie where zoneinfo says.
    private func takeExtents(_ spec: inout MachineSpec, _ picture: Picture, _ notes: inout [String]) {
        let limit = UInt64(1 << 56) / UInt64(spec.pageSize.rawValue)
        for zone in picture.zoneInfo?.zones ?? [] {
            guard let start = zone.startPFN, let spanned = zone.spanned, spanned > 0, start.rawValue < limit,
                UInt64(spanned.rawValue) <= limit - start.rawValue
            else { continue }
            let present = min(zone.present ?? spanned, spanned)
            if let stated = zone.present, stated > spanned {
                notes.append(
                    "node \(zone.node) zone \(zone.type.kernelName): \(stated) pages present in \(spanned) spanned")
            }
            let extent = MachineSpec.ZoneExtent(startPFN: start, spannedPages: spanned, presentPages: present)
            if let place = spec.zoneInputs.firstIndex(where: { $0.node == zone.node && $0.zone == zone.type }) {
                spec.zoneInputs[place].extent = extent
            } else {
                // Before 3.9 there is no `managed`: the kernel reckons with what is present.
                spec.zoneInputs.append(
                    .init(node: zone.node, zone: zone.type, managedPages: zone.managed ?? present, extent: extent))
            }
        }
    }

    // MARK: Nodes

    private func setNodes(_ spec: inout MachineSpec, _ picture: Picture, _ notes: inout [String]) {
        if let directory = picture.nodes ?? pictures[0].nodes {
            setNodes(&spec, directory, picture)
        } else {
            setNodesFromLog(&spec, picture, &notes)
        }
        spec.possibleNodes = spec.possibleNodes.map { $0.union(NodeMask(spec.nodes.map(\.id))) }
    }

    private func setNodes(_ spec: inout MachineSpec, _ directory: NodeDirectory, _ picture: Picture) {
        let online = directory.online ?? NodeMask(directory.nodes.keys)
        let ids = online.union(directory.hasGenericInitiator ?? [])
        // A node directory's distances are to the online nodes, in order.
        let columns = Array(online)
        let place = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1, $0) })
        spec.nodes = ids.map { id in
            let node = directory.nodes[id]
            var distances: [Int] = []
            if let known = node?.distances, known.count == columns.count {
                distances = ids.map { to in place[to].map { known[$0] } ?? (to == id ? 10 : 20) }
            }
            return MachineSpec.Node(
                id: id, cpus: (node?.cpus ?? []).filter(isOnline), distances: distances,
                isGenericInitiator: directory.hasGenericInitiator?.contains(id) ?? false)
        }
        if spec.nodes.allSatisfy(\.cpus.isEmpty), !spec.nodes.isEmpty {
            spec.nodes[0].cpus = cpusOfZones(picture)
        }
        spec.possibleNodes = directory.possible
        spec.nodesAreAsBooted = true
    }

    private func setNodesFromLog(_ spec: inout MachineSpec, _ picture: Picture, _ notes: inout [String]) {
        var ids = NodeMask(spec.memory.map(\.node))
        for entry in spec.affinity { ids.insert(entry.node) }
        for entry in bootLog.nodeSpans { ids.insert(entry.node) }
        for node in bootLog.fallbackOrders.keys { ids.insert(node) }
        for zone in picture.zoneInfo?.zones ?? [] { ids.insert(zone.node) }
        var cpus = cpusByNode(picture)
        for node in cpus.keys { ids.insert(node) }
        if cpus.isEmpty, let first = ids.first {
            cpus[first] = cpusOfZones(picture)
            notes.append("the CPUs' nodes are not known: all \(cpus[first]?.count ?? 0) are on node \(first)")
        }
        if ids.count > 1 { notes.append("the nodes' distances are not known and taken to be 10 and 20") }
        ids.formUnion(bootLog.genericInitiators)
        spec.nodes = ids.map {
            MachineSpec.Node(
                id: $0, cpus: cpus[$0] ?? [], isGenericInitiator: bootLog.genericInitiators.contains($0))
        }
        spec.nodesAreAsBooted = !bootLog.nodeSpans.isEmpty || picture.zoneInfo != nil
    }

    private func cpusByNode(_ picture: Picture) -> [NodeID: [CPUID]] {
        var nodes = bootLog.cpuNodes
        guard !nodes.isEmpty else { return [:] }
        // The log of the CPUs' start leaves the first one out.
        if nodes[CPUID(0)] == nil, let next = nodes.min(by: { $0.key < $1.key }) { nodes[CPUID(0)] = next.value }
        // The affinity table lists CPUs that were never brought up, too.
        let online = Set(cpusOfZones(picture))
        let isKnown = picture.zoneInfo?.zones.contains { !$0.pagesets.isEmpty } == true || bootLog.cpuCount != nil
        var result: [NodeID: [CPUID]] = [:]
        for (cpu, node) in nodes where !isKnown || online.contains(cpu) { result[node, default: []].append(cpu) }
        return result.mapValues { $0.sorted() }
    }

    /// Some texts list CPUs that do not run.
    private func isOnline(_ cpu: CPUID) -> Bool {
        guard let online = processors?.online, !online.isEmpty else { return true }
        return online.contains(cpu)
    }

    /// The online CPUs, wherever they are.
    private func cpusOfZones(_ picture: Picture) -> [CPUID] {
        let listed = Set(picture.zoneInfo?.zones.flatMap { $0.pagesets.map(\.cpu) } ?? [])
        if !listed.isEmpty { return listed.sorted() }
        if let online = processors?.online, !online.isEmpty { return online }
        let count = bootLog.cpuCount ?? machine["cpus"].flatMap(Numbers.count) ?? 1
        return (0..<min(max(1, count), CPUID.limit)).map { CPUID($0) }
    }

    // MARK: Limits and sysctls

    private func setLimits(_ spec: inout MachineSpec) {
        let high = bootLog.zoneRanges.first { $0.zone == .highMem }?.addresses?.lowerBound
        if spec.architecture == .i386 || spec.architecture == .i386PAE || spec.configuration.hasHighMem {
            spec.lowmemBytes = bootLog.mappedLowRAM ?? high
        }
        let dma = bootLog.zoneRanges.first { $0.zone == .dma }?.addresses
        let dma32 = bootLog.zoneRanges.first { $0.zone == .dma32 }?.addresses
        // The limit itself is in no log; where both zones have memory, it is the border between them.
        if spec.architecture == .arm64, let dma, dma32 != nil { spec.dmaLimitBytes = dma.upperBound }
    }

    private static let usualSysctls = [
        "watermark_scale_factor": "10", "watermark_boost_factor": "15000", "percpu_pagelist_high_fraction": "0",
        "zone_reclaim_mode": "0",
    ]

    private func sysctls(before number: Int, _ configuration: MachineSpec.Configuration) -> [String: String] {
        var result: [String: String] = [:]
        let values = pictures[number - 1].sysctls
        for (name, usual) in Self.usualSysctls {
            if let value = values[name], value != usual { result[name] = value }
        }
        if let ratios = values["lowmem_reserve_ratio"] {
            let words = ratios.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
            if words != Self.usualRatios(configuration) { result["lowmem_reserve_ratio"] = words }
        }
        for picture in pictures[1..<max(1, number)] {
            if let (name, value) = picture.action?.sysctl { result[name] = value }
        }
        return result
    }

    private static func usualRatios(_ configuration: MachineSpec.Configuration) -> String {
        var ratios: [String] = []
        if configuration.hasZoneDMA { ratios.append("256") }
        if configuration.hasZoneDMA32 { ratios.append("256") }
        ratios.append("32")
        if configuration.hasHighMem { ratios.append("0") }
        ratios.append("0")
        if configuration.hasZoneDevice { ratios.append("0") }
        return ratios.joined(separator: " ")
    }
}

extension NodeMask {
    fileprivate mutating func formUnion(_ other: NodeMask) { self = union(other) }
}

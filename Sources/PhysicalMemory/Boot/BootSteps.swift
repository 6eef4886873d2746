/// The way that a machine's boot goes, step by step, with what each step finds and decides.
///
/// *Kernel counterpart:* `setup_arch`, `free_area_init`, `build_all_zonelists`, `mem_init`,
/// `init_per_zone_wmark_min`.
public struct BootSteps: Hashable, Sendable {
    /// The steps, in order.
    public private(set) var steps: [BootStep] = []

    private let spec: MachineSpec
    private let layout: MachineLayout
    private let map: FirmwareMap
    private let parameters: KernelParameters

    /// How `layout` came from `spec`.
    ///
    /// Throws what makes the spec impossible to lay out. Complexity: that of laying it out.
    public init(of layout: MachineLayout, from spec: MachineSpec) throws(BootError) {
        try spec.validate()
        self.spec = spec
        self.layout = layout
        parameters = KernelParameters(spec.commandLine)
        map = FirmwareMap(spec, parameters)
        steps = [
            firmwareMap, commandLine, nodeMemory, nodeStructures, zoneLimits, movableBorders, zones, memoryMap,
            deferredPages, zonelists, freeFrames, tuning,
        ]
    }

    // MARK: Details

    private func address(_ pfn: PFN) -> BootStep.Value {
        let (bytes, overflow) = pfn.rawValue.multipliedReportingOverflow(by: UInt64(layout.pageSize.rawValue))
        return .address(overflow ? .max : bytes)
    }

    private func ends(_ range: Range<UInt64>) -> [BootStep.Detail] {
        [.init("start", .address(range.lowerBound)), .init("end", .address(range.upperBound))]
    }

    private func ends(_ frames: Range<PFN>) -> [BootStep.Detail] {
        [.init("start", address(frames.lowerBound)), .init("end", address(frames.upperBound))]
    }

    private func pages(_ key: String, _ count: PageCount) -> BootStep.Detail { .init(key, .number(count.rawValue)) }

    private func eachZone(_ body: (NodeLayout, ZoneLayout) -> BootStep.Entry?) -> [BootStep.Entry] {
        layout.nodes.flatMap { node in
            node.zones.filter { $0.spannedPages > 0 }.compactMap { body(node, $0) }
        }
    }

    // MARK: Memory

    private var firmwareMap: BootStep {
        let kind = spec.memoryIsAsBooted ? "what a kernel made of its firmware's map" : "what firmware says"
        return BootStep(
            .firmwareMap, "e820__memblock_setup, early_init_dt_scan_memory", "The map of memory: \(kind).",
            spec.memory.map { .init($0.kind.rawValue, ends($0.addresses)) })
    }

    private var commandLine: BootStep {
        var entries = parameters.mapChanges.map { change -> BootStep.Entry in
            switch change {
            case .forget: .init("exactmap", [])
            case .usable(let range): .init("usable", ends(range))
            case .withhold(let range): .init("withheld", ends(range))
            case .persistent(let range): .init("persistent", ends(range))
            case .limit(let end): .init("limit", [.init("end", .address(end))])
            case .total(let bytes): .init("mem", [.init("bytes", .address(bytes))])
            }
        }
        func add(_ name: String, _ value: String?) {
            if let value { entries.append(.init(name, [.init("value", .text(value))])) }
        }
        add("numa", parameters.numaIsOff ? "off" : nil)
        add("numa=fake", parameters.fakeNodes.map { "\($0)" })
        add("kernelcore", parameters.kernelCoreIsMirrored ? "mirror" : parameters.kernelCore.map { "\($0)" })
        add("movablecore", parameters.movableCore.map { "\($0)" })
        add("movable_node", parameters.hasMovableNodes ? "on" : nil)
        return BootStep(
            .commandLine, "parse_early_param", "What the command line changes in the map, the nodes and the zones.",
            entries)
    }

    private var nodeMemory: BootStep {
        BootStep(
            .nodeMemory, "numa_init, memblock_set_node", "Usable memory and its nodes, in whole frames.",
            map.usable.entries.map { entry in
                var details = ends(entry.range)
                if entry.value.isHotPluggable { details.append(.init("hotPluggable", .isTrue(true))) }
                if entry.value.isMirrored { details.append(.init("mirrored", .isTrue(true))) }
                return .init(node: entry.value.node, details)
            })
    }

    private var nodeStructures: BootStep {
        BootStep(
            .nodeStructures, "alloc_node_data",
            "Each node's own structure, on the node where that has memory for it.",
            layout.nodeStructures.map { structure in
                var details: [BootStep.Detail] = [
                    .init("bytes", .number(structure.size.rawValue)),
                    .init("onNode", structure.home.map { .number($0.rawValue) } ?? .text("none")),
                    .init("isEstimated", .isTrue(structure.sizeIsEstimated)),
                ]
                if let place = structure.addresses {
                    details += ends(UInt64(place.lowerBound.rawValue)..<UInt64(place.upperBound.rawValue))
                }
                return .init(node: structure.node, details)
            })
    }

    // MARK: Zones

    private var zoneLimits: BootStep {
        BootStep(
            .zoneLimits, "arch_zone_limits_init, free_area_init", "The addresses that each type of zone may cover.",
            layout.zoneRanges.map { .init(zone: $0.zone, ends($0.frames)) })
    }

    private var movableBorders: BootStep {
        BootStep(
            .movableBorders, "find_zone_movable_pfns_for_nodes", "Where zone Movable begins on each node.",
            layout.movableStart.map { .init(node: $0.node, [.init("start", address($0.start))]) })
    }

    private var zones: BootStep {
        BootStep(
            .zones, "free_area_init_node, calculate_node_totalpages", "Each node's zones: borders, frames and holes.",
            eachZone { node, zone in
                let end = zone.startPFN.advanced(by: zone.spannedPages.rawValue)
                return .init(
                    node: node.id, zone: zone.type,
                    ends(zone.startPFN..<end) + [
                        pages("spannedPages", zone.spannedPages), pages("presentPages", zone.presentPages),
                        pages("absentPages", zone.spannedPages - zone.presentPages),
                    ])
            })
    }

    private var memoryMap: BootStep {
        let sections = layout.sections
        let flags = layout.pageFlags
        var entries: [BootStep.Entry] = [
            .init(
                "model",
                [
                    .init("memoryModel", .text(layout.memoryMap.model.rawValue)),
                    .init("sectionBytes", .number(1 << sections.sizeBits)),
                    .init("sections", .number(sections.count)), .init("roots", .number(sections.rootCount)),
                    .init("sectionsPerRoot", .number(sections.sectionsPerRoot)),
                    .init("subsections", .number(sections.subsectionCount)),
                ])
        ]
        entries += sections.runs.map { run in
            .init(
                "sections of", node: run.node,
                [
                    .init("firstSection", .number(run.sections.lowerBound)),
                    .init("sections", .number(run.sections.count)), .init("subsections", .number(run.subsections)),
                ])
        }
        entries.append(
            .init(
                "page flags",
                PageFlagsLayout.Field.allCases.map { .init($0.rawValue, .number(flags.width($0))) } + [
                    .init("flags", .number(flags.flagCount)), .init("unused", .number(flags.unusedBits)),
                ]))
        let extensions = PageExtensions(layout, parameters)
        entries += extensions.clients.map {
            .init(
                "page extension \($0.name)",
                [
                    .init("isBuiltIn", .isTrue($0.isBuiltIn)), .init("isOn", .isTrue($0.isOn)),
                    .init("bytes", .number($0.size.rawValue)),
                ])
        }
        if extensions.entrySize > 0 {
            entries += layout.nodes.map { node in
                let frames =
                    layout.memoryMap.model == .flat
                    ? node.spannedPages
                    : PageCount(
                        sections.runs.filter { $0.node == node.id }.reduce(0) {
                            $0 + $1.sections.count * sections.pagesPerSection.rawValue
                        })
                return .init(
                    "page extensions of", node: node.id,
                    [.init("bytes", .number(extensions.bytes(for: frames).rawValue))])
            }
        }
        return BootStep(
            .memoryMap, "sparse_init, memmap_init, page_ext_init",
            "Where pages are kept, what their flags word holds, and what is kept beside them.", entries)
    }

    private var deferredPages: BootStep {
        BootStep(
            .deferredPages, "defer_init, deferred_init_memmap",
            "Pages that a worker of each node initialises while the machine starts.",
            layout.deferredInitialization.map {
                .init(
                    node: $0.node, zone: $0.zone,
                    [.init("firstDeferredPFN", .number(Int(clamping: $0.firstPFN.rawValue))), pages("pages", $0.pages)])
            })
    }

    // MARK: Lists

    private var zonelists: BootStep {
        BootStep(
            .zonelists, "build_all_zonelists", "Where requests of each node look, nearest first.",
            layout.nodes.map { node in
                .init(
                    node: node.id,
                    [
                        .init("fallbackOrder", .numbers(node.fallbackOrder.map(\.rawValue))),
                        .init("zonelist", .names(node.zonelist.map(\.description))),
                    ])
            })
    }

    private var freeFrames: BootStep {
        BootStep(
            .freeFrames, "memblock_free_all, __free_pages_core",
            "Frames that boot did not keep go to the buddy lists; all pageblocks begin as movable"
                + (layout.managedIsKnown ? "." : "; how many boot kept is estimated."),
            eachZone { node, zone in
                guard zone.presentPages > 0 else { return nil }
                let cma = InitialBlocks(zone.cmaRanges, maxOrder: layout.pageblockOrder)
                return .init(
                    node: node.id, zone: zone.type,
                    [
                        pages("managedPages", zone.managedPages),
                        .init(
                            "reservedPages",
                            .number(max(0, zone.presentPages.rawValue - zone.managedPages.rawValue))),
                        .init(
                            "blocksByOrder",
                            .numbers(InitialBlocks(zone.managedRanges, maxOrder: layout.maxOrder).counts)),
                        .init("pageblocks", .number(zone.pageblocks(order: layout.pageblockOrder))),
                        .init("contiguousPageblocks", .number(cma.counts.last ?? 0)),
                    ])
            })
    }

    private var tuning: BootStep {
        let entries = eachZone { node, zone in
            guard zone.presentPages > 0 else { return nil }
            let marks = zone.watermarks
            return .init(
                node: node.id, zone: zone.type,
                [
                    pages("min", marks.min), pages("low", marks.low), pages("high", marks.high),
                    .init("protection", .numbers(zone.protection.map(\.rawValue))),
                    pages("batch", zone.perCPU.batch), pages("highMin", zone.perCPU.highMin),
                ])
        }
        return BootStep(
            .tuning, "init_per_zone_wmark_min, set_recommended_min_free_kbytes",
            "Watermarks, protections and the sizes of the CPUs' lists.",
            [.init("machine", [.init("minFreeKbytes", .number(layout.minFreeKbytes))])] + entries)
    }
}

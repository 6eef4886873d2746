import KernelFormats
import PhysicalMemory

/// Gathers the fields that a kernel reported, each with the model's value.
struct ComparedFields {
    private(set) var fields: [ComparedField] = []
    private let layout: MachineLayout
    private let observed: ObservedLayout

    /// The list sizes were computed again from the low watermark that the kernel shows, stale as it may be.
    private let sizesFollowShownLow: Bool

    private let joiningCPU: CPUID?

    /// - Parameters:
    ///   - joiningCPU: the CPU that the lists were sized for last, when it was about to come online.
    ///   - comparesOrders: whether the distances are known that nodes are ordered by.
    init(
        _ observed: ObservedLayout, _ layout: MachineLayout, stale: StaleGroups, joiningCPU: CPUID? = nil,
        comparesOrders: Bool
    ) {
        self.layout = layout
        self.joiningCPU = joiningCPU
        sizesFollowShownLow = stale.contains(.watermarks) && !stale.contains(.perCPU)
        self.observed = observed
        addRanges()
        if comparesOrders { addOrders() }
        addPolicyZone()
        addStates()
        if let kbytes = observed.minFreeKbytes {
            add("min_free_kbytes", .minFree, .number(kbytes), .number(layout.minFreeKbytes))
        }
        for zone in observed.zones?.zones ?? [] { add(zone) }
    }

    private mutating func add(
        _ name: String, _ group: ComparedField.Group, _ expected: FieldValue, _ predicted: FieldValue
    ) {
        fields.append(ComparedField(name: name, group: group, expected: expected, predicted: predicted))
    }

    private func bytes(_ frames: Range<PFN>?) -> FieldValue {
        guard let frames else { return .none }
        let size = layout.pageSize.rawValue
        return .numbers([Int(frames.lowerBound.rawValue) * size, Int(frames.upperBound.rawValue) * size])
    }

    private func bytes(_ addresses: Range<ByteCount>?) -> FieldValue {
        addresses.map { .numbers([$0.lowerBound.rawValue, $0.upperBound.rawValue]) } ?? .none
    }

    private mutating func addRanges() {
        for range in observed.zoneRanges where range.zone != .movable {
            let predicted = layout.zoneRanges.first { $0.zone == range.zone }?.frames
            add("zone range \(range.zone.kernelName)", .layout, bytes(range.addresses), bytes(predicted))
        }
        guard let starts = observed.movableStarts else { return }
        let nodes = NodeMask(starts.map(\.node)).union(NodeMask(layout.movableStart.map(\.node)))
        for node in nodes {
            let expected = starts.first { $0.node == node }.map { FieldValue.number($0.address.rawValue) }
            let predicted = layout.movableStart.first { $0.node == node }.map {
                FieldValue.number(Int($0.start.rawValue) * layout.pageSize.rawValue)
            }
            add("movable start node \(node)", .layout, expected ?? .none, predicted ?? .none)
        }
        if nodes.isEmpty { add("movable starts", .layout, .none, .none) }
    }

    private mutating func addPolicyZone() {
        if let zone = observed.policyZone {
            add("policy zone", .layout, .text(zone.kernelName), layout.policyZone.map { .text($0.kernelName) } ?? .none)
        }
    }

    private mutating func addOrders() {
        for (node, order) in observed.fallbackOrders.sorted(by: { $0.key < $1.key }) {
            let predicted = layout.node(node)?.fallbackOrder.map(\.rawValue)
            add(
                "node \(node) fallback order", .layout, .numbers(order.map(\.rawValue)),
                predicted.map { .numbers($0) } ?? .none)
        }
        for list in observed.zonelists {
            let whole = layout.node(list.node).map { list.isThisNode ? $0.thisNodeZonelist : $0.zonelist }
            let predicted = whole.map { whole in FieldValue.texts(whole.filter { $0.zone <= list.zone }.map(text)) }
            add(
                "node \(list.node) \(list.isThisNode ? "thisnode" : "general") zonelist \(list.zone.kernelName)",
                .layout, .texts(list.zones.map(text)), predicted ?? .none)
        }
    }

    private func text(_ name: ZoneName) -> String { "\(name.node):\(name.zone.kernelName)" }

    private mutating func addStates() {
        for state in NodeStates.State.allCases {
            guard let nodes = observed.states[state] else { continue }
            add(
                "node states \(state.rawValue)", .layout, .text(nodes.description),
                .text(layout.states[state].description))
        }
    }

    private mutating func add(_ zone: ZoneInfo.Zone) {
        let name = "node \(zone.node) zone \(zone.type.kernelName)"
        let predicted = layout.node(zone.node)?.zones.first { $0.type == zone.type }
        func number(_ count: PageCount?) -> FieldValue { count.map { .number($0.rawValue) } ?? .none }
        func page(_ pfn: PFN?) -> FieldValue { pfn.map { .number(Int(clamping: $0.rawValue)) } ?? .none }
        let counts: [(String, ComparedField.Group, PageCount?, PageCount?)] = [
            ("spanned", .layout, zone.spanned, predicted?.spannedPages),
            ("present", .layout, zone.present, predicted?.presentPages),
            ("min", .watermarks, zone.min, predicted?.watermarks.min),
            ("low", .watermarks, zone.low, predicted?.watermarks.low),
            ("high", .watermarks, zone.high, predicted?.watermarks.high),
            ("promo", .watermarks, zone.promo, predicted?.watermarks.promo),
        ]
        if zone.startPFN != nil {
            add("\(name) start_pfn", .layout, page(zone.startPFN), page(predicted?.startPFN))
        }
        for (key, group, expected, predicted) in counts where expected != nil {
            add("\(name) \(key)", group, number(expected), number(predicted))
        }
        if !zone.protection.isEmpty {
            add(
                "\(name) protection", .protection, .numbers(zone.protection.map(\.rawValue)),
                predicted.map { .numbers($0.protection.map(\.rawValue)) } ?? .none)
        }
        let lists = predicted.map { perCPU($0, zone) }
        for pageset in zone.pagesets {
            // Before the kernel tuned it, a list's high mark was fixed; since then it says nothing.
            let high = layout.kernel < .tunesPerCPUHigh ? pageset.high : nil
            let sizes: [(String, ComparedField.Group, PageCount?, PageCount?)] = [
                ("batch", .perCPU, pageset.batch, lists?.batch),
                ("high", .perCPU, high, lists?.highMin),
                ("high_min", .perCPU, pageset.highMin, lists?.highMin),
                ("high_max", .perCPU, pageset.highMax, lists?.highMax),
                (
                    "stat threshold", .threshold, pageset.statThreshold.map { PageCount($0) },
                    predicted.map { PageCount($0.statThreshold) }
                ),
            ]
            for (key, group, expected, predicted) in sizes where expected != nil {
                add("\(name) cpu \(pageset.cpu) \(key)", group, number(expected), number(predicted))
            }
        }
    }

    private func perCPU(_ predicted: ZoneLayout, _ zone: ZoneInfo.Zone) -> ZoneLayout.PerCPUTuning {
        guard predicted.presentPages > 0, let place = layout.nodes.firstIndex(where: { $0.id == zone.node }) else {
            return predicted.perCPU
        }
        let cpus = layout.nodes[place].cpus
        let isJoining = joiningCPU.map { !cpus.contains($0) } ?? false
        guard sizesFollowShownLow && zone.low != nil || isJoining else { return predicted.perCPU }
        var rules = layout.zoneRules(node: place, zone: zone.type)
        // A CPU that comes online is counted on every node, as its own is not known yet.
        // *Kernel counterpart:* `cpu_online` in `zone_highsize`.
        if isJoining { rules.cpus = cpus.count + 1 }
        let low = sizesFollowShownLow ? zone.low ?? predicted.watermarks.low : predicted.watermarks.low
        return rules.perCPU(managed: predicted.managedPages.rawValue, low: low.rawValue)
    }
}

import KernelFormats
import PhysicalMemory

/// Looks at a replay from event to event.
protocol ReplayObserver: AnyObject {
    func before(_ event: TraceEvent, _ replayer: Replayer)
    func wrongFrame(_ event: TraceEvent, _ predicted: PFN, _ replayer: Replayer)
}

/// Finds where a replay first parts from its trace, looking at more than frames: a wrong frame often follows from a
/// list that was one page too short long before.
final class ReplayDiagnosis: ReplayObserver {
    private(set) var first: ReplayDifference?
    private var state: [String] = []

    func before(_ event: TraceEvent, _ replayer: Replayer) {
        guard first == nil, event.check.isPresent || event.kind == .allocate else { return }
        let cpu = Int(event.cpu)
        let zone = replayer.zoneNumbers[Int(event.zone)]
        let lists = replayer.machine.pcp(zone: zone, cpu: cpu)
        guard event.check.isPresent else { return }
        let halved = event.kind != .free && event.route == .perCPU
        let found = [
            lists.count.rawValue, lists.high.rawValue, lists.allocFactor,
            halved ? lists.freeCount >> 1 : lists.freeCount,
        ]
        let expected = [event.check.count, event.check.high, event.check.allocFactor, event.check.freeCount]
            .map { Int($0) }
        guard found != expected else { return }
        first = ReplayDifference(
            line: Int(event.line),
            what: "cpu \(cpu)'s list of zone \(event.zone) before the event (count, high, alloc_factor, free_count)",
            expected: expected.map(String.init).joined(separator: ","),
            found: found.map(String.init).joined(separator: ","), state: describe(event, replayer))
    }

    func wrongFrame(_ event: TraceEvent, _ predicted: PFN, _ replayer: Replayer) {
        guard first == nil else { return }
        first = ReplayDifference(
            line: Int(event.line),
            what: "frame of order \(event.order), \(event.type), zone \(event.zone), cpu \(event.cpu)",
            expected: "\(event.pfn)", found: predicted == .none ? "-" : "\(predicted)",
            state: describe(event, replayer))
    }

    /// The zone's counters, its free lists' lengths, and the CPU's lists.
    private func describe(_ event: TraceEvent, _ replayer: Replayer) -> [String] {
        let zone = replayer.machine.images()[replayer.zoneNumbers[Int(event.zone)]]
        var lines = [
            "free \(zone.freePages), pending \(zone.differences.map(\.description).joined(separator: " ")), "
                + "flags \(zone.flags), boost \(zone.watermarkBoost)"
        ]
        for (order, lists) in zone.freeLists.enumerated() {
            for (type, list) in lists.enumerated() where !list.isEmpty {
                let heads = list.prefix(4).map(\.description).joined(separator: " ")
                lines.append("free, order \(order), \(MigrateType.allCases[type]): \(list.count) blocks: \(heads)")
            }
        }
        let lists = zone.perCPU[Int(event.cpu)]
        lines.append(
            "cpu \(event.cpu): count \(lists.count), high \(lists.high), batch \(lists.batch), "
                + "alloc_factor \(lists.allocFactor), free_count \(lists.freeCount)")
        for (number, list) in lists.lists.enumerated() where !list.isEmpty {
            let heads = list.prefix(4).map(\.description).joined(separator: " ")
            lines.append("cpu \(event.cpu), list \(number): \(list.count) blocks: \(heads)")
        }
        return lines
    }
}

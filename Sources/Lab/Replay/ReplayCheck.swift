import KernelFormats
import PhysicalMemory

/// Holds a trace against what the model relies on, before anything is executed.
///
/// What a strict reader throws, a lenient one counts: such an event is left out.
struct ReplayCheck {
    private let machine: AllocationTrace.Machine
    private let lenient: Bool
    /// Places in the trace's events that are not to be executed.
    private(set) var left: Set<Int> = []

    /// The kernel keeps these numbers in 32 bits.
    private static let limit = Int(Int32.max)

    init(_ trace: AllocationTrace, lenient: Bool) throws(ReplayError) {
        machine = trace.machine
        self.lenient = lenient
        try checkConstants()
        try checkState(trace.initial)
        try checkEvents(trace.events)
    }

    private func checkConstants() throws(ReplayError) {
        for (number, zone) in machine.zones.enumerated() {
            var values = zone.lowmemReserve + [zone.watermarks.min, zone.watermarks.low, zone.watermarks.high]
            values += [zone.driftMark, zone.perCPU.batch, zone.perCPU.highMin, zone.perCPU.highMax]
            guard values.allSatisfy({ (0...Self.limit).contains($0.rawValue) }) else {
                throw .format(
                    FormatError(file: "machine.txt", reason: .outOfRange(field: "zone \(number)", value: "its limits")))
            }
        }
        for name in ["watermark_boost_factor", "watermark_scale_factor", "percpu_pagelist_high_fraction"] {
            guard let value = machine.globals[name], !(0...Self.limit).contains(value) else { continue }
            throw .format(FormatError(file: "machine.txt", reason: .outOfRange(field: name, value: "\(value)")))
        }
    }

    private func checkState(_ state: AllocatorState) throws(ReplayError) {
        for (number, zone) in state.zones.enumerated() {
            func refuse(_ reason: FormatError.Reason) -> ReplayError {
                .format(FormatError(file: "state0.txt", reason: reason))
            }
            guard zone.boost.rawValue <= Self.limit else {
                throw refuse(.outOfRange(field: "boost of zone \(number)", value: "\(zone.boost)"))
            }
            for (cpu, lists) in zone.perCPU.enumerated() {
                let values = [lists.high, lists.highMin, lists.highMax, lists.batch]
                guard values.allSatisfy({ $0.rawValue <= Self.limit }), lists.allocFactor <= 20 else {
                    throw refuse(.outOfRange(field: "pcp of zone \(number), cpu \(cpu)", value: "its limits"))
                }
            }
            for (order, lists) in zone.freeLists.enumerated() {
                for (type, list) in lists.enumerated() {
                    for pfn in list {
                        let place = Int(pfn.rawValue >> UInt64(machine.pageblockOrder.rawValue)) - zone.firstBlock
                        let stated = zone.blockTypes.indices.contains(place) ? zone.blockTypes[place] : nil
                        guard stated == MigrateType.allCases[type] else {
                            throw refuse(
                                .contradiction(
                                    what: "type of free block \(pfn), order \(order)",
                                    stated: "\(MigrateType.allCases[type])",
                                    found: "\(stated?.kernelName ?? "none") pageblock"))
                        }
                    }
                }
            }
        }
    }

    private mutating func checkEvents(_ events: TraceEvents) throws(ReplayError) {
        let nodes = (machine.zonelists.keys.map(\.rawValue) + machine.cpuNodes.map(\.rawValue)).max() ?? 0
        var hasWorker = Array(repeating: false, count: machine.cpuNodes.count)
        var hasTurn = Array(repeating: false, count: machine.cpuNodes.count * machine.zones.count)
        var hasTaken = hasWorker
        for (place, event) in events.events.enumerated() {
            var reason: FormatError.Reason?
            switch event.kind {
            case .allocate, .perCPUMiss, .walkFailed:
                if Int(event.preferredNode) > nodes {
                    reason = .outOfRange(field: "node", value: "\(event.preferredNode)")
                }
            case .statisticsWorker: if event.flag { hasWorker[Int(event.cpu)] = true }
            case .statisticsZone:
                if !hasWorker[Int(event.cpu)] { reason = outOfOrder("E", after: "V of its CPU") }
                hasTurn[Int(event.cpu) * machine.zones.count + Int(event.zone)] = true
            case .drain:
                if event.reason != .all && !hasTurn[Int(event.listCPU) * machine.zones.count + Int(event.zone)] {
                    reason = outOfOrder("D", after: "E of its list")
                }
            case .compactionTake: hasTaken[Int(event.cpu)] = true
            case .compactionResult: if !hasTaken[Int(event.cpu)] { reason = outOfOrder("J", after: "I of its CPU") }
            default: break
            }
            guard let reason else { continue }
            guard lenient else {
                throw .format(FormatError(file: "events.txt", line: Int(event.line), reason: reason))
            }
            left.insert(place)
        }
    }

    private func outOfOrder(_ event: String, after other: String) -> FormatError.Reason {
        .contradiction(what: "order of events", stated: event, found: "no \(other) before it")
    }
}

import KernelFormats
import PhysicalMemory

/// How the model's state at the end compares with the recorded one.
public struct FinalState: Encodable, Hashable, Sendable {
    /// Every free list and per-CPU list is the same, entry for entry.
    public var listsEqual = true
    /// Every pageblock has the same type.
    public var pageblocksEqual = true
    /// Free counters and their differences, flags, boost, urgent requests' pages; the per-CPU lists' fields.
    public var countersEqual = true
    /// Frames whose list, order, type and position are those of the recorded state.
    public var framesInPlace = 0
    /// Frames in the recorded lists.
    public var frames = 0
    /// What differs, one sentence each; at most ``differenceLimit``.
    public var differences: [String] = []

    /// Sentences kept in ``differences``.
    public static let differenceLimit = 40

    /// Everything that a trace determines is as recorded.
    public var isExact: Bool { listsEqual && pageblocksEqual && countersEqual }

    init(_ images: [ZoneImage], zoneNumbers: [Int], recorded: AllocatorState, machine: AllocationTrace.Machine) {
        for (zone, number) in zoneNumbers.enumerated() {
            let name = "node \(machine.zones[zone].node) zone \(machine.zones[zone].type.kernelName)"
            compare(images[number], ZoneImage(recorded.zones[zone]), name, machine)
        }
    }

    private mutating func note(_ text: @autoclosure () -> String) {
        if differences.count < Self.differenceLimit { differences.append(text()) }
    }

    private mutating func compare(
        _ model: ZoneImage, _ recorded: ZoneImage, _ name: String, _ machine: AllocationTrace.Machine
    ) {
        for (order, lists) in recorded.freeLists.enumerated() {
            for (type, list) in lists.enumerated() {
                compare(
                    model.freeLists[order][type], list, order: order,
                    "\(name): free list of order \(order), \(MigrateType.allCases[type])")
            }
        }
        for (place, type) in recorded.blockTypes.enumerated() {
            guard let type, model.blockTypes.indices.contains(place), model.blockTypes[place] != type else { continue }
            pageblocksEqual = false
            note("\(name): pageblock \(place) is not \(type)")
        }
        var same = true
        same.check(model.freePages, recorded.freePages, "free counter") { note("\(name): \($0)") }
        same.check(model.differences, recorded.differences, "pending differences") { note("\(name): \($0)") }
        same.check(Int(model.flags), Int(recorded.flags), "flags") { note("\(name): \($0)") }
        same.check(model.watermarkBoost, recorded.watermarkBoost, "boost") { note("\(name): \($0)") }
        same.check(model.reservedHighatomic, recorded.reservedHighatomic, "reserved_highatomic") {
            note("\(name): \($0)")
        }
        same.check(model.freeHighatomic, recorded.freeHighatomic, "free_highatomic") { note("\(name): \($0)") }
        if !same { countersEqual = false }
        for (cpu, lists) in recorded.perCPU.enumerated() {
            compare(model.perCPU[cpu], lists, "\(name), cpu \(cpu)", machine)
        }
    }

    /// `expire` is left out: what the CPU counted beside free pages starts its countdown anew.
    private mutating func compare(
        _ model: PerCPUImage, _ recorded: PerCPUImage, _ name: String, _ machine: AllocationTrace.Machine
    ) {
        for (number, list) in recorded.lists.enumerated() where model.lists.indices.contains(number) {
            let order = machine.perCPUListOrder(number)?.rawValue ?? 0
            compare(model.lists[number], list, order: order, "\(name): list \(number)")
        }
        var same = true
        let fields: [(Int, Int, String)] = [
            (model.count.rawValue, recorded.count.rawValue, "count"),
            (model.high.rawValue, recorded.high.rawValue, "high"),
            (model.highMin.rawValue, recorded.highMin.rawValue, "high_min"),
            (model.highMax.rawValue, recorded.highMax.rawValue, "high_max"),
            (model.batch.rawValue, recorded.batch.rawValue, "batch"),
            (model.allocFactor, recorded.allocFactor, "alloc_factor"),
            (model.freeCount, recorded.freeCount, "free_count"),
            (model.flags, recorded.flags, "flags"),
        ]
        for (found, expected, field) in fields {
            same.check(found, expected, field) { note("\(name): \($0)") }
        }
        if !same { countersEqual = false }
    }

    private mutating func compare(_ model: [PFN], _ recorded: [PFN], order: Int, _ name: @autoclosure () -> String) {
        frames += recorded.count << order
        let inPlace = zip(model, recorded).count { $0 == $1 }
        framesInPlace += inPlace << order
        guard model != recorded else { return }
        listsEqual = false
        let place = zip(model, recorded).enumerated().first { $1.0 != $1.1 }?.offset ?? min(model.count, recorded.count)
        let found = model.indices.contains(place) ? "\(model[place])" : "the end"
        let expected = recorded.indices.contains(place) ? "\(recorded[place])" : "the end"
        note("\(name()): \(found) at place \(place), recorded \(expected)")
    }
}

extension PerCPUImage {
    /// *Kernel counterpart:* `flags` of `struct per_cpu_pages`.
    var flags: Int { (previousFreeWasHighOrder ? 1 : 0) | (freesHighOrderInBatches ? 2 : 0) }
}

extension Bool {
    fileprivate mutating func check<Value: Equatable>(
        _ found: Value, _ expected: Value, _ field: String, _ note: (String) -> Void
    ) {
        guard found != expected else { return }
        self = false
        note("\(field) \(found), recorded \(expected)")
    }
}

import PhysicalMemory

/// Settings under which a trace is replayed instead of its own.
///
/// The constants of a trace are those of its kernel, stale as they may be. A setting makes new only what the kernel
/// would compute anew when somebody writes it.
struct ReplaySettings {
    private(set) var layout: MachineLayout
    /// Whether the per-CPU lists' limits in the trace's first state give way to the layout's.
    private(set) var changesLists = false
    private(set) var changesWatermarks = false

    init(_ settings: [(name: String, value: String)], of layout: MachineLayout) throws(ReplayError) {
        self.layout = layout
        for setting in settings { try apply(setting.name, setting.value) }
    }

    private mutating func apply(_ name: String, _ value: String) throws(ReplayError) {
        let plain = name.hasPrefix("vm.") ? String(name.dropFirst(3)) : name
        switch plain {
        case "pcp.batch": try setLists(name, value, \.batch, 1...(1 << 20))
        case "pcp.high_min": try setLists(name, value, \.highMin, 0...(1 << 30))
        case "pcp.high_max": try setLists(name, value, \.highMax, 0...(1 << 30))
        case "min_free_kbytes", "watermark_scale_factor":
            try set(name, value)
            // The kernel sizes the per-CPU lists anew whenever it has set the watermarks.
            recompute(\.watermarks)
            recompute(\.perCPU)
            changesLists = true
            changesWatermarks = true
        case "percpu_pagelist_high_fraction":
            try set(name, value)
            recompute(\.perCPU)
            changesLists = true
        case "lowmem_reserve_ratio":
            try set(name, value)
            recompute(\.protection)
        case "watermark_boost_factor": try set(name, value)
        default: throw .setting("--set \(name): the replay has no such setting")
        }
    }

    private mutating func set(_ name: String, _ value: String) throws(ReplayError) {
        do throws(BootError) {
            try layout.set(sysctl: name, to: value)
        } catch {
            throw .setting("--set \(error)")
        }
        if let minFree = layout.tuning.minFreeKbytes { layout.minFreeKbytes = minFree }
    }

    /// Takes one kind of constant as it follows from the layout now.
    private mutating func recompute<Value>(_ constant: WritableKeyPath<ZoneLayout, Value>) {
        var fresh = layout
        fresh.tuning.minFreeKbytes = layout.minFreeKbytes
        fresh = fresh.retuned()
        for node in layout.nodes.indices {
            for zone in layout.nodes[node].zones.indices where layout.nodes[node].zones[zone].presentPages > 0 {
                layout.nodes[node].zones[zone][keyPath: constant] = fresh.nodes[node].zones[zone][keyPath: constant]
            }
        }
    }

    private mutating func setLists(
        _ name: String, _ value: String, _ field: WritableKeyPath<ZoneLayout.PerCPUTuning, PageCount>,
        _ range: ClosedRange<Int>
    ) throws(ReplayError) {
        guard let number = Int(value), range.contains(number) else {
            throw .setting("--set \(name)=\(value): not a number from \(range.lowerBound) to \(range.upperBound)")
        }
        changesLists = true
        for node in layout.nodes.indices {
            for zone in layout.nodes[node].zones.indices {
                layout.nodes[node].zones[zone].perCPU[keyPath: field] = PageCount(number)
            }
        }
    }

    /// The trace's first state as the settings leave it.
    func adapt(_ image: inout ZoneImage, of zone: ZoneLayout) {
        if changesWatermarks { image.watermarkBoost = 0 }
        guard changesLists else { return }
        for cpu in image.perCPU.indices {
            image.perCPU[cpu].highMin = zone.perCPU.highMin
            image.perCPU[cpu].highMax = zone.perCPU.highMax
            image.perCPU[cpu].batch = zone.perCPU.batch
        }
    }
}

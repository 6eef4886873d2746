extension MachineLayout {
    /// What ``set(sysctl:to:)`` knows, without `vm.`.
    public static let sysctlNames = [
        "lowmem_reserve_ratio", "min_free_kbytes", "percpu_pagelist_high_fraction", "watermark_boost_factor",
        "watermark_scale_factor", "zone_reclaim_mode",
    ]

    /// Sizes of the per-CPU lists, which ``set(sysctl:to:)`` knows, too; `pcp.high` stands for both bounds.
    public static let listTunables = ["pcp.batch", "pcp.high", "pcp.high_min", "pcp.high_max"]

    /// Sets a sysctl of `/proc/sys/vm` or a tunable by the kernel's name, with or without `vm.` in front; takes effect
    /// with ``retuned()``.
    ///
    /// Throws ``BootError/sysctl(name:value:)`` where the kernel would refuse the value, and
    /// ``BootError/unknownSysctl(_:)``.
    public mutating func set(sysctl fullName: String, to value: String) throws(BootError) {
        let name = fullName.hasPrefix("vm.") ? String(fullName.dropFirst(3)) : fullName
        func number(_ range: ClosedRange<Int>) throws(BootError) -> Int {
            let text = value.trimmingBlanks
            guard let number = Int(text), range ~= number else { throw .sysctl(name: fullName, value: value) }
            return number
        }
        let positive = 0...Int(Int32.max)
        switch name {
        case "min_free_kbytes": tuning.minFreeKbytes = try number(positive)
        case "watermark_scale_factor":
            tuning.watermarkScaleFactor = try number(1...(kernel < .hasWideScaleFactor ? 1000 : 3000))
        case "watermark_boost_factor": tuning.watermarkBoostFactor = try number(positive)
        case "percpu_pagelist_high_fraction":
            let fraction = try number(positive)
            guard fraction == 0 || fraction >= ZoneRules.leastHighFraction else {
                throw .sysctl(name: fullName, value: value)
            }
            tuning.pcpHighFraction = fraction
        case "pcp.batch": tuning.pcpBatch = try number(1...1 << 20)
        case "pcp.high":
            tuning.pcpHighMin = try number(0...1 << 30)
            tuning.pcpHighMax = tuning.pcpHighMin
        case "pcp.high_min": tuning.pcpHighMin = try number(0...1 << 30)
        case "pcp.high_max": tuning.pcpHighMax = try number(0...1 << 30)
        case "zone_reclaim_mode": tuning.zoneReclaimMode = try number(positive)
        case "lowmem_reserve_ratio": try setRatios(value, fullName)
        default: throw .unknownSysctl(fullName)
        }
    }

    /// One number for each zone type, lowest first; types beyond the last number keep theirs. A ratio under 1 protects
    /// nothing.
    private mutating func setRatios(_ value: String, _ name: String) throws(BootError) {
        let words = value.split { $0 == " " || $0 == "\t" || $0.isNewline }
        guard !words.isEmpty, words.count <= zoneTypes.count else { throw .sysctl(name: name, value: value) }
        for (type, word) in zip(zoneTypes, words) {
            guard let ratio = Int32(word).map(Int.init) else {
                throw .sysctl(name: name, value: value)
            }
            tuning.lowmemReserveRatio[type] = max(0, ratio)
        }
    }
}

extension KernelVersion {
    /// From here on `watermark_scale_factor` may be 3000, before 1000.
    static let hasWideScaleFactor = KernelVersion(5, 18)
}

extension String {
    /// Without blanks and line ends around it.
    fileprivate var trimmingBlanks: Substring {
        var rest = self[...]
        while let first = rest.first, first == " " || first == "\t" || first.isNewline { rest.removeFirst() }
        while let last = rest.last, last == " " || last == "\t" || last.isNewline { rest.removeLast() }
        return rest
    }
}

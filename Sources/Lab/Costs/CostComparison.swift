import AccessCosts

/// Two results beside each other, figure by figure.
public struct CostComparison: Encodable, Sendable {
    public struct Difference: Encodable, Sendable {
        /// As `latency node 0 to node 1`.
        public var figure: String
        public var unit: String
        public var old: Double
        public var new: Double
        /// New over old.
        public var ratio: Double
        /// Further apart than the readings of either: not by chance.
        public var isOutsideSpread: Bool
        /// More time, or less bandwidth.
        public var isWorse: Bool
    }

    /// How well the two agree in one kind of figure.
    public struct Agreement: Encodable, Sendable {
        /// As `latency` or `curve bySize`.
        public var quantity: String
        public var figures: Int
        public var medians: Apart
        /// Of each figure's best reading: what it was while nobody disturbed. `null` where readings are not known.
        @OrNull public var bestReadings: Apart?
    }

    /// How far apart figures are, in per cent of the old ones.
    public struct Apart: Encodable, Hashable, Sendable {
        /// The middle one.
        public var median: Double
        public var worst: Double
        /// Figures that are no more than 3 % apart.
        public var within3Percent: Int

        init?(_ ratios: [Double]) {
            guard let summary = Summary(ratios.map { abs($0 - 1) * 100 }) else { return nil }
            (median, worst) = (summary.median, summary.maximum)
            within3Percent = ratios.count { abs($0 - 1) <= 0.03 }
        }
    }

    /// By kind of figure, in the order of the new one's report.
    public var agreement: [Agreement]
    /// Figures that both have, in the order of the new one's report.
    public var differences: [Difference]
    /// Figures that only one has.
    public var onlyOld: [String]
    public var onlyNew: [String]
    /// What makes the two hard to compare, in sentences.
    public var notes: [String]

    public init(old: AccessCostReport, new: AccessCostReport) {
        let (before, after) = (Self.figures(old), Self.figures(new))
        let earlier = Dictionary(before.map { ($0.name, $0.record) }) { first, _ in first }
        let later = Set(after.map(\.name))
        differences = after.compactMap { name, record in
            guard let then = earlier[name], then.value > 0, record.value > 0 else { return nil }
            let ratio = record.value / then.value
            let isFaster = record.unit == "GB/s" ? ratio > 1 : ratio < 1
            return Difference(
                figure: name, unit: record.unit, old: then.value, new: record.value, ratio: ratio,
                isOutsideSpread: Self.isApart(then, record), isWorse: ratio != 1 && !isFaster)
        }
        agreement = Self.agreement(after.compactMap { name, record in earlier[name].map { ($0, record) } })
        onlyOld = before.map(\.name).filter { !later.contains($0) }
        onlyNew = after.map(\.name).filter { earlier[$0] == nil }
        notes = Self.notes(old, new)
    }

    /// The figures that have the same name in every result. Of loaded latency only the ends: the rates between differ
    /// from run to run.
    private static func figures(_ report: AccessCostReport) -> [(name: String, record: CostRecord)] {
        report.records.filter { $0.quantity != "loadedLatency" && $0.quantity != "firmwareDistance" }.map { record in
            var words = [record.quantity]
            if !record.variant.isEmpty { words.append(record.variant) }
            if !record.from.isEmpty { words.append(record.from) }
            if !record.to.isEmpty { words.append("to \(record.to)") }
            if !record.at.isEmpty { words.append("at \(record.at) \(record.atUnit)") }
            return (words.joined(separator: " "), record)
        }
    }

    private static func agreement(_ pairs: [(old: CostRecord, new: CostRecord)]) -> [Agreement] {
        func kind(_ record: CostRecord) -> String {
            ["curve", "pages"].contains(record.quantity)
                ? "\(record.quantity) \(record.variant.split(separator: " ").first ?? "")" : record.quantity
        }
        func best(_ record: CostRecord) -> Double? {
            record.unit == "GB/s" ? record.spread?.maximum : record.spread?.minimum
        }
        var kinds: [String] = []
        for pair in pairs where !kinds.contains(kind(pair.new)) { kinds.append(kind(pair.new)) }
        return kinds.compactMap { name in
            let own = pairs.filter { kind($0.new) == name && $0.old.value > 0 }
            let bests = own.compactMap { pair -> Double? in
                guard let old = best(pair.old), let new = best(pair.new), old > 0 else { return nil }
                return new / old
            }
            return Apart(own.map { $0.new.value / $0.old.value }).map {
                Agreement(quantity: name, figures: own.count, medians: $0, bestReadings: Apart(bests))
            }
        }
    }

    /// Where a spread is not known, a twentieth stands for it.
    private static func isApart(_ old: CostRecord, _ new: CostRecord) -> Bool {
        func range(_ record: CostRecord) -> (low: Double, high: Double) {
            (record.spread?.minimum ?? record.value * 0.95, record.spread?.maximum ?? record.value * 1.05)
        }
        let (a, b) = (range(old), range(new))
        return a.high < b.low || b.high < a.low
    }

    private static func notes(_ old: AccessCostReport, _ new: AccessCostReport) -> [String] {
        var notes: [String] = []
        func note(_ what: String, _ a: String?, _ b: String?) {
            if a != b { notes.append("another \(what): \(a ?? "unknown") then, \(b ?? "unknown") now") }
        }
        note("processor", old.host.cpuModel, new.host.cpuModel)
        note("kernel", old.host.kernel, new.host.kernel)
        note("hypervisor", old.host.hypervisor, new.host.hypervisor)
        note("set of nodes", "\(old.memoryNodes)", "\(new.memoryNodes)")
        if old.method.isQuick != new.method.isQuick {
            notes.append("one of them is a quick measurement, the other is not")
        }
        if old.conditions.isDebugBuild != new.conditions.isDebugBuild {
            notes.append("one of them was built without optimisation")
        }
        for (name, report) in [("the old one", old), ("the new one", new)] {
            if report.interrupted { notes.append("\(name) was interrupted") }
            if !report.timingsMeanSomething {
                notes.append("\(name) is of an emulated machine: its timings mean nothing")
            }
        }
        return notes
    }

    /// How many times worse the figure became that lost most, beyond the readings' spread; 1 if none did.
    public var worstFactor: Double {
        differences.filter { $0.isWorse && $0.isOutsideSpread }.map { max($0.ratio, 1 / $0.ratio) }.max() ?? 1
    }
}

import KernelFormats
import PhysicalMemory

/// Looks for `managed` values from before boot gave its last memory back: one set that explains every stale field of a
/// picture at once.
///
/// Each rule grows with the managed frames, so that each field of one zone leaves an interval of them; protections
/// bound sums over neighbouring zones of a node. For a given sum over all low memory, which the watermarks share, the
/// rest is a system of bounds on differences, which has a solution in whole frames exactly if shortest paths find no
/// contradiction. So the sum is tried frame by frame, and each node bounded by shortest paths.
struct EarlierManaged {
    private struct Zone {
        var type: ZoneType
        var managed: Int
        /// `nil`: the kernel did not print it.
        var observed: ZoneInfo.Zone?
        var rules: ZoneRules
        /// The frames that everything but the shared watermarks leaves.
        var bounds: ClosedRange<Int>
        /// The zone's share of `min_free_kbytes`, in frames, if its `min` tells it; then `bounds` heed the other marks.
        var share: Int?
    }

    private struct Node {
        var zones: [Zone]
        /// Bounds on the sum of the zones `first..<end`.
        var sums: [(first: Int, end: Int, bounds: ClosedRange<Int>)] = []
        /// The zones before this one share `min_free_kbytes`.
        var lowCount: Int
    }

    private var nodes: [Node] = []
    private var isPossible = true
    private let layout: MachineLayout
    private let minFreeKbytes: Int?
    private let stale: StaleGroups
    /// How many frames short the earlier values may be in all.
    private let budget: Int

    /// `layout` must have been tuned with the `min_free_kbytes` that the kernel reports.
    init(_ layout: MachineLayout, _ observed: ObservedLayout, stale: StaleGroups, budget: Int) {
        self.layout = layout
        self.stale = stale
        self.budget = budget
        minFreeKbytes = stale.contains(.minFree) ? observed.minFreeKbytes : nil
        for (place, node) in layout.nodes.enumerated() {
            var zones: [Zone] = []
            for zone in node.zones {
                let reported = observed.zones?.zone(node.id, zone.type)
                let managed = zone.managedPages.rawValue
                zones.append(
                    Zone(
                        type: zone.type, managed: managed, observed: reported,
                        rules: layout.zoneRules(node: place, zone: zone.type),
                        bounds: max(0, managed - budget)...managed))
            }
            // Those that stand apart are above the others, or empty as HighMem below a Movable taken from Normal.
            let low = (zones.lastIndex { !$0.rules.standsApart && $0.managed > 0 } ?? -1) + 1
            nodes.append(Node(zones: zones, lowCount: low))
        }
        for node in nodes.indices {
            for zone in nodes[node].zones.indices { narrowAlone(node, zone) }
            if stale.contains(.protection) { addSums(node) }
        }
    }

    /// Whether there is such a set.
    func exists() -> Bool {
        guard isPossible else { return false }
        let shares = stale.contains(.watermarks) || minFreeKbytes != nil
        guard shares else { return explains(lowmem: nil) }
        let total = nodes.reduce(0) { $0 + $1.zones.prefix($1.lowCount).reduce(0) { $0 + $1.managed } }
        var range = lowmemRange(within: max(0, total - budget)...total)
        // Where no `min` is known, nothing narrows the range: then only sums near the last one are tried.
        let zones = nodes.reduce(1) { $0 + $1.zones.count }
        let tries = max(1 << 10, (1 << 18) / zones)
        if range.count > tries { range = range.upperBound - tries...range.upperBound }
        return range.reversed().contains { explains(lowmem: $0) }
    }

    // MARK: One zone

    private mutating func narrowAlone(_ node: Int, _ place: Int) {
        let zone = nodes[node].zones[place]
        guard zone.managed > 0 else { return }
        var bounds: ClosedRange<Int>? = zone.bounds
        let rules = zone.rules
        // The distances between the marks say the same for every sum of low memory.
        if stale.contains(.watermarks), !rules.standsApart, let min = zone.observed?.min?.rawValue,
            (0..<1 << 40).contains(min)
        {
            Self.narrow(&bounds, zone) { rules.watermarks(managed: $0, share: min) }
            nodes[node].zones[place].share = min
        }
        if let pageset = zone.observed?.pagesets.first {
            let low = zone.observed?.low?.rawValue ?? 0
            if stale.contains(.perCPU) {
                let fixed = layout.kernel < .tunesPerCPUHigh ? pageset.high : nil
                Self.narrow(&bounds, to: pageset.batch?.rawValue) { rules.perCPU(managed: $0, low: low).batch.rawValue }
                Self.narrow(&bounds, to: (pageset.highMin ?? fixed)?.rawValue) {
                    rules.perCPU(managed: $0, low: low).highMin.rawValue
                }
                Self.narrow(&bounds, to: pageset.highMax?.rawValue) {
                    rules.perCPU(managed: $0, low: low).highMax.rawValue
                }
            }
            if stale.contains(.threshold) {
                Self.narrow(&bounds, to: pageset.statThreshold) { rules.statThreshold(managed: $0) }
            }
        }
        if let bounds { nodes[node].zones[place].bounds = bounds } else { isPossible = false }
    }

    /// Narrows `bounds` by the zone's marks, where all low memory is `lowmem`.
    private static func narrow(_ bounds: inout ClosedRange<Int>?, _ zone: Zone, lowmem: Int) {
        let pages = zone.rules.minFreePages
        if let share = zone.share, let old = bounds, pages > 0, lowmem > 0 {
            // share ≤ pages × managed / lowmem < share + 1
            let (end, tooGreat) = lowmem.multipliedReportingOverflow(by: share + 1)
            let (roundedUp, tooGreatStill) = end.addingReportingOverflow(pages - 1)
            if !tooGreat, !tooGreatStill {
                let low = max(old.lowerBound, (roundedUp - lowmem) / pages)
                let high = min(old.upperBound, roundedUp / pages - 1)
                bounds = low <= high ? low...high : nil
                return
            }
        }
        narrow(&bounds, zone) { zone.rules.watermarks(managed: $0, lowmem: lowmem) }
    }

    /// Narrows `bounds` by the zone's marks, which the rule gives for a number of managed frames.
    private static func narrow(
        _ bounds: inout ClosedRange<Int>?, _ zone: Zone, _ watermarks: (Int) -> ZoneLayout.Watermarks
    ) {
        let marks: [(PageCount?, (ZoneLayout.Watermarks) -> Int)] = [
            (zone.observed?.min, { $0.min.rawValue }), (zone.observed?.low, { $0.low.rawValue }),
            (zone.observed?.high, { $0.high.rawValue }), (zone.observed?.promo, { $0.promo?.rawValue ?? 0 }),
        ]
        for (value, mark) in marks {
            narrow(&bounds, to: value?.rawValue) { mark(watermarks($0)) }
        }
    }

    /// Leaves of `bounds` those numbers that `rule`, which never falls, takes to `value`.
    private static func narrow(_ bounds: inout ClosedRange<Int>?, to value: Int?, _ rule: (Int) -> Int) {
        guard let value, let old = bounds else { return }
        /// The first number whose result `isEnough`, or one past the last.
        func first(_ isEnough: (Int) -> Bool) -> Int {
            var low = old.lowerBound
            var high = old.upperBound + 1
            while low < high {
                let middle = low + (high - low) / 2
                if isEnough(rule(middle)) { high = middle } else { low = middle + 1 }
            }
            return low
        }
        let low = first { $0 >= value }
        let high = first { $0 > value } - 1
        bounds = low <= high ? low...high : nil
    }

    // MARK: Sums over zones

    /// What a protection says of the frames above the zone.
    private mutating func addSums(_ node: Int) {
        for (place, zone) in nodes[node].zones.enumerated() where zone.managed > 0 {
            let ratio = layout.tuning.lowmemReserveRatio[zone.type] ?? 0
            guard ratio > 0 else { continue }
            for (upper, pages) in (zone.observed?.protection ?? []).enumerated().dropFirst(place + 1)
            where upper < nodes[node].zones.count {
                let (low, overflow) = pages.rawValue.multipliedReportingOverflow(by: ratio)
                guard !overflow, low >= 0, low < 1 << 60 else { continue }
                nodes[node].sums.append((place + 1, upper + 1, low...low + ratio - 1))
            }
        }
    }

    /// Which sums of low memory the zones' own `min` leave.
    private func lowmemRange(within range: ClosedRange<Int>) -> ClosedRange<Int> {
        guard stale.contains(.watermarks) else { return range }
        var low = range.lowerBound
        var high = range.upperBound
        for node in nodes {
            for zone in node.zones.prefix(node.lowCount) where zone.managed > 0 {
                guard let min = zone.observed?.min?.rawValue, min > 0, min < 1 << 40 else { continue }
                // min ≤ pages × managed / lowmem < min + 1
                let pages = zone.rules.minFreePages
                let (least, tooGreat) = pages.multipliedReportingOverflow(by: zone.bounds.lowerBound)
                let (most, tooGreatStill) = pages.multipliedReportingOverflow(by: zone.bounds.upperBound)
                guard !tooGreat, !tooGreatStill else { continue }
                low = max(low, least / (min + 1))
                high = Swift.min(high, most / min)
            }
        }
        return low <= high ? low...high : range.upperBound...range.upperBound
    }

    /// Whether some set with this sum of low memory (`nil`: any) explains all.
    private func explains(lowmem: Int?) -> Bool {
        var least = 0
        var most = 0
        var short = 0
        var minFree = (least: 0, most: 0)
        for node in nodes {
            var bounds = node.zones.map(\.bounds)
            if let lowmem, stale.contains(.watermarks) {
                for (place, zone) in node.zones.enumerated() where zone.managed > 0 {
                    var narrowed: ClosedRange<Int>? = bounds[place]
                    Self.narrow(&narrowed, zone, lowmem: lowmem)
                    guard let narrowed else { return false }
                    bounds[place] = narrowed
                }
            }
            guard let sums = DifferenceBounds(bounds, node.sums) else { return false }
            let low = sums.sum(0, node.lowCount)
            least += low.lowerBound
            most += low.upperBound
            let apart = node.zones.dropFirst(node.lowCount).reduce(0) { $0 + $1.managed }
            short += apart - sums.sum(node.lowCount, node.zones.count).upperBound
            let normal = node.zones.firstIndex { $0.type > .normal } ?? node.zones.count
            minFree.least += sums.sum(0, normal).lowerBound
            minFree.most += sums.sum(0, normal).upperBound
        }
        if let lowmem {
            let managed = nodes.reduce(0) { $0 + $1.zones.prefix($1.lowCount).reduce(0) { $0 + $1.managed } }
            short += managed - lowmem
            guard least...max(least, most) ~= lowmem else { return false }
            minFree.least = max(minFree.least, lowmem - (most - minFree.most))
            minFree.most = min(minFree.most, lowmem - (least - minFree.least))
        }
        return short <= budget && explainsMinFree(minFree.least, minFree.most)
    }

    /// Whether low memory from `least` to `most` frames can give the reported `min_free_kbytes`.
    private func explainsMinFree(_ least: Int, _ most: Int) -> Bool {
        guard let minFreeKbytes, least <= most else { return least <= most }
        let now = layout.minimumFree
        let managed = layout.nodes.reduce(0) { sum, node in
            node.zones.reduce(sum) { $1.type <= .normal ? $0 + $1.managedPages.rawValue : $0 }
        }
        let kbytes = layout.pageSize.rawValue >> 10
        /// The kernel's choice for `pages`; the high watermarks, which it leaves out, shrink with them, by some per cent.
        func choice(_ pages: Int, slack: Int) -> Int {
            let change = pages - managed + slack
            let plain = MinimumFree.plain(lowPages: now.plainPages + change, pageSize: layout.pageSize)
            return max(plain, min(now.recommended, now.limit + (change + slack) / 20 * kbytes))
        }
        let slack = 20 + (managed - least) / 20
        return choice(least, slack: -slack)...choice(most, slack: slack) ~= minFreeKbytes
    }
}

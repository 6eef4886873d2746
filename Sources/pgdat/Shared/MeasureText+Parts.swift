import AccessCosts
import Lab
import PhysicalMemory

/// The parts of a measurement beside the latency matrix, each only if something of it was measured.
extension MeasureText {
    mutating func addParts() {
        addCurves()
        addBandwidth()
        addLoadedLatency()
        addLocks()
        addPages()
        addPolicies()
    }

    private func pair(_ row: Int, _ column: Int) -> String {
        "node \(report.cpuNodes[row]) to \(report.memoryNodes[column])"
    }

    private func size(_ bytes: Int) -> String { Text.size(ByteCount(bytes)) }

    private mutating func addCurves() {
        let curves = report.curves
        guard !curves.bySize.isEmpty else { return }
        heading("latency by size", "ns per dependent load, random order")
        var rows = [["", "level", "ns", "quickest"]]
        for point in curves.bySize {
            let name = report.hasRemotePairs ? pair(point.row, point.column) + "  " : ""
            let cost = point.nanoseconds
            rows.append([
                name + size(point.bufferBytes), point.level ?? "", Text.decimal(cost.median),
                Text.decimal(cost.minimum),
            ])
        }
        table(rows)
        for point in curves.byStride {
            guard let stride = point.strideBytes else { continue }
            line(
                "  \(pair(point.row, point.column)), every \(size(stride)): "
                    + "\(Text.decimal(point.nanoseconds.median)) ns (prefetchers see it)")
        }
        for cost in curves.translation {
            line(
                "  \(pair(cost.row, cost.column)), TLB: \(Text.decimal(cost.basePages.median)) ns in base pages, "
                    + "\(Text.decimal(cost.hugePages.median)) in \(cost.hugeKind.words): "
                    + "\(Text.decimal(cost.tlbNanoseconds)) ns are the TLB's")
        }
        line()
    }

    private mutating func addBandwidth() {
        guard !report.bandwidthDetails.isEmpty else { return }
        heading("bandwidth by threads", "GB/s, median (best); * streaming stores; threads")
        var rows = [["", "threads"] + BandwidthKernel.allCases.map(\.rawValue)]
        let groups = Dictionary(grouping: report.bandwidthDetails) { [$0.row ?? 0, $0.column ?? 0, $0.threads] }
        for key in groups.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            rows.append([pair(key[0], key[1]), String(key[2])] + kernels(groups[key] ?? []))
        }
        let all = report.allLocalBandwidth
        if let first = all.first { rows.append(["all at once, local", String(first.threads)] + kernels(all)) }
        table(rows)
        line()
    }

    /// Each kernel's best way among figures of one place and thread count.
    private func kernels(_ figures: [BandwidthFigure]) -> [String] {
        BandwidthKernel.allCases.map { kernel in
            let best = figures.filter { $0.kernel == kernel }.max { $0.gbps.median < $1.gbps.median }
            guard let best else { return "-" }
            return Text.decimal(best.gbps.median) + " (\(Text.decimal(best.gbps.maximum)))"
                + (best.streaming ? "*" : "")
        }
    }

    private mutating func addLoadedLatency() {
        guard !report.loadedLatency.isEmpty else { return }
        heading("loaded latency", "ns per dependent load while other CPUs read so many GB/s")
        var rows = [["", "GB/s", "ns"]]
        for point in report.loadedLatency {
            rows.append([pair(point.row, point.column), Text.decimal(point.gbps), Text.decimal(point.nanoseconds)])
        }
        table(rows)
        line()
    }

    private mutating func addLocks() {
        guard !report.locks.isEmpty else { return }
        heading("locks", "ns per acquisition of a spinlock; ticket is this measurement's own, the zone lock is pgdat's")
        var rows = [["", "", "CPUs", "nodes", "ns"]]
        for lock in report.locks.sorted(by: { $0.lock < $1.lock }) {
            rows.append([
                lock.lock, lock.manner.words, lock.cpus.map(String.init).joined(separator: ","),
                lock.nodes.map(String.init).joined(separator: ","), Text.decimal(lock.nanoseconds.median),
            ])
        }
        table(rows)
        line()
    }

    private mutating func addPages() {
        let costs = report.pageCosts
        guard !costs.firstTouch.isEmpty || !costs.interleave.isEmpty else { return }
        heading("pages", "µs per page")
        var rows = [["", "pages", "first touch", "populate", "unmap", "migrate"]]
        for touch in costs.firstTouch {
            func cell(_ list: [PageCost]) -> String {
                list.first { $0.row == touch.row && $0.column == touch.column && $0.pages == touch.pages }
                    .map { Text.decimal($0.nanosecondsPerPage.median / 1000) } ?? "-"
            }
            rows.append([
                pair(touch.row, touch.column), size(touch.pageBytes), cell(costs.firstTouch), cell(costs.populate),
                cell(costs.unmap), cell(costs.migrate),
            ])
        }
        table(rows)
        for cost in costs.interleave {
            line(
                "  node \(report.cpuNodes[cost.row]), interleaved over \(plural(cost.pagesPerNode.count, "node")): "
                    + "\(Text.decimal(cost.nanosecondsPerPage.median / 1000)) µs per first touch, "
                    + "\(Text.decimal(cost.readGBps.median)) GB/s read")
        }
        for gap in costs.gaps {
            let place = gap.column.map { pair(gap.row, $0) } ?? "node \(report.cpuNodes[gap.row])"
            line(style.dim("  not measured: \(gap.operation), \(place), \(gap.pages?.words ?? "pages"): \(gap.reason)"))
        }
        line()
    }
}

extension MeasureText {
    fileprivate mutating func addPolicies() {
        guard let policies = report.policies else { return }
        heading("policies", "the same work from the CPUs of one node, its memory placed by each policy")
        var rows = [["", "policy"] + PolicyCost.Work.allCases.map(\.rawValue)]
        let groups = Dictionary(grouping: policies.figures) { [$0.cpuNode, $0.otherNode] }
        for pair in groups.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            for policy in PolicyCost.Policy.allCases {
                let figures = groups[pair, default: []].filter { $0.policy == policy }
                guard !figures.isEmpty else { continue }
                let cells = PolicyCost.Work.allCases.map { work in
                    figures.first { $0.work == work }.map { Text.decimal($0.value.median) + " " + $0.unit } ?? "-"
                }
                rows.append(["node \(pair[0]) with \(pair[1])", policy.rawValue] + cells)
            }
        }
        if rows.count > 1 { table(rows) }
        for missing in policies.missing { line(style.dim("  not measured: \(missing)")) }
        line()
    }
}

extension LockCost.Manner {
    /// For people.
    var words: String {
        switch self {
        case .uncontended: "uncontended"
        case .contended: "contended"
        case .handedOver: "handed over"
        }
    }
}

import AccessCosts

/// Measured latencies as distances, beside those of firmware, with a verdict where they disagree.
public struct DistanceSense: Encodable, Hashable, Sendable {
    /// Firmware's and measured distances are taken to disagree from this ratio on.
    public static let threshold = 1.25
    /// Two measured latencies are taken to be in another order than firmware's distances from this ratio on.
    public static let orderThreshold = 1.1

    public struct Pair: Encodable, Hashable, Sendable {
        public var cpuNode: Int
        public var memoryNode: Int
        @OrNull public var firmware: Int?
        /// The latency where the row's own memory costs 10; in a row without own memory, where its nearest memory
        /// costs what firmware says of it.
        @OrNull public var measured: Double?
        /// Measured over firmware's, if both are there.
        @OrNull public var ratio: Double?
    }

    public var pairs: [Pair]
    /// HMAT's figures, where firmware has them.
    public var stated: [StatedCost]
    /// In sentences, each with its figures.
    public var verdicts: [String]

    public init(_ report: AccessCostReport) {
        pairs = []
        stated = StatedCost.all(of: report)
        verdicts = []
        for row in report.cpuNodes.indices {
            let measured = Self.measuredRow(report, row)
            for column in report.memoryNodes.indices {
                let firmware = report.firmwareDistances[row][column]
                var pair = Pair(
                    cpuNode: report.cpuNodes[row], memoryNode: report.memoryNodes[column], firmware: firmware,
                    measured: measured[column], ratio: nil)
                if let firmware, firmware > 0, let measured = measured[column] {
                    pair.ratio = measured / Double(firmware)
                }
                pairs.append(pair)
            }
        }
        guard report.timingsMeanSomething else {
            verdicts = ["emulated: its timings say nothing of distances"]
            return
        }
        judge(report)
    }

    /// A row's latencies, so that its own memory's is 10.
    static func measuredRow(_ report: AccessCostReport, _ row: Int) -> [Double?] {
        let latencies = report.latencyNanoseconds[row]
        let own = report.memoryNodes.firstIndex(of: report.cpuNodes[row])
        let nearest = latencies.indices.filter { latencies[$0] != nil }.min {
            latencies[$0] ?? .infinity < latencies[$1] ?? .infinity
        }
        guard let reference = own.flatMap({ latencies[$0] == nil ? nil : $0 }) ?? nearest,
            let base = latencies[reference]
        else { return latencies.map { _ in nil } }
        let scale = reference == own ? 10 : Double(report.firmwareDistances[row][reference] ?? 10)
        return latencies.map { $0.map { $0 / base * scale } }
    }

    private mutating func judge(_ report: AccessCostReport) {
        guard report.hasRemotePairs else {
            verdicts = ["one node: there are no distances to compare"]
            return
        }
        for pair in pairs {
            guard let ratio = pair.ratio, let measured = pair.measured, let firmware = pair.firmware else { continue }
            let words = "node \(pair.cpuNode) to node \(pair.memoryNode): measured \(Text.decimal(measured)), "
            if ratio >= Self.threshold {
                verdicts.append(
                    words + "firmware says \(firmware): it costs more than firmware makes the kernel believe")
            } else if ratio <= 1 / Self.threshold {
                verdicts.append(
                    words + "firmware says \(firmware): it costs less than firmware makes the kernel believe")
            }
        }
        for (row, node) in report.cpuNodes.enumerated() { judgeOrder(report, row, node) }
        if verdicts.isEmpty, pairs.contains(where: { $0.ratio != nil }) {
            verdicts = ["firmware's distances agree with the latencies within \(Int(Self.threshold * 100 - 100)) %"]
        }
        judgeCosts()
    }

    /// The kernel goes by the order of distances alone when it falls back.
    private mutating func judgeOrder(_ report: AccessCostReport, _ row: Int, _ node: Int) {
        let distances = report.firmwareDistances[row]
        let latencies = report.latencyNanoseconds[row]
        for near in latencies.indices {
            for far in latencies.indices {
                guard let a = distances[near], let b = distances[far], a < b, let slow = latencies[near],
                    let fast = latencies[far], slow > fast * Self.orderThreshold
                else { continue }
                verdicts.append(
                    "from node \(node), firmware has node \(report.memoryNodes[near]) nearer (\(a)) than node "
                        + "\(report.memoryNodes[far]) (\(b)), but its memory costs \(Text.decimal(slow)) ns against "
                        + "\(Text.decimal(fast)) ns")
            }
        }
    }

    /// HMAT's own figures, which are often those of a data sheet: only a factor is held against them.
    public static let costThreshold = 1.5

    private mutating func judgeCosts() {
        for cost in stated {
            guard let ratio = cost.ratio, let measured = cost.measured,
                ratio >= Self.costThreshold || ratio <= 1 / Self.costThreshold,
                // What holds for the nearest CPUs says more than what holds for the nearest of any kind.
                cost.accessClass == 1
                    || !stated.contains(where: { $0.memoryNode == cost.memoryNode && $0.accessClass == 1 })
            else { continue }
            verdicts.append(
                "node \(cost.memoryNode): HMAT says \(cost.quantity) \(Text.decimal(cost.stated)) \(cost.unit), "
                    + "measured \(Text.decimal(measured)) \(cost.unit)")
        }
    }
}

/// A figure of firmware's HMAT beside the measured one.
public struct StatedCost: Encodable, Hashable, Sendable {
    public var memoryNode: Int
    /// 0: from the nearest initiators of any kind, 1: from the nearest CPUs.
    public var accessClass: Int
    /// The nodes that it holds for.
    public var initiators: [Int]
    /// `latency`, `read bandwidth` or `write bandwidth`.
    public var quantity: String
    /// `ns` or `GB/s`.
    public var unit: String
    public var stated: Double
    /// The best from those of the initiators that have CPUs.
    @OrNull public var measured: Double?
    /// Measured over stated.
    @OrNull public var ratio: Double?

    static func all(of report: AccessCostReport) -> [StatedCost] {
        (report.firmware?.costs ?? []).flatMap { costs -> [StatedCost] in
            guard let column = report.memoryNodes.firstIndex(of: costs.memoryNode) else { return [] }
            let rows = report.cpuNodes.indices.filter { costs.initiators.contains(report.cpuNodes[$0]) }
            func cost(_ quantity: String, _ unit: String, _ stated: Int?, _ matrix: [[Double?]]) -> StatedCost? {
                guard let stated, stated > 0 else { return nil }
                let values = rows.compactMap { matrix[$0][column] }
                let best = unit == "ns" ? values.min() : values.max()
                // HMAT's bandwidths are in MB/s.
                let figure = unit == "ns" ? Double(stated) : Double(stated) / 1000
                return StatedCost(
                    memoryNode: costs.memoryNode, accessClass: costs.accessClass, initiators: costs.initiators,
                    quantity: quantity, unit: unit, stated: figure, measured: best, ratio: best.map { $0 / figure })
            }
            return [
                cost("latency", "ns", costs.readLatency, report.latencyNanoseconds),
                cost("read bandwidth", "GB/s", costs.readBandwidth, report.bandwidthGBps.read),
                cost("write bandwidth", "GB/s", costs.writeBandwidth, report.bandwidthGBps.write),
            ].compactMap { $0 }
        }
    }
}

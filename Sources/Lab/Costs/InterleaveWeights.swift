import AccessCosts

/// Weights for the weighted-interleave policy, from bandwidths.
public enum InterleaveWeights {
    /// The sum of weights before they are reduced. *Kernel counterpart:* `weightiness`.
    static let sum = 32

    /// Small whole numbers in about the ratio of the bandwidths, each from 1 to 32.
    ///
    /// Each node gets its share of 32, rounded down and at least 1; what all have in common is divided out, because
    /// 1:2 spreads pages more finely than 16:32. So the kernel reduces HMAT's bandwidths from 6.16 on.
    ///
    /// - Parameter bandwidths: in any unit, the same for all; one that isn't positive counts as unknown and gets 1.
    /// *Kernel counterpart:* `reduce_interleave_weights`.
    public static func reduced(_ bandwidths: [Double]) -> [Int] {
        let known = bandwidths.map { $0.isFinite ? max(0, $0) : 0 }
        let total = known.reduce(0, +)
        guard total > 0 else { return bandwidths.map { _ in 1 } }
        let weights = known.map { max(1, Int(Double(sum) * $0 / total)) }
        let common = weights.reduce(0, greatestCommonDivisor)
        return weights.map { $0 / common }
    }

    private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}

/// Weights that a measurement speaks for.
public struct WeightProposal: Encodable, Hashable, Sendable {
    public struct Node: Encodable, Hashable, Sendable {
        public var node: Int
        /// The lesser of read and write from the CPUs that reach it fastest, in 10⁹ bytes per second.
        public var gbps: Double
        public var weight: Int
        /// What sysfs has now.
        @OrNull public var now: Int?
    }

    public var nodes: [Node]

    /// Nil unless each memory node's bandwidth was measured.
    public init?(_ report: AccessCostReport) {
        let best: [Double?] = report.memoryNodes.indices.map { column in
            report.cpuNodes.indices.compactMap { row -> Double? in
                guard let read = report.bandwidthGBps.read[row][column] else { return nil }
                return min(read, report.bandwidthGBps.write[row][column] ?? read)
            }.max()
        }
        let bandwidths = best.compactMap { $0 }
        guard !bandwidths.isEmpty, bandwidths.count == best.count else { return nil }
        let weights = InterleaveWeights.reduced(Self.withoutNoise(bandwidths))
        nodes = report.memoryNodes.enumerated().map { column, node in
            Node(
                node: node, gbps: bandwidths[column], weight: weights[column],
                now: report.firmware?.interleave?.weights[node])
        }
    }

    /// Bandwidths that readings cannot tell apart are made equal: each is taken for the greatest that exceeds it by no
    /// more than a twentieth.
    private static func withoutNoise(_ bandwidths: [Double]) -> [Double] {
        var heads: [Double] = []
        for value in bandwidths.sorted(by: >) where value < (heads.last ?? .infinity) / 1.05 { heads.append(value) }
        return bandwidths.map { value in heads.last { $0 >= value } ?? value }
    }

    /// The commands that write them.
    public var commands: String {
        let lines = nodes.map {
            "echo \($0.weight) >/sys/kernel/mm/mempolicy/weighted_interleave/node\($0.node)  "
                + "# \(Text.decimal($0.gbps)) GB/s"
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Whether sysfs has other ratios now.
    public var differsFromNow: Bool {
        let now = nodes.compactMap(\.now)
        guard now.count == nodes.count else { return false }
        return InterleaveWeights.reduced(now.map(Double.init))
            != InterleaveWeights.reduced(
                nodes.map { Double($0.weight) })
    }
}

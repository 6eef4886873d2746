import AccessCosts

/// A setting worth considering, with the figure that speaks for it.
public struct CostAdvice: Encodable, Hashable, Sendable {
    /// `policy`, `zone_reclaim_mode`, `numa_balancing`, `weights`, `transparent_hugepage`.
    public var setting: String
    public var advice: String
    /// The figure.
    public var because: String
}

/// What a measurement says of the settings that matter for NUMA.
struct CostAdviser {
    let report: AccessCostReport
    private(set) var advice: [CostAdvice] = []
    /// The worst remote pair of each kind, against the row's own memory.
    private let latency: Remote?
    private let bandwidth: Remote?

    /// A remote pair beside the local one of the same CPUs.
    private struct Remote {
        var cpuNode: Int
        var memoryNode: Int
        var local: Double
        var remote: Double
        /// How many times worse.
        var ratio: Double
    }

    /// Below it remote memory is as good as local.
    private static let negligible = 1.1
    /// From here on it pays to keep work and memory together.
    private static let noticeable = 1.25
    /// From here on a node's own page cache is worth less than its own memory.
    private static let expensive = 2.0

    init(_ report: AccessCostReport) {
        self.report = report
        latency = Self.worst(report, report.latencyNanoseconds) { $1 / $0 }
        bandwidth = Self.worst(report, report.bandwidthGBps.read) { $0 / $1 }
        guard report.timingsMeanSomething else { return }
        adviseHugePages()
        guard report.hasRemotePairs, let latency else { return }
        advisePolicy(latency)
        adviseByPolicies()
        adviseReclaim(latency)
        adviseBalancing(latency)
        adviseWeights()
    }

    private static func worst(
        _ report: AccessCostReport, _ matrix: [[Double?]], _ ratio: (_ local: Double, _ remote: Double) -> Double
    ) -> Remote? {
        var worst: Remote?
        for (row, node) in report.cpuNodes.enumerated() {
            guard let own = report.memoryNodes.firstIndex(of: node), let local = matrix[row][own] else { continue }
            for (column, other) in report.memoryNodes.enumerated() where other != node {
                guard let remote = matrix[row][column] else { continue }
                let found = Remote(
                    cpuNode: node, memoryNode: other, local: local, remote: remote, ratio: ratio(local, remote))
                if found.ratio > worst?.ratio ?? 0 { worst = found }
            }
        }
        return worst
    }

    private static func words(_ pair: Remote, _ unit: String) -> String {
        "node \(pair.cpuNode) to node \(pair.memoryNode) \(Text.decimal(pair.remote)) \(unit), local "
            + "\(Text.decimal(pair.local)) \(unit): \(Text.decimal(pair.ratio)) times as \(unit == "ns" ? "long" : "slow")"
    }

    private mutating func advise(_ setting: String, _ words: String, _ because: String) {
        advice.append(CostAdvice(setting: setting, advice: words, because: because))
    }

    private mutating func advisePolicy(_ latency: Remote) {
        if latency.ratio >= Self.noticeable {
            advise(
                "policy", "keep what waits for memory on one node: numactl --cpunodebind=N --membind=N COMMAND",
                Self.words(latency, "ns"))
        } else if latency.ratio < Self.negligible {
            advise(
                "policy", "spreading memory loses little: numactl --interleave=all COMMAND", Self.words(latency, "ns"))
        }
        let single = report.bandwidthGBps.read.joined().compactMap { $0 }.max()
        let all = report.allLocalBandwidth.filter { $0.kernel == .read }.map(\.gbps.median).max()
        if let single, let all, all >= single * 1.5 {
            advise(
                "policy", "spread what one node's memory is too slow for: numactl --interleave=all COMMAND",
                "all nodes at once read \(Text.decimal(all)) GB/s, the best single one \(Text.decimal(single)) GB/s")
        } else if let bandwidth, bandwidth.ratio >= Self.noticeable {
            advise(
                "policy", "keep what streams through memory beside it: numactl --cpunodebind=N --membind=N COMMAND",
                Self.words(bandwidth, "GB/s"))
        }
    }

    /// What the same work was worth under each policy, where that was measured.
    private mutating func adviseByPolicies() {
        let figures = report.policies?.figures ?? []
        func figure(_ policy: PolicyCost.Policy, as other: PolicyCost) -> Double? {
            figures.first {
                $0.policy == policy && $0.work == other.work && $0.cpuNode == other.cpuNode
                    && $0.otherNode == other.otherNode
            }?.value.median
        }
        struct Gain {
            var local: PolicyCost
            var other: Double
            var ratio: Double
        }
        func greatest(_ policy: PolicyCost.Policy, _ works: [PolicyCost.Work], _ ratio: (Double, Double) -> Double)
            -> Gain?
        {
            figures.filter { $0.policy == .local && works.contains($0.work) }.compactMap { local -> Gain? in
                guard let other = figure(policy, as: local), other > 0, local.value.median > 0 else { return nil }
                return Gain(local: local, other: other, ratio: ratio(local.value.median, other))
            }.max { $0.ratio < $1.ratio }
        }
        func words(_ gain: Gain, _ policy: String) -> String {
            "\(gain.local.work.rawValue) on node \(gain.local.cpuNode), with node \(gain.local.otherNode): "
                + "\(Text.decimal(gain.other)) \(gain.local.unit) \(policy), local "
                + "\(Text.decimal(gain.local.value.median)) \(gain.local.unit)"
        }
        if let gain = greatest(.remote, [.chase, .update, .allocator], { $1 / $0 }), gain.ratio >= Self.noticeable {
            advise(
                "policy", "bind work and memory to one node: --policies measured what it is worth",
                words(gain, "remote"))
        }
        for (policy, option) in [
            (PolicyCost.Policy.interleave, "interleave"), (.weightedInterleave, "weighted-interleave"),
        ] {
            guard let gain = greatest(policy, [.copy], { $1 / $0 }), gain.ratio >= Self.negligible else { continue }
            let nodes = [gain.local.cpuNode, gain.local.otherNode].sorted().map(String.init).joined(separator: ",")
            advise(
                "policy", "spread what streams through memory: numactl --\(option)=\(nodes) COMMAND",
                words(gain, policy == .interleave ? "interleaved" : "interleaved by weight"))
        }
    }

    private mutating func adviseReclaim(_ latency: Remote) {
        guard let mode = report.conditions.zoneReclaimMode else { return }
        if mode & 1 == 0, latency.ratio >= Self.expensive {
            advise(
                "zone_reclaim_mode",
                "sysctl vm.zone_reclaim_mode=1, if page cache matters less than local memory: a full node then drops "
                    + "its cache before it gives remote pages",
                Self.words(latency, "ns"))
        } else if mode & 1 != 0, latency.ratio < Self.expensive {
            advise(
                "zone_reclaim_mode",
                "sysctl vm.zone_reclaim_mode=0 (now \(mode)): dropping cache costs more than remote memory does here",
                Self.words(latency, "ns"))
        }
    }

    private mutating func adviseBalancing(_ latency: Remote) {
        guard let mode = report.conditions.numaBalancing else { return }
        let hasMemoryOnly = report.memoryNodes.contains { !report.cpuNodes.contains($0) }
        if hasMemoryOnly, mode & 2 == 0, latency.ratio >= Self.noticeable {
            advise(
                "numa_balancing",
                "sysctl kernel.numa_balancing=2: hot pages move up from memory without CPUs (with "
                    + "/sys/kernel/mm/numa/demotion_enabled the cold ones down)",
                Self.words(latency, "ns"))
        } else if mode == 0, latency.ratio >= Self.noticeable {
            advise(
                "numa_balancing",
                "sysctl kernel.numa_balancing=1 for programs that nobody binds" + breakEven(latency),
                Self.words(latency, "ns"))
        } else if mode == 1, latency.ratio < Self.negligible {
            advise(
                "numa_balancing", "sysctl kernel.numa_balancing=0: moving pages gains nothing here",
                Self.words(latency, "ns"))
        }
    }

    /// After how many loads a moved page has paid for itself.
    private func breakEven(_ latency: Remote) -> String {
        let moves = report.pageCosts.migrate.filter { $0.pages == .base }.map(\.nanosecondsPerPage.median)
        guard let move = moves.max(), latency.remote > latency.local else { return "" }
        let loads = move / (latency.remote - latency.local)
        guard loads.isFinite, loads < 1e9 else { return "" }
        return "; a moved page (\(Text.decimal(move)) ns) has paid after \(Text.count(Int(loads.rounded(.up)))) loads"
    }

    private mutating func adviseWeights() {
        guard let proposal = WeightProposal(report), proposal.differsFromNow else { return }
        let weights = proposal.nodes.map { "\($0.weight)" }.joined(separator: ":")
        let now = proposal.nodes.compactMap(\.now).map { "\($0)" }.joined(separator: ":")
        let speeds = proposal.nodes.map { "node \($0.node) \(Text.decimal($0.gbps))" }.joined(separator: ", ")
        advise(
            "weights",
            "weighted interleave by \(weights) (now \(now)): pgdat measure --weights prints the commands",
            "GB/s from the nearest CPUs: \(speeds)")
    }

    private mutating func adviseHugePages() {
        guard report.conditions.transparentHugePages == "never" else { return }
        let costs = report.curves.translation.filter { $0.tlbNanoseconds > $0.hugePages.median * 0.1 }
        guard let cost = costs.max(by: { $0.tlbNanoseconds < $1.tlbNanoseconds }) else { return }
        advise(
            "transparent_hugepage", "echo madvise >/sys/kernel/mm/transparent_hugepage/enabled (now never)",
            "a load that misses the TLB costs \(Text.decimal(cost.tlbNanoseconds)) ns more")
    }
}

/// What a measurement means: distances, fallback orders, weights, settings.
public struct CostSense: Encodable, Hashable, Sendable {
    public var distances: DistanceSense
    public var fallback: MeasuredFallback
    @OrNull public var weights: WeightProposal?
    public var advice: [CostAdvice]
    /// What advice there is none of, and why.
    @OrNull public var noAdvice: String?

    public init(_ report: AccessCostReport) {
        distances = DistanceSense(report)
        fallback = MeasuredFallback(report)
        weights = WeightProposal(report)
        advice = CostAdviser(report).advice
        noAdvice =
            !report.timingsMeanSomething
            ? "emulated timings speak for no setting"
            : !report.hasRemotePairs
                ? "one node: there is no remote memory, so memory policy, zone_reclaim_mode, NUMA balancing and weights "
                    + "change nothing here"
                : advice.isEmpty ? "no figure speaks for another setting" : nil
    }
}

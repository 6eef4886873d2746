extension AccessCostReport {
    /// How far apart the middle half of a figure's readings may be, as a part of their median.
    static let wideSpread = 0.05

    /// Says what spoils the figures that are there.
    mutating func addWarnings() {
        warnings = []
        if host.isEmulated {
            warnings.append(
                "this machine is emulated (\(host.hypervisor ?? "unknown")): its timings mean nothing, only the "
                    + "shape of the result and the placement do")
        } else if let hypervisor = host.hypervisor {
            warnings.append("a virtual machine (\(hypervisor)): its neighbours on the same hardware disturb figures")
        }
        if conditions.isDebugBuild {
            warnings.append(
                "built without optimisation: bandwidths and small latencies are the compiler's; build with -c release")
        }
        warnAboutSettings()
        warnAboutOthers()
        if !placementVerified, latencyNanoseconds.joined().contains(where: { $0 != nil }) {
            warnings.append("nobody here says where a page is: placement is what was asked for, not what was seen")
        }
        warnAboutLatencies()
        warnAboutBandwidths()
    }

    private mutating func warnAboutSettings() {
        if let balancing = conditions.numaBalancing, balancing != 0 {
            warnings.append(
                "kernel.numa_balancing is \(balancing): the kernel unmaps and moves pages meanwhile; 0 for measuring")
        }
        let lazy = conditions.governors.filter { $0 != "performance" }
        if !lazy.isEmpty {
            warnings.append("frequency governor \(lazy.joined(separator: ", ")): CPUs may not run at full speed")
        }
        if conditions.smtActive == true {
            warnings.append("CPUs share cores (SMT): what runs on a sibling slows a figure down")
        }
        if let load = conditions.loadAverage, load > 0.5 {
            warnings.append("the load was \(load) before the measurement: others use the CPUs and the memory")
        }
        if conditions.pinning != "works" { warnings.append("threads cannot be pinned: \(conditions.pinning)") }
        if conditions.binding != "works" { warnings.append("memory cannot be bound: \(conditions.binding)") }
        if !host.offlineCPUs.isEmpty {
            let count = host.offlineCPUs.count
            warnings.append("\(count) CPU\(count == 1 ? " is" : "s are") offline and not measured")
        }
    }

    /// Who else used the hardware meanwhile, as far as it shows.
    private mutating func warnAboutOthers() {
        if let stolen = conditions.stolenPercent, stolen >= 0.05 {
            let percent = (stolen * 10).rounded() / 10
            warnings.append("the hypervisor gave \(percent) % of the CPUs' time to others meanwhile (steal)")
        }
        if let switches = conditions.involuntarySwitches, Double(switches) > max(1, seconds) * 20 {
            warnings.append("measuring threads lost their CPU \(switches) times: others wanted it")
        }
        for (row, node) in cpuNodes.enumerated() {
            guard let (bytes, cost) = crowdedCache(row) else { continue }
            warnings.append(
                "node \(node): a walk through \(bytes >> 20) MiB, well inside the last-level cache, costs "
                    + "\(Int(cost.rounded())) ns, nearly as much as memory: others fill that cache, or only a part of it "
                    + "is this machine's")
        }
    }

    /// A walk that should stay in the last-level cache and costs more than the middle between its quickest size and
    /// memory; nil if there is none.
    private func crowdedCache(_ row: Int) -> (bytes: Int, nanoseconds: Double)? {
        guard let last = host.caches.last, last.level > 2 else { return nil }
        let points = curves.bySize.filter { $0.row == row }
        let inside = points.filter { $0.level == "L\(last.level)" }
        guard let least = inside.map(\.nanoseconds.median).min(),
            let memory = points.filter({ $0.level == "memory" }).map(\.nanoseconds.median).max(), memory > 2 * least
        else { return nil }
        return inside.first { $0.nanoseconds.median > (least + memory) / 2 }
            .map { ($0.bufferBytes, $0.nanoseconds.median) }
    }

    private mutating func warnAboutLatencies() {
        let cells = latencyDetails.joined().compactMap { $0 }
        if cells.contains(where: { $0.pages == .base }) {
            warnings.append("no huge pages: latencies include misses of the TLB")
        }
        if cells.contains(where: { $0.exceedsCache == false }) {
            warnings.append("too little memory was free: latencies include hits of the last-level cache")
        }
        if cells.contains(where: { $0.nanoseconds.relativeSpread > Self.wideSpread }) {
            warnings.append(
                "latency readings are more than \(Int(Self.wideSpread * 100)) % apart: the host was not quiet")
        }
    }

    private mutating func warnAboutBandwidths() {
        let wide = bandwidthDetails.count { $0.gbps.relativeSpread > Self.wideSpread }
        if wide > 0 {
            warnings.append(
                "\(wide) of \(bandwidthDetails.count) bandwidths have readings more than "
                    + "\(Int(Self.wideSpread * 100)) % apart")
        }
        if let limit = conditions.cgroupRemainingBytes, host.nodes.contains(where: { limit < $0.memoryBytes / 4 }) {
            warnings.append("a control group leaves \(limit >> 20) MiB: buffers were made smaller than they should be")
        }
    }
}

import HostNUMA

extension Measurement {
    /// Thread counts for a node: 1, all, and in a full measurement the powers of two between them.
    static func threadCounts(of node: HostNode, isQuick: Bool) -> [Int] {
        let all = node.cpus.count
        guard all > 1 else { return all == 1 ? [1] : [] }
        guard !isQuick else { return [1, all] }
        return sequence(first: 1) { $0 * 2 }.prefix { $0 < all } + [all]
    }

    /// Column by column, so that one buffer at a time takes memory.
    mutating func measureBandwidth() {
        for column in bench.columns.indices {
            if bench.isInterrupted { break }
            do throws(HostError) {
                let node = bench.columns[column]
                let memory = try bench.memory(try bandwidthBytes(near: node), on: node)
                for row in bench.rows.indices where !bench.isInterrupted { measureBandwidth(row, column, memory) }
            } catch {
                for row in bench.rows.indices {
                    addGap(row, column, .bandwidth, error.reason)
                }
            }
        }
        fillBandwidthMatrices()
        if !bench.isInterrupted { measureAllLocal() }
    }

    /// Three arrays, each four times what caches hold: STREAM's rule.
    private func bandwidthBytes(near node: HostNode) throws(HostError) -> Int {
        let caches = try bench.rows.map { row throws(HostError) in try bench.cacheBytes(of: row) }
        return bench.sizing.bandwidthBytes(cacheBytes: caches.compactMap(\.self).max())
    }

    private mutating func measureBandwidth(_ row: Int, _ column: Int, _ memory: MeasuredMemory) {
        let (from, to) = (bench.rows[row], bench.columns[column])
        do throws(HostError) {
            guard !from.cpus.isEmpty else {
                throw .unreachable(node: from.id, reason: "it has no CPU that this process may use")
            }
            for threads in Self.threadCounts(of: from, isQuick: bench.options.isQuick) {
                let seats = try bench.seats.seats(of: from, count: threads)
                guard let shares = BandwidthShare.cut(memory, among: seats) else {
                    throw .unreachable(node: to.id, reason: "too little memory is free for \(threads) threads")
                }
                for setting in BandwidthSetting.all where !bench.isInterrupted {
                    meter.step("\(setting.kernel) bandwidth of \(to.id) from \(from.id), \(threads) threads")
                    let rates = try shares.measure(setting, bench.sizing, bench.interrupt)
                    guard
                        let gbps = gathered.add(
                            rates, to: .bandwidth(row: row, column: column, threads: threads, setting))
                    else { continue }
                    let figure = BandwidthFigure(
                        row: row, column: column, kernel: setting.kernel, streaming: setting.streaming,
                        threads: threads, gbps: gbps, bufferBytes: memory.byteCount, pages: memory.pages)
                    report.bandwidthDetails.put(figure) { $0.isOfSameSetting(as: figure) }
                }
            }
        } catch {
            addGap(row, column, .bandwidth, error.reason)
        }
    }

    /// Each pair's best setting; a gap where there is none.
    private mutating func fillBandwidthMatrices() {
        for row in bench.rows.indices {
            for column in bench.columns.indices {
                let figures = report.bandwidthDetails.filter { $0.row == row && $0.column == column }
                for kernel in BandwidthKernel.allCases {
                    report.bandwidthGBps[kernel][row][column] =
                        figures.filter { $0.kernel == kernel }.map(\.gbps.median).max()
                }
                let isComplete = BandwidthKernel.allCases.allSatisfy { report.bandwidthGBps[$0][row][column] != nil }
                let isNamed = report.gaps.contains { $0.part == .bandwidth && $0.row == row && $0.column == column }
                if !isComplete, !isNamed {
                    report.gaps.append(Gap(row: row, column: column, reason: "interrupted", part: .bandwidth))
                }
            }
        }
    }

    /// All CPUs of all nodes at once, each on memory of its own node or the nearest.
    private mutating func measureAllLocal() {
        do throws(HostError) {
            // All of these are there at once, under one limit.
            let limit = bench.host.memoryLimit.remainingBytes.map { $0 / (4 * max(1, bench.rows.count)) } ?? .max
            var shares: [BandwidthShare] = []
            var memories: [MeasuredMemory] = []
            for row in bench.rows.indices where !bench.rows[row].cpus.isEmpty {
                guard let home = bench.home(of: row) else { continue }
                let node = bench.columns[home]
                let memory = try bench.memory(min(limit, try bandwidthBytes(near: node)), on: node)
                let seats = try bench.seats.seats(of: bench.rows[row], count: .max)
                guard let part = BandwidthShare.cut(memory, among: seats) else {
                    throw .unreachable(node: node.id, reason: "too little memory is free for all threads")
                }
                memories.append(memory)
                shares += part
            }
            guard let first = memories.first else { return }
            for setting in BandwidthSetting.all where !bench.isInterrupted {
                meter.step("\(setting.kernel) bandwidth of all nodes at once")
                let rates = try shares.measure(setting, bench.sizing, bench.interrupt)
                guard
                    let gbps = gathered.add(
                        rates, to: .bandwidth(row: nil, column: nil, threads: shares.count, setting))
                else { continue }
                let figure = BandwidthFigure(
                    row: nil, column: nil, kernel: setting.kernel, streaming: setting.streaming,
                    threads: shares.count, gbps: gbps, bufferBytes: memories.reduce(0) { $0 + $1.byteCount },
                    pages: first.pages)
                report.allLocalBandwidth.put(figure) { $0.isOfSameSetting(as: figure) }
            }
            withExtendedLifetime(memories) {}
        } catch {
            guard visit == 0 else { return }
            report.missing.append(MissingPart(.bandwidth, reason: "all nodes at once: \(error.reason)"))
        }
    }
}

extension BandwidthFigure {
    fileprivate func isOfSameSetting(as other: BandwidthFigure) -> Bool {
        row == other.row && column == other.column && threads == other.threads && kernel == other.kernel
            && streaming == other.streaming
    }
}

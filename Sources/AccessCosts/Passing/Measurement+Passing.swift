import HostNUMA

extension Measurement {
    /// Round trips of a line between CPUs.
    mutating func measureCacheToCache() {
        let passing = PassingPlan(bench.host.topology, options: bench.options)
        report.cpus = passing.cpus.map(\.rawValue)
        report.cacheToCacheNanoseconds = passing.cpus.map { _ in passing.cpus.map { _ in nil } }
        var reasons: [[String?]] = passing.cpus.map { _ in passing.cpus.map { _ in nil } }
        var memories: [HostNodeID: MeasuredMemory] = [:]
        for (first, second) in passing.pairs {
            let words = "a line between \(passing.cpus[first]) and \(passing.cpus[second])"
            meter.step(words)
            guard !bench.isInterrupted else { break }
            do throws(HostError) {
                let node = passing.nodes[first]
                if memories[node.id] == nil { memories[node.id] = try wordMemory(near: node) }
                guard let memory = memories[node.id] else { continue }
                let shared = SharedWords(in: memory)
                let readings = try LinePass.measure(
                    bench.seats.seat(on: passing.cpus[first], of: passing.nodes[first]),
                    bench.seats.seat(on: passing.cpus[second], of: passing.nodes[second]), shared, bench.sizing,
                    bench.interrupt)
                // Either may begin: there and back is the same way.
                let figure = Summary(readings)?.median
                report.cacheToCacheNanoseconds[first][second] = figure
                report.cacheToCacheNanoseconds[second][first] = figure
            } catch {
                (reasons[first][second], reasons[second][first]) = (error.reason, error.reason)
            }
        }
        if passing.pairs.isEmpty {
            report.missing.append(
                MissingPart(.cacheToCache, reason: "one CPU: there is no other to pass a line to"))
        }
        let planned = Set(passing.pairs.flatMap { [[$0.0, $0.1], [$0.1, $0.0]] })
        for row in passing.cpus.indices {
            for column in passing.cpus.indices where report.cacheToCacheNanoseconds[row][column] == nil {
                let reason =
                    row == column
                    ? "the same CPU"
                    : planned.contains([row, column])
                        ? reasons[row][column] ?? "interrupted"
                        : "one pair stands for these nodes; --all-pairs measures all"
                report.gaps.append(Gap(row: row, column: column, reason: reason, part: .cacheToCache))
            }
        }
    }

    /// What a spinlock costs one CPU, two of a node, and two of different nodes.
    mutating func measureLocks() {
        let passing = PassingPlan(bench.host.topology, options: bench.options)
        for node in bench.rows {
            guard let cpu = node.cpus.first else { continue }
            addLock(.uncontended, [(cpu, node)])
        }
        for (first, second) in passing.lockPairs {
            let pair = [(passing.cpus[first], passing.nodes[first]), (passing.cpus[second], passing.nodes[second])]
            addLock(.contended, pair)
            addLock(.handedOver, pair)
        }
        if passing.lockPairs.isEmpty {
            report.missing.append(MissingPart(.locks, reason: "one CPU: a lock is neither contended nor handed over"))
        }
    }

    private mutating func addLock(_ manner: LockCost.Manner, _ places: [(cpu: HostCPU, node: HostNode)]) {
        guard !bench.isInterrupted else { return }
        meter.step("a spinlock, \(manner.rawValue), \(places.map(\.cpu.description).joined(separator: " and "))")
        do throws(HostError) {
            let memory = try wordMemory(near: places[0].node)
            let shared = SharedWords(in: memory, count: LockRace.wordCount)
            let seats = try places.map { place throws(HostError) in
                try bench.seats.seat(on: place.cpu, of: place.node)
            }
            let readings =
                manner == .handedOver
                ? try LockRace.handOver(seats, shared, bench.sizing, bench.interrupt)
                : try LockRace.contend(seats, shared, bench.sizing, bench.interrupt)
            guard let nanoseconds = Summary(readings) else { return }
            report.locks.append(
                LockCost(
                    manner: manner, lock: "ticket", cpus: places.map(\.cpu.rawValue),
                    nodes: places.map(\.node.id.rawValue), memoryNode: memory.node.id.rawValue,
                    nanoseconds: nanoseconds))
        } catch {
            report.missing.append(MissingPart(.locks, reason: error.reason))
        }
    }

    /// A few KiB on the node, or on the nearest with memory.
    private func wordMemory(near node: HostNode) throws(HostError) -> MeasuredMemory {
        guard let row = bench.rows.firstIndex(where: { $0.id == node.id }), let home = bench.home(of: row) else {
            throw .unreachable(node: node.id, reason: "no memory can be had near it")
        }
        return try bench.memory(64 << 10, on: bench.columns[home], basePages: false)
    }
}

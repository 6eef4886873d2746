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
            addLocks(.uncontended, [(cpu, node)])
        }
        for (first, second) in passing.lockPairs {
            let pair = [(passing.cpus[first], passing.nodes[first]), (passing.cpus[second], passing.nodes[second])]
            addLocks(.contended, pair)
            addLocks(.handedOver, pair)
        }
        if passing.lockPairs.isEmpty {
            report.missing.append(MissingPart(.locks, reason: "one CPU: a lock is neither contended nor handed over"))
        }
    }

    private typealias Place = (cpu: HostCPU, node: HostNode)

    /// This measurement's own lock, which lies where it should by `mbind`, and the others', which lie where the first
    /// of the threads allocates them.
    private mutating func addLocks(_ manner: LockCost.Manner, _ places: [Place]) {
        guard !bench.isInterrupted else { return }
        meter.step("a spinlock, \(manner.rawValue), \(places.map(\.cpu.description).joined(separator: " and "))")
        do throws(HostError) {
            let seats = try places.map { place throws(HostError) in
                try bench.seats.seat(on: place.cpu, of: place.node)
            }
            let memory = try wordMemory(near: places[0].node)
            let shared = SharedWords(in: memory, count: LockRace.wordCount)
            let readings =
                manner == .handedOver
                ? try LockRace.handOver(seats, shared, bench.sizing, bench.interrupt)
                : try LockRace.contend(seats, shared, bench.sizing, bench.interrupt)
            add(manner, "ticket", places, memoryNode: memory.node.id.rawValue, readings)
            for lock in locks where !bench.isInterrupted {
                try addRace(lock, manner, places, seats, otherwiseOn: memory.node.id.rawValue)
            }
        } catch {
            report.missing.append(MissingPart(.locks, reason: error.reason))
        }
    }

    private mutating func addRace(
        _ lock: LockWorkload, _ manner: LockCost.Manner, _ places: [Place], _ seats: [Seat], otherwiseOn node: Int
    ) throws(HostError) {
        let race = seats[0].thread.runBlocking { lock.prepare() }
        let (passes, count) = (bench.sizing.passes, seats.count)
        let users = places.map { (cpu: $0.cpu.rawValue, node: $0.node.id.rawValue) }
        let readings = try Crew.race(seats, runs: bench.sizing.runs, interrupt: bench.interrupt) { place, _ in
            let user = users[place]
            if manner == .handedOver {
                race.handOver(passes, place, count, user.cpu, user.node)
            } else {
                race.contend(passes, user.cpu, user.node)
            }
            return passes
        }
        add(manner, lock.name, places, memoryNode: nodeOfPage(at: race.address) ?? node, readings)
    }

    /// Nil if nobody says.
    private func nodeOfPage(at address: UInt) -> Int? {
        guard let page = UnsafeMutableRawPointer(bitPattern: address & ~UInt(ReservedMemory.pageSize - 1)) else {
            return nil
        }
        return bench.columns.first { node in
            let placement = try? Placement(of: page, byteCount: ReservedMemory.pageSize, expected: node.id)
            return placement?.isAsExpected ?? false
        }?.id.rawValue
    }

    private mutating func add(
        _ manner: LockCost.Manner, _ name: String, _ places: [Place], memoryNode: Int, _ readings: [Double]
    ) {
        guard let nanoseconds = Summary(readings) else { return }
        report.locks.append(
            LockCost(
                manner: manner, lock: name, cpus: places.map(\.cpu.rawValue), nodes: places.map(\.node.id.rawValue),
                memoryNode: memoryNode, nanoseconds: nanoseconds))
    }

    /// A few KiB on the node, or on the nearest with memory.
    private func wordMemory(near node: HostNode) throws(HostError) -> MeasuredMemory {
        guard let row = bench.rows.firstIndex(where: { $0.id == node.id }), let home = bench.home(of: row) else {
            throw .unreachable(node: node.id, reason: "no memory can be had near it")
        }
        return try bench.memory(64 << 10, on: bench.columns[home], basePages: false)
    }
}

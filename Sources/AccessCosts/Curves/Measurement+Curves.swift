import HostNUMA

extension Measurement {
    /// Latency over size, over stride and over pages, of each row's own memory; a full measurement adds the farthest.
    mutating func measureCurves() {
        for row in bench.rows.indices where !bench.rows[row].cpus.isEmpty {
            let far = bench.options.isQuick ? nil : bench.farthest(from: row)
            for column in [bench.home(of: row), far].compactMap({ $0 }) where !bench.isInterrupted {
                do throws(HostError) {
                    guard let seat = try bench.seats.first(of: bench.rows[row]) else { continue }
                    try measureCurves(row, column, seat)
                } catch {
                    addGap(row, column, .curves, error.reason)
                }
            }
        }
    }

    /// Sizes from a part of the nearest cache on: one step per power of two in a full measurement, of four in a
    /// quick one, and each cache's half, which lies well inside it.
    static func curveSizes(upTo limit: Int, caches: [HostCache], isQuick: Bool) -> [Int] {
        let steps = sequence(first: 4 << 10) { $0 <= limit / 4 ? $0 * (isQuick ? 4 : 2) : nil }
        let halves = caches.map { $0.byteCount / 2 }
        return Set(steps + halves + [limit]).filter { (4 << 10...limit).contains($0) }.sorted()
    }

    /// What most loads of a random walk through so much memory hit; nil between two levels.
    static func level(of byteCount: Int, caches: [HostCache]) -> String? {
        var below = 0
        for cache in caches {
            if byteCount <= cache.byteCount / 4 * 3, byteCount >= 2 * below { return "L\(cache.level)" }
            below = cache.byteCount
        }
        return !caches.isEmpty && byteCount / 4 >= below ? "memory" : nil
    }

    /// Where in memory of `available` bytes a walk through `byteCount` of them is tried: a cache's sets fill unevenly,
    /// by the physical pages that happen to lie there. One place is enough for what is larger than most caches.
    static func places(of byteCount: Int, in available: Int) -> [Int] {
        let count = byteCount <= 4 << 20 ? 6 : byteCount <= 16 << 20 ? 2 : 1
        let room = max(0, available - byteCount)
        return Set((0..<count).map { room / max(1, count - 1) * $0 & ~4095 }).sorted()
    }

    private mutating func measureSize(
        _ size: Int, _ row: Int, _ column: Int, _ seat: Seat, _ memory: MeasuredMemory, caches: [HostCache]
    ) throws(HostError) {
        let (sizing, interrupt) = (bench.sizing, bench.interrupt)
        var readings: [Double] = []
        let places = Self.places(of: size, in: memory.byteCount)
        for place in places {
            guard
                let cycle = RandomCycle(
                    at: memory.address + place, byteCount: size, lineBytes: caches.last?.lineBytes ?? 64,
                    isStopped: { interrupt.isRaised })
            else { return }
            let chase = seat.readChase(
                from: cycle.position, runs: max(3, sizing.runs / places.count),
                seconds: sizing.point / Double(places.count), interrupt: interrupt)
            readings += chase.nanoseconds
            if let problem = chase.problem { throw .unreachable(node: seat.node.id, reason: problem) }
        }
        guard let summary = gathered.add(readings, to: .size(row: row, column: column, bytes: size)) else { return }
        report.curves.bySize.put(
            CurvePoint(
                row: row, column: column, bufferBytes: size, strideBytes: nil,
                level: Self.level(of: size, caches: caches), nanoseconds: summary)
        ) { $0.row == row && $0.column == column && $0.bufferBytes == size }
    }

    private mutating func measureCurves(_ row: Int, _ column: Int, _ seat: Seat) throws(HostError) {
        let (from, to) = (bench.rows[row], bench.columns[column])
        let caches = try HostCache.all(of: seat.cpu)
        let lineBytes = caches.last?.lineBytes ?? 64
        let (sizing, interrupt) = (bench.sizing, bench.interrupt)
        let cacheBytes = caches.last?.byteCount
        let isQuick = bench.options.isQuick
        // Memory itself is come back to by the matrix.
        let memory = try bench.memory(
            visit == 0 ? sizing.latencyBytes(cacheBytes: cacheBytes) : sizing.cacheBytes(cacheBytes), on: to)
        let sizes =
            visit == 0
            ? Self.curveSizes(upTo: memory.byteCount, caches: caches, isQuick: isQuick)
            : report.curves.bySize.filter { $0.row == row && $0.column == column }.map(\.bufferBytes)
                .filter { $0 <= min(memory.byteCount, cacheBytes ?? 0) }
        for size in sizes where !bench.isInterrupted {
            meter.step("latency of \(to.id) from \(from.id) by size")
            try measureSize(size, row, column, seat, memory, caches: caches)
        }
        guard visit == 0 else { return }
        for stride in isQuick ? [64, 512, 4096] : [64, 128, 256, 512, 1024, 2048, 4096, 8192] {
            guard stride >= lineBytes, !bench.isInterrupted else { continue }
            meter.step("latency of \(to.id) from \(from.id) by stride")
            let cycle = StridedCycle(
                at: memory.address, byteCount: memory.byteCount, lineBytes: lineBytes, strideBytes: stride)
            let readings = seat.readChase(
                from: cycle.start, runs: sizing.runs, seconds: sizing.point, interrupt: interrupt)
            report.curves.byStride.append(
                CurvePoint(
                    row: row, column: column, bufferBytes: memory.byteCount, strideBytes: stride, level: nil,
                    nanoseconds: try readings.summary(on: from)))
        }
        try measureTranslation(row, column, seat, huge: memory, lineBytes: lineBytes)
    }

    /// The same walk in the huge pages that are there, and in base pages.
    private mutating func measureTranslation(
        _ row: Int, _ column: Int, _ seat: Seat, huge: MeasuredMemory, lineBytes: Int
    ) throws(HostError) {
        guard huge.pages != .base, !bench.isInterrupted else { return }
        meter.step("the TLB's part of \(huge.node.id)'s latency from \(seat.node.id)")
        let base = try bench.memory(huge.byteCount, on: huge.node, basePages: true)
        let (sizing, interrupt) = (bench.sizing, bench.interrupt)
        let size = min(base.byteCount, huge.byteCount)
        let summaries = try [base, huge].map { memory throws(HostError) -> Summary? in
            guard
                let cycle = RandomCycle(
                    at: memory.address, byteCount: size, lineBytes: lineBytes, isStopped: { interrupt.isRaised })
            else { return nil }
            return try seat.readChase(
                from: cycle.position, runs: sizing.runs, seconds: 4 * sizing.point, interrupt: interrupt
            ).summary(on: seat.node)
        }
        guard let inBasePages = summaries[0], let inHugePages = summaries[1] else { return }
        report.curves.translation.append(
            TranslationCost(
                row: row, column: column, bufferBytes: size, basePages: inBasePages, hugePages: inHugePages,
                hugeKind: huge.pages, tlbNanoseconds: inBasePages.median - inHugePages.median))
    }
}

import HostNUMA

extension Measurement {
    /// What the kernel takes to give, move and take back pages.
    mutating func measurePages() {
        for row in bench.rows.indices {
            guard let seat = try? bench.seats.first(of: bench.rows[row]) else {
                addPageGap("firstTouch", row, nil, nil, "\(bench.rows[row].id) has no CPU that this process may use")
                continue
            }
            for column in bench.columns.indices where !bench.isInterrupted {
                meter.step("pages of \(bench.columns[column].id) from \(seat.node.id)")
                for kind in [PageKind.base, .transparentHuge, .huge1G] where !bench.isInterrupted {
                    measurePages(kind, row, column, seat)
                }
                measureMigration(row, column, seat)
            }
            if !bench.isInterrupted { measureInterleave(row, seat) }
        }
    }

    private mutating func addPageGap(
        _ operation: String, _ row: Int, _ column: Int?, _ pages: PageKind?, _ reason: String
    ) {
        report.pageCosts.gaps.append(
            PageGap(operation: operation, row: row, column: column, pages: pages, reason: reason))
    }

    /// How pages get onto a node: bound to it, or touched first by a CPU of it.
    private func policy(to node: HostNode, from seat: Seat) throws(HostError) -> MappingPolicy {
        switch try bench.host.way(to: node.id) {
        case .bound: return .bind(node.id)
        case .onlyNode: return .firstTouch
        case .firstTouch where seat.node.id == node.id: return .firstTouch
        case .firstTouch:
            throw .unreachable(node: node.id, reason: "memory cannot be bound, and \(seat.cpu) is not of this node")
        }
    }

    /// Pages per reading; throws the reason if there are too few.
    private func pageCount(_ kind: PageKind, on node: HostNode) throws(HostError) -> Int {
        switch kind {
        case .base, .transparentHuge:
            let wanted = kind == .base ? bench.sizing.basePages : bench.sizing.hugePages
            let bytes = MeasuredMemory.affordableBytes(wanted * kind.byteCount, on: node, of: bench.host)
            guard bytes >= kind.byteCount else {
                throw .unreachable(node: node.id, reason: "too little of its memory is free")
            }
            if kind == .transparentHuge, bench.settings.transparentHugePages ?? "never" == "never" {
                throw .unreachable(node: node.id, reason: "this kernel gives no transparent huge pages")
            }
            return bytes / kind.byteCount
        case .huge2M, .huge1G:
            let free =
                bench.settings.hugePagePools.first {
                    $0.node == node.id && $0.pageBytes == kind.byteCount
                }?.free ?? 0
            guard free > 0 else {
                throw .unreachable(
                    node: node.id, reason: "its pool has no free page (hugepages-1048576kB/nr_hugepages)")
            }
            return 1
        }
    }

    private mutating func measurePages(_ kind: PageKind, _ row: Int, _ column: Int, _ seat: Seat) {
        let node = bench.columns[column]
        do throws(HostError) {
            let policy = try policy(to: node, from: seat)
            let count = try pageCount(kind, on: node)
            let touched = try pageRuns(kind, count, policy, .touch, node, seat)
            let populated = try pageRuns(kind, count, policy, .populate, node, seat)
            func add(_ readings: [Double], to list: WritableKeyPath<PageCosts, [PageCost]>) {
                guard let summary = Summary(readings) else { return }
                report.pageCosts[keyPath: list].append(
                    PageCost(
                        row: row, column: column, pages: kind, pageBytes: kind.byteCount, nanosecondsPerPage: summary))
            }
            add(touched.map(\.arrival), to: \.firstTouch)
            add(populated.map(\.arrival), to: \.populate)
            add((touched + populated).map(\.unmap), to: \.unmap)
        } catch {
            addPageGap("firstTouch", row, column, kind, error.reason)
        }
    }

    /// A few runs on the seat's thread, the first of which warms up; throws if pages were found elsewhere.
    private func pageRuns(
        _ kind: PageKind, _ count: Int, _ policy: MappingPolicy, _ manner: PageRun.Manner, _ node: HostNode,
        _ seat: Seat
    ) throws(HostError) -> [PageRun] {
        let runs = kind == .huge1G ? 2 : min(5, bench.sizing.runs)
        let interrupt = bench.interrupt
        let results = try seat.thread.runBlocking { () throws(HostError) -> [PageRun] in
            var results: [PageRun] = []
            for run in 0...runs where !interrupt.isRaised {
                if let problem = seat.misplacement() { throw .unreachable(node: seat.node.id, reason: problem) }
                let result = try PageRun.measure(kind, count: count, policy: policy, manner: manner, on: node.id)
                if run > 0 { results.append(result) }
            }
            return results
        }
        for result in results where bench.columns.count > 1 {
            let there = result.nodes[node.id] ?? 0
            guard there == result.pages else {
                throw .unreachable(node: node.id, reason: "\(there) of \(result.pages) pages are on it")
            }
        }
        return results
    }

    /// From the row's own memory to the column's.
    private mutating func measureMigration(_ row: Int, _ column: Int, _ seat: Seat) {
        guard !bench.isInterrupted, let home = bench.home(of: row) else { return }
        guard bench.columns.count > 1 else {
            addPageGap("migrate", row, column, .base, "one node: there is nowhere to move a page to")
            return
        }
        guard home != column else { return }
        let (from, to) = (bench.columns[home], bench.columns[column])
        do throws(HostError) {
            let policy = try policy(to: from, from: seat)
            guard to.hasUsableMemory else {
                throw .unreachable(node: to.id, reason: "its memory is not among this process's (Mems_allowed)")
            }
            let count = min(try pageCount(.base, on: from), try pageCount(.base, on: to))
            let (runs, interrupt) = (min(5, bench.sizing.runs), bench.interrupt)
            let readings = try seat.thread.runBlocking { () throws(HostError) -> [Double] in
                var readings: [Double] = []
                for _ in 0..<runs where !interrupt.isRaised {
                    let mapping = try PageMapping(byteCount: count * PageKind.base.byteCount, pages: .base)
                    try mapping.place(policy)
                    try mapping.populate()
                    var moved = 0
                    let time = try PageRun.time { () throws(HostError) in moved = try mapping.move(to: to.id) }
                    guard moved == count else {
                        throw .unreachable(node: to.id, reason: "\(moved) of \(count) pages could be moved to it")
                    }
                    readings.append(time / Double(count))
                }
                return readings
            }
            guard let summary = Summary(readings) else { return }
            report.pageCosts.migrate.append(
                PageCost(
                    row: row, column: column, pages: .base, pageBytes: PageKind.base.byteCount,
                    nanosecondsPerPage: summary))
        } catch {
            addPageGap("migrate", row, column, .base, error.reason)
        }
    }

    /// Base pages by turns from every node with memory.
    private mutating func measureInterleave(_ row: Int, _ seat: Seat) {
        let nodes = bench.columns.filter(\.hasUsableMemory).map(\.id)
        do throws(HostError) {
            if case .refused(let reason) = bench.host.binding.mbind {
                throw .unreachable(node: seat.node.id, reason: reason)
            }
            guard let home = bench.home(of: row) else { return }
            let count = try pageCount(.base, on: bench.columns[home])
            let (sizing, interrupt) = (bench.sizing, bench.interrupt)
            let outcome = try seat.thread.runBlocking { () throws(HostError) in
                try interleave(nodes, count: count, sizing, interrupt)
            }
            guard let touch = Summary(outcome.touch), let read = Summary(outcome.read) else { return }
            report.pageCosts.interleave.append(
                InterleaveCost(
                    row: row, nanosecondsPerPage: touch,
                    pagesPerNode: bench.columns.map { outcome.pages[$0.id] ?? 0 }, readGBps: read))
        } catch {
            addPageGap("interleave", row, nil, .base, error.reason)
        }
    }
}

/// Touches and then reads interleaved pages, on the calling thread.
private func interleave(
    _ nodes: [HostNodeID], count: Int, _ sizing: Sizing, _ interrupt: InterruptFlag
) throws(HostError) -> (touch: [Double], read: [Double], pages: [HostNodeID: Int]) {
    var (touch, read): ([Double], [Double]) = ([], [])
    var pages: [HostNodeID: Int] = [:]
    for _ in 0..<min(5, sizing.runs) where !interrupt.isRaised {
        let mapping = try PageMapping(byteCount: count * PageKind.base.byteCount, pages: .base)
        try mapping.place(.interleave(nodes))
        touch.append(try PageRun.time { () throws(HostError) in mapping.touch() } / Double(count))
        let found = (try? mapping.nodes()) ?? []
        pages = Dictionary(found.compactMap { $0.map { ($0, 1) } }, uniquingKeysWith: +)
        var loop = MemoryLoop(
            .read, streaming: false, at: mapping.address, byteCount: mapping.byteCount,
            pieceBytes: mapping.byteCount)
        var bytes = 0
        let time = try PageRun.time { () throws(HostError) in bytes = loop.advance() }
        read.append(Double(bytes) / max(1, time))
    }
    return (touch, read, pages)
}

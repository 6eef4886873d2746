import CHostShims
import Glibc
import HostNUMA
import Synchronization
import Testing

@testable import AccessCosts

/// Whole measurements, tiny: their shape, and that what is missing is named.
@Suite struct MeasurementTests {
    private func expectComplete(_ report: AccessCostReport) {
        let (rows, columns) = (report.cpuNodes.count, report.memoryNodes.count)
        func isNamed(_ part: MeasuredPart, _ row: Int, _ column: Int) -> Bool {
            report.gaps.contains { $0.part == part && $0.row == row && $0.column == column && !$0.reason.isEmpty }
        }
        func check(_ matrix: [[Double?]], _ part: MeasuredPart, _ rows: Int, _ columns: Int) {
            #expect(matrix.count == rows && matrix.allSatisfy { $0.count == columns })
            for (row, cells) in matrix.enumerated() {
                for (column, cell) in cells.enumerated() {
                    #expect(cell.map { $0 > 0 } ?? isNamed(part, row, column), "\(part) \(row) \(column)")
                }
            }
        }
        check(report.latencyNanoseconds, .latency, rows, columns)
        for kernel in BandwidthKernel.allCases { check(report.bandwidthGBps[kernel], .bandwidth, rows, columns) }
        check(report.cacheToCacheNanoseconds, .cacheToCache, report.cpus.count, report.cpus.count)
        for (row, cells) in report.cacheToCacheNanoseconds.enumerated() {
            for column in cells.indices { #expect(cells[column] == report.cacheToCacheNanoseconds[column][row]) }
        }
    }

    @Test func everythingOfThisHostIsMeasuredOrNamed() async throws {
        let host = try Host.current()
        let report = try await MeasurePlan(on: host, options: .tiny).execute()
        expectComplete(report)
        #expect(!report.interrupted && report.seconds > 0)
        guard let home = host.topology.nodes.first, home.hasUsableMemory, home.cpus.count > 1 else {
            print("skipped: the first node has not both memory and two CPUs for this process")
            return
        }
        #expect(report.loadedLatency.first?.threads == 0 && report.loadedLatency.count >= 5)
        // Not each: on a busy host a load may get no turn while the chase lasts.
        #expect(report.loadedLatency.contains { $0.threads > 0 && $0.gbps > 0 })
        #expect(Set(report.locks.map(\.manner)) == [.uncontended, .contended, .handedOver])
        #expect(report.pageCosts.firstTouch.contains { $0.pages == .base && $0.nanosecondsPerPage.median > 0 })
        #expect(!report.curves.bySize.isEmpty && !report.curves.byStride.isEmpty)
        #expect(Set(report.bandwidthDetails.map(\.threads)).isSuperset(of: [1, home.cpus.count]))
        #expect(report.bandwidthDetails.contains { $0.streaming })
        #expect(!report.allLocalBandwidth.isEmpty)
        if host.topology.nodes.count == 1 {
            #expect(report.pageCosts.gaps.contains { $0.operation == "migrate" && $0.reason.contains("one node") })
        }
    }

    @Test func aFurtherVisitAddsReadings() async throws {
        let plan = MeasurePlan(on: try Host.current(), options: .tiny)
        let report = try await plan.execute()
        let visits = plan.sizing.visits
        for cell in report.latencyDetails.joined().compactMap({ $0 }) {
            #expect(cell.nanoseconds.count == visits * plan.sizing.chases)
        }
        for figure in report.bandwidthDetails + report.allLocalBandwidth {
            #expect(figure.gbps.count == visits * plan.sizing.moves)
        }
        let names = report.bandwidthDetails.map {
            "\($0.row ?? -1) \($0.column ?? -1) \($0.threads) \($0.kernel) \($0.streaming)"
        }
        #expect(Set(names).count == names.count)
        let sizes = report.curves.bySize.map { [$0.row, $0.column, $0.bufferBytes] }
        #expect(Set(sizes).count == sizes.count)
        #expect(report.conditions.involuntarySwitches != nil)
    }

    @Test func locksOfOthersAreRacedForToo() async throws {
        let home = try Host.current().topology.nodes.first { $0.hasUsableMemory && $0.cpus.count > 1 }
        guard home != nil else {
            print("skipped: no node has both memory and two CPUs for this process")
            return
        }
        let page = UnsafeMutableRawPointer.allocate(byteCount: 4096, alignment: 4096)
        defer { page.deallocate() }
        page.initializeMemory(as: UInt8.self, repeating: 0, count: 4096)
        let address = UInt(bitPattern: page)
        let count = Counter()
        let lock = LockWorkload(name: "counter") {
            LockWorkload.Race(address: address) { times, _, _ in
                count.add(times)
            } handOver: { times, place, places, _, _ in
                if (0..<places).contains(place) { count.add(times) }
            }
        }
        let report = try await MeasurePlan(on: .current(), options: .tiny).execute(locks: [lock])
        let figures = report.locks.filter { $0.lock == "counter" }
        #expect(Set(figures.map(\.manner)) == [.uncontended, .contended, .handedOver])
        #expect(figures.allSatisfy { $0.nanoseconds.median > 0 } && count.value > 0)
    }

    @Test func oneCPUHasNobodyToMeet() async throws {
        let real = try Host.current()
        guard let home = real.topology.nodes.first(where: { $0.hasUsableMemory && !$0.cpus.isEmpty }) else {
            print("skipped: no node has both a CPU and memory for this process")
            return
        }
        let cpu = home.cpus[0].rawValue
        let alone = node(
            home.id.rawValue, online: [cpu], cpus: [cpu], total: home.memoryTotal, free: home.memoryFree)
        let report = try await MeasurePlan(
            on: Host(topology: topology([alone]), binding: real.binding), options: .tiny
        ).execute()
        expectComplete(report)
        for part in [MeasuredPart.loadedLatency, .cacheToCache, .locks] {
            #expect(report.missing.contains { $0.part == part && $0.reason.contains("CPU") }, "\(part)")
        }
        #expect(report.latencyNanoseconds[0][0] != nil && report.bandwidthGBps.read[0][0] != nil)
    }

    @Test func nodesThatAreNotThereAreNamedAndTheRestIsMeasured() async throws {
        let real = try Host.current()
        guard let home = real.topology.nodes.first(where: { $0.hasUsableMemory && !$0.cpus.isEmpty }) else {
            print("skipped: no node has both a CPU and memory for this process")
            return
        }
        let other = home.id.rawValue + 100
        let host = Host(
            topology: topology([
                home,
                node(other, online: [901], cpus: [901], total: 1 << 30, free: 1 << 29, allowed: false),
                node(other + 1, online: [902], cpus: [], total: 0, free: 0),
                node(other + 2, online: [], cpus: [], total: 1 << 30, free: 0),
            ]), binding: real.binding)
        let report = try await MeasurePlan(on: host, options: .tiny).execute()
        expectComplete(report)
        #expect(report.latencyNanoseconds[0][0] != nil && report.bandwidthGBps.copy[0][0] != nil)
        #expect(report.pageCosts.gaps.contains { $0.operation == "migrate" })
        let words = report.gaps.map(\.reason).joined(separator: "\n")
        for reason in ["no CPU", "Mems_allowed", "no memory free", "was seen on"] {
            #expect(words.contains(reason), "\(reason)")
        }
    }

    @Test func anInterruptInBetweenLeavesTheRestNamed() async throws {
        for part in [MeasuredPart.curves, .bandwidth, .cacheToCache, .pageCosts] {
            let flag = InterruptFlag()
            let report = try await MeasurePlan(on: .current(), options: .tiny).execute(interrupt: flag) { progress in
                if progress.part == part { flag.raise() }
            }
            #expect(report.interrupted)
            expectComplete(report)
        }
    }

    @Test(arguments: [CHOST_FORBID_MEMORY_POLICY.rawValue, CHOST_FORBID_AFFINITY.rawValue])
    func underASystemCallFilterItGoesOn(calls: UInt32) async throws {
        let container = try PinnedExecutor(.anywhere, name: "container")
        let report = try await container.run { () throws(HostError) -> AccessCostReport? in
            guard chost_forbid(Int32(calls), EPERM) == 0 else { return nil }
            let plan = MeasurePlan(on: try Host.current(), options: .tiny)
            var measurement = try Measurement(plan: plan, interrupt: InterruptFlag()) { _ in }
            try measurement.run()
            return measurement.report
        }
        guard let report else {
            print("skipped: no system call filter here")
            return
        }
        expectComplete(report)
        let isMemory = calls == CHOST_FORBID_MEMORY_POLICY.rawValue
        #expect(report.warnings.contains { $0.contains(isMemory ? "cannot be bound" : "cannot be pinned") })
        if isMemory { #expect(report.pageCosts.gaps.contains { $0.operation == "interleave" }) }
    }
}

private final class Counter: Sendable {
    private let cell = Atomic<Int>(0)
    var value: Int { cell.load(ordering: .relaxed) }
    func add(_ count: Int) { cell.add(count, ordering: .relaxed) }
}

import Foundation
import HostNUMA
import Lab
import PhysicalMemory
import Testing

/// Stress takes real memory and every CPU, so one run at a time.
@Suite(.serialized) struct StressRunTests {
    private func options(_ workload: Workload, operations: Int = 8_000) -> StressOptions {
        var options = StressOptions()
        options.run.seconds = nil
        options.run.operations = operations
        options.run.perNode = .mebibytes(16)
        options.run.drive.workload = workload
        options.measuresRoundTrip = false
        return options
    }

    private func run(
        nodes: Int, _ options: StressOptions, interrupt: InterruptFlag = InterruptFlag()
    ) async throws -> StressReport {
        let layout = try SmallMachine.layout(nodes: nodes)
        return try await StressPlan(layout, on: HostNUMA.Host.current(), options: options).execute(interrupt: interrupt)
    }

    private func expectSound(_ report: StressReport) {
        #expect(report.errors.isEmpty && report.isSound, "\(report.errors)")
        let audit = report.audit
        #expect(audit.frames == audit.free + audit.pcp + audit.allocated + audit.reserved + audit.lost)
    }

    @Test(arguments: Workload.allCases) func everyWorkloadIsCleanOnTwoNodes(_ workload: Workload) async throws {
        var options = options(workload)
        options.threads = 4
        options.run.drive.mischief.wrongCPUFrees = 0.05
        let report = try await run(nodes: 2, options)
        expectSound(report)
        #expect(report.operations > 0 && report.cpus == 4)
        #expect((1.0 / 4 - 1e-9...1 + 1e-9).contains(report.fairness))
    }

    @Test func eachDisturbanceHappensAndBreaksNothing() async throws {
        var options = options(.random, operations: 150_000)
        options.threads = 4
        var mischief = Mischief()
        mischief.wrongCPUFrees = 0.1
        mischief.drains = 0.001
        mischief.failedAllocations = 0.01
        mischief.delayedHolders = 0.001
        mischief.preemptedHolders = 0.001
        mischief.cpuDepartures = 0.2
        mischief.nodeDepartures = 0.2
        mischief.delayNanoseconds = 1000
        options.run.drive.mischief = mischief
        let report = try await run(nodes: 2, options)
        expectSound(report)
        let found = report.points[0].mischief
        #expect(found.wrongCPUFrees > 0 && found.drainsOfOthers > 0 && found.failedAllocations > 0)
        #expect(found.delayedHolders > 0 && found.preemptedHolders > 0)
        #expect(found.departures.cpuDepartures > 0)
    }

    @Test func aNodeThatGoesTakesItsFreeMemoryAndBringsItBack() async throws {
        var options = options(.lifo, operations: 100_000)
        options.threads = 2
        options.run.drive.mischief.nodeDepartures = 1
        let report = try await run(nodes: 2, options)
        expectSound(report)
        let departures = report.points[0].mischief.departures
        #expect(departures.nodeDepartures > 0 && departures.isolatedPageblocks > 0)
    }

    @Test func nothingIsAllocatedWhereEveryAllocationFails() async throws {
        var options = options(.mixed)
        options.run.operations = nil
        options.run.seconds = 0.05
        options.run.drive.mischief.failedAllocations = 1
        let report = try await run(nodes: 1, options)
        expectSound(report)
        #expect(report.operations == 0 && report.audit.allocated == 0)
        #expect(report.points[0].mischief.failedAllocations > 0)
    }

    @Test func sweepsAreCrossedAndEveryLockHasItsPoints() async throws {
        var options = options(.batch, operations: 4000)
        options.locks = [.ticket, .mcs]
        options.batches = [1, 63]
        options.highs = [0, 512]
        let report = try await run(nodes: 1, options)
        expectSound(report)
        #expect(report.lock == "all")
        #expect(report.points.map(\.lock) == Array(repeating: "ticket", count: 4) + Array(repeating: "mcs", count: 4))
        #expect(report.points.prefix(4).map(\.pcpBatch) == [1, 1, 63, 63])
        #expect(report.points.prefix(4).map(\.pcpHigh) == [0, 512, 0, 512])
        #expect(report.operations == report.points.reduce(0) { $0 + $1.operations })
        // Lists that keep nothing go to the zone each time.
        #expect(report.points[0].zoneLockAcquisitions > 10 * report.points[3].zoneLockAcquisitions)
    }

    @Test func anInterruptEndsItWithWhatWasDone() async throws {
        var options = options(.mixed)
        options.run.operations = nil
        options.run.seconds = 3600
        options.locks = LockAlgorithm.allCases
        let interrupt = InterruptFlag()
        let layout = try SmallMachine.layout()
        let plan = try StressPlan(layout, on: HostNUMA.Host.current(), options: options)
        let report = try await plan.execute(interrupt: interrupt) { progress in
            if case .running(let operations, _) = progress.step, operations > 0 { interrupt.raise() }
        }
        expectSound(report)
        #expect(report.interrupted && report.points.count == 1 && report.operations > 0)
    }

    @Test func theReportHasTheContractsKeys() async throws {
        var options = options(.lifo, operations: 2000)
        options.threads = 1
        let report = try await run(nodes: 1, options)
        let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(report))
        let json = try #require(object as? [String: Any])
        let keys = [
            "lock", "cpus", "seconds", "operations", "operationsPerSecond", "fairness", "lockWaitNanoseconds", "audit",
            "errors", "interrupted", "seed", "points",
        ]
        for key in keys { #expect(json[key] != nil, "\(key)") }
        let waits = try #require(json["lockWaitNanoseconds"] as? [String: Any])
        #expect(Set(waits.keys).isSuperset(of: ["p50", "p99", "max"]))
        let audit = try #require(json["audit"] as? [String: Any])
        for key in ["frames", "free", "pcp", "allocated", "reserved", "lost", "duplicated"] {
            #expect(audit[key] is Int, "\(key)")
        }
    }

    @Test func everyLockIsTorturedByMoreThreadsThanTheMachineHasCPUs() async throws {
        var options = options(.mixed, operations: 3000)
        options.locks = LockAlgorithm.allCases
        options.threads = 3
        options.torture = TortureOptions(.zone)
        options.torture?.burst = 16
        options.measuresRoundTrip = true
        let report = try await run(nodes: 1, options)
        expectSound(report)
        if try HostNUMA.Host.current().topology.cpus.count > 1 {
            let trip = try #require(report.roundTripNanoseconds)
            #expect(trip.cpus.count == 2 && trip.before ?? 0 > 0 && trip.after ?? 0 > 0)
        }
        #expect(report.workload == "torture-zone" && report.points.map(\.cpus) == Array(repeating: 3, count: 8))
        for point in report.points {
            #expect(point.operations > 0 && point.locks.count == 1)
            let lock = point.locks[0]
            #expect(lock.acquisitions == point.operations && lock.contentions == lock.handOvers)
            #expect(lock.holdNanoseconds.count + lock.switchedHoldNanoseconds.count == lock.acquisitions)
            #expect(lock.waitNanoseconds.count + lock.switchedWaitNanoseconds.count == lock.contentions)
            for times in [lock.holdNanoseconds, lock.waitNanoseconds] { expectWhole(times) }
            #expect(lock.cpuBounces < lock.acquisitions && lock.nodeBounces == 0)
            #expect(point.lockWaitNanoseconds.p99 != nil)
        }
    }

    /// Every time is in one bucket, and the quantiles lie where the buckets say.
    private func expectWhole(_ times: LockFigures.Times) {
        #expect(times.buckets.reduce(0) { $0 + $1.count } == times.count)
        #expect(times.buckets.map(\.below) == times.buckets.map(\.below).sorted())
        #expect(times.buckets.allSatisfy { $0.count > 0 && $0.below.nonzeroBitCount == 1 })
        guard let median = times.p50, let last = times.buckets.last else { return }
        var seen = 0
        let middle = times.buckets.first { bucket in
            seen += bucket.count
            return 2 * seen >= times.count
        }
        // A quantile is rounded to a tenth of a nanosecond.
        #expect(median <= Double(middle?.below ?? 0) && median > Double(middle?.below ?? 0) / 2 - 1)
        #expect((times.p999 ?? 0) <= Double(last.below))
    }

    @Test func locksAreMeasuredUnlessTheyAreNotTo() async throws {
        var options = options(.burst)
        options.threads = 2
        let measured = try await run(nodes: 1, options).points[0]
        let zones = measured.locks.filter { $0.kind == .zone }
        #expect(zones.reduce(0) { $0 + $1.acquisitions } >= measured.zoneLockAcquisitions)
        #expect(zones.allSatisfy { $0.holdNanoseconds.count + $0.switchedHoldNanoseconds.count == $0.acquisitions })
        #expect(measured.locks.contains { $0.kind == .pcp && $0.cpu != nil })
        // What boot did is not among it.
        #expect(zones.allSatisfy { $0.nodeBounces == 0 && $0.acquisitions < 50_000 })
        options.measuresLocks = false
        #expect(try await run(nodes: 1, options).points[0].locks.isEmpty)
        options.torture = TortureOptions(.algorithm)
        #expect(try await run(nodes: 1, options).points[0].locks.isEmpty)
    }

    @Test func thePageNeedsNothingElse() async throws {
        var options = options(.mixed, operations: 2000)
        options.locks = [.ticket, .mcs]
        options.isScale = true
        options.threads = 2
        options.torture = TortureOptions(.algorithm)
        let report = try await run(nodes: 1, options)
        let page = StressPage(report).html
        for words in ["<svg", "ticket</text>", "mcs</text>", "<table>", "prefers-color-scheme", "All checks passed"] {
            #expect(page.contains(words), "\(words)")
        }
        for words in ["http", "<script", "src=", "@import", "url("] { #expect(!page.contains(words), "\(words)") }
        for tag in ["svg", "table", "tr", "td", "ul", "li", "p", "div", "text"] {
            let opened = page.ranges(of: "<\(tag)>").count + page.ranges(of: "<\(tag) ").count
            #expect(opened == page.ranges(of: "</\(tag)>").count, "\(tag)")
        }
    }
}

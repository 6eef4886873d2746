import HostNUMA
import Testing

@testable import AccessCosts

@Suite struct PlanTests {
    private func host(cpusPerNode: [Int]) throws -> Host {
        var first = 0
        let nodes = cpusPerNode.enumerated().map { id, count in
            defer { first += count }
            let cpus = Array(first..<first + count)
            return node(id, online: cpus, cpus: cpus, total: 64 << 30, free: 32 << 30)
        }
        return Host(topology: topology(nodes), binding: try Host.current().binding)
    }

    @Test func aQuickMeasurementOfTwoNodesTakesLessThanFifteenSeconds() throws {
        let plan = MeasurePlan(
            on: try host(cpusPerNode: [32, 32]), options: MeasureOptions(isQuick: true), hypervisor: nil)
        #expect(plan.seconds < 15, "\(plan.parts)")
        #expect(MeasurePlan(on: plan.host, options: MeasureOptions(), hypervisor: nil).seconds > plan.seconds)
    }

    @Test func aFullMeasurementTakesMinutes() throws {
        for (cpus, seconds) in [([2], 120.0), ([32, 32], 400), (Array(repeating: 16, count: 8), 1200)] {
            let plan = MeasurePlan(on: try host(cpusPerNode: cpus), options: MeasureOptions(), hypervisor: nil)
            #expect(plan.seconds < seconds, "\(cpus.count) nodes: \(plan.parts)")
        }
    }

    @Test func latencyAndBandwidthAreComeBackToAfterAllElse() throws {
        let host = try host(cpusPerNode: [2, 2])
        for isQuick in [true, false] {
            let parts = MeasurePlan(on: host, options: MeasureOptions(isQuick: isQuick), hypervisor: nil).parts
            for part in [MeasuredPart.latency, .bandwidth, .curves] {
                #expect(parts.filter { $0.part == part }.map(\.visit) == Array(0..<(isQuick ? 2 : 3)), "\(part)")
            }
            #expect(parts.count { $0.part == .pageCosts } == 1 && parts.last?.part == .bandwidth)
        }
    }

    @Test func smallWalksAreTriedInSeveralPlaces() {
        for (size, available) in [(4 << 10, 256 << 20), (512 << 10, 1 << 20), (16 << 20, 64 << 20), (1 << 30, 1 << 30)]
        {
            let places = Measurement.places(of: size, in: available)
            #expect(places.first == 0 && places.allSatisfy { $0 % 4096 == 0 && $0 + size <= available })
            #expect(places.count == (size <= 4 << 20 ? 6 : size <= 16 << 20 ? 2 : 1))
        }
        #expect(Measurement.places(of: 1 << 20, in: 1 << 20) == [0])
    }

    @Test func passingBetweenAllPairsIsAnnouncedToTakeLonger() throws {
        let host = try host(cpusPerNode: [64, 64])
        var options = MeasureOptions()
        let some = MeasurePlan(on: host, options: options, hypervisor: nil)
        options.passesLinesBetweenAllPairs = true
        let all = MeasurePlan(on: host, options: options, hypervisor: nil)
        #expect(all.seconds > some.seconds && all.announcement != some.announcement)
        #expect(PassingPlan(host.topology, options: options).pairs.count == 128 * 127 / 2)
    }

    @Test func linesArePassedInsideNodesAndOncePerPairOfNodes() throws {
        let topology = try host(cpusPerNode: [3, 2, 1, 0]).topology
        let plan = PassingPlan(topology, options: MeasureOptions())
        #expect(plan.cpus.count == 6)
        // 3 + 1 + 0 inside, 3 pairs of nodes.
        #expect(plan.pairs.count == 7)
        #expect(plan.pairs.allSatisfy { $0.0 < $0.1 })
        // Two inside, three between.
        #expect(plan.lockPairs.count == 5)
        let one = PassingPlan(try host(cpusPerNode: [1]).topology, options: MeasureOptions())
        #expect(one.pairs.isEmpty && one.lockPairs.isEmpty)
    }

    @Test func aQuickPlanTakesSomeCPUsOfEachNode() throws {
        let plan = PassingPlan(try host(cpusPerNode: [100, 4]).topology, options: MeasureOptions(isQuick: true))
        #expect(plan.cpus.count == 12)
        #expect(Set(plan.cpus).count == 12)
    }

    @Test(arguments: [0, 1, 32 << 20, 1 << 40, Int.max, -5])
    func buffersStayWithinTheirLimits(cacheBytes: Int) {
        for sizing in [Sizing.full(pairs: 64), .quick(pairs: 4), .tiny] {
            for bytes in [
                sizing.latencyBytes(cacheBytes: cacheBytes), sizing.bandwidthBytes(cacheBytes: cacheBytes),
            ] {
                #expect((sizing.bufferFloor...sizing.bufferLimit).contains(bytes))
            }
        }
    }

    @Test func noMoreThanAQuarterOfWhatIsFreeIsTaken() throws {
        let small = node(0, online: [0], cpus: [0], total: 1 << 30, free: 1 << 20)
        let host = Host(topology: topology([small]), binding: try Host.current().binding)
        #expect(MeasuredMemory.affordableBytes(1 << 40, on: small, of: host) == 1 << 18)
        #expect(MeasuredMemory.affordableBytes(4096, on: small, of: host) == 4096)
        #expect(throws: HostError.self) {
            try MeasuredMemory.make(
                1 << 40, on: node(0, online: [0], cpus: [0], total: 1 << 30, free: 1000), of: host,
                pools: [])
        }
    }

    @Test func sizesOfACurveRiseThroughTheCaches() {
        let caches = [(1, 32 << 10), (2, 512 << 10), (3, 32 << 20)].map { level, bytes in
            HostCache(level: level, byteCount: bytes, lineBytes: 64)
        }
        for isQuick in [true, false] {
            let sizes = Measurement.curveSizes(upTo: 256 << 20, caches: caches, isQuick: isQuick)
            #expect(sizes == sizes.sorted() && sizes.first == 4 << 10 && sizes.last == 256 << 20)
            let levels = Set(sizes.compactMap { Measurement.level(of: $0, caches: caches) })
            #expect(levels == ["L1", "L2", "L3", "memory"])
        }
        #expect(Measurement.level(of: 32 << 20, caches: caches) == nil)
        #expect(Measurement.level(of: 1 << 30, caches: []) == nil)
    }

    @Test func threadsGoFromOneToAll() {
        func counts(_ cpus: Int, _ isQuick: Bool) -> [Int] {
            Measurement.threadCounts(
                of: node(0, online: Array(0..<cpus), cpus: Array(0..<cpus), total: 1, free: 1), isQuick: isQuick)
        }
        #expect(counts(0, false) == [] && counts(1, false) == [1] && counts(2, true) == [1, 2])
        #expect(counts(12, false) == [1, 2, 4, 8, 12] && counts(12, true) == [1, 12])
    }
}

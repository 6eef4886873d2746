import AccessCosts
import Testing

@testable import Lab

struct CostSenseTests {
    @Test func distancesAreNormalisedToOwnMemory() throws {
        let sense = DistanceSense(try Results.report("n2"))
        let rounded: [Double] = sense.pairs.map { (($0.measured ?? 0) * 10).rounded() / 10 }
        #expect(rounded == [10, 17.5, 17.5, 10])
        #expect(sense.pairs[1].firmware == 21)
        #expect(sense.verdicts.count == 1 && sense.verdicts[0].contains("agree"))
    }

    @Test func disagreementIsNamedWithItsFigures() throws {
        let verdicts = DistanceSense(try Results.report("n3-memory-only")).verdicts
        #expect(verdicts.contains { $0.hasPrefix("node 0 to node 2: measured 31.3, firmware says 14: it costs more") })
        #expect(verdicts.contains { $0.contains("node 2 nearer (14) than node 1 (21)") })
        #expect(verdicts.contains { $0 == "node 2: HMAT says latency 120 ns, measured 250 ns" })
        #expect(verdicts.contains { $0 == "node 2: HMAT says read bandwidth 30 GB/s, measured 12 GB/s" })
        // Where HMAT is about right, nothing is said.
        #expect(!verdicts.contains { $0.hasPrefix("node 0: HMAT") || $0.hasPrefix("node 1: HMAT") })
    }

    @Test func firmwaresFiguresStandBesideTheMeasured() throws {
        let stated = DistanceSense(try Results.report("n3-memory-only")).stated
        #expect(stated.count == 12)
        let latency = stated.first { $0.memoryNode == 2 && $0.accessClass == 1 && $0.quantity == "latency" }
        #expect(latency?.stated == 120 && latency?.measured == 250 && latency?.initiators == [0])
        let read = stated.first { $0.memoryNode == 0 && $0.quantity == "read bandwidth" }
        #expect(read?.stated == 42 && read?.measured == 40)
        #expect(DistanceSense(try Results.report("n2")).stated.isEmpty)
    }

    /// Exactly at the threshold counts.
    @Test(arguments: [(1.25, 1), (1.24, 0), (0.8, 1), (0.81, 0)])
    func theThresholdIsWhatItSays(_ factor: Double, _ count: Int) throws {
        var report = try Results.report("n2")
        report.latencyNanoseconds = [[100, 200 * factor], [200, 100]]
        report.firmwareDistances = [[10, 20], [20, 10]]
        #expect(DistanceSense(report).verdicts.filter { $0.contains("firmware says") }.count == count)
    }

    @Test func aRowWithoutOwnMemoryStartsFromFirmware() throws {
        let sense = DistanceSense(try Results.report("n3-cpu-only"))
        // Node 0 has none; its nearest, node 1, is at 20 by firmware.
        let measured: [Double?] = sense.pairs.filter { $0.cpuNode == 0 }.map(\.measured)
        let expected: [Double?] = [20, 200.0 / 140 * 20]
        #expect(measured == expected)
    }

    @Test func fallbackFollowsTheMeasuredCosts() throws {
        let ring = MeasuredFallback(try Results.report("n4-ring"))
        #expect(ring.orders.map(\.kernel) == [[0, 1, 3, 2], [1, 2, 0, 3], [2, 3, 1, 0], [3, 0, 2, 1]])
        #expect(ring.orders.allSatisfy { !$0.differs && $0.measured == $0.kernel })
        let far = MeasuredFallback(try Results.report("n3-memory-only"))
        #expect(far.orders[0].kernel == [0, 2, 1] && far.orders[0].measured == [0, 1, 2] && far.orders[0].differs)
        // Node 1's CPUs were not measured to node 2.
        #expect(far.orders[1].measured == nil && !far.orders[1].differs)
        let asymmetrical = MeasuredFallback(try Results.report("n8-asymmetrical"))
        #expect(asymmetrical.orders.filter(\.differs).map(\.node) == [0])
        // A node without memory is in nobody's order.
        #expect(MeasuredFallback(try Results.report("n3-cpu-only")).orders.allSatisfy { $0.kernel == [1, 2] })
    }

    @Test func fallbackWithoutFirmwareIsUnknown() throws {
        var report = try Results.report("n2")
        report.firmware = nil
        report.firmwareDistances = [[nil, nil], [nil, nil]]
        #expect(MeasuredFallback(report).orders.allSatisfy { $0.kernel == nil && $0.measured != nil })
    }

    /// Worked out by hand from the kernel's rule: shares of 32, rounded down, at least 1, over their common divisor.
    @Test(arguments: [
        ([40.0, 20], [21, 10]), ([30, 10], [3, 1]), ([36, 36, 10.8], [13, 13, 4]), ([1, 1, 1], [1, 1, 1]),
        ([1000, 1], [31, 1]), ([5], [1]), ([0, 0], [1, 1]), ([10, 0], [32, 1]), ([.nan, 10, -3], [1, 32, 1]),
        ([3, 1], [3, 1]), ([1e300, 1e300], [1, 1]),
    ])
    func weightsAreReducedAsTheKernelDoes(_ bandwidths: [Double], _ weights: [Int]) {
        #expect(InterleaveWeights.reduced(bandwidths) == weights)
    }

    @Test func weightsAreAlwaysInRange() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let bandwidths = (0..<Int.random(in: 1...64, using: &random)).map { _ in
                Double.random(in: 0.01...1000, using: &random)
            }
            let weights = InterleaveWeights.reduced(bandwidths)
            #expect(weights.allSatisfy { 1...255 ~= $0 } && weights.count == bandwidths.count)
        }
    }

    @Test func proposedWeightsIgnoreNoise() throws {
        let two = try #require(WeightProposal(Results.report("n2")))
        #expect(two.nodes.map(\.weight) == [1, 1] && !two.differsFromNow)
        let far = try #require(WeightProposal(Results.report("n3-memory-only")))
        #expect(far.nodes.map(\.weight) == [13, 13, 4] && far.differsFromNow)
        #expect(far.commands.contains("echo 4 >/sys/kernel/mm/mempolicy/weighted_interleave/node2 "))
        // No bandwidth, no weights.
        #expect(try WeightProposal(Results.report("n2-emulated")) == nil)
    }

    @Test func adviceHasItsFigure() throws {
        func settings(_ name: String) throws -> [String] { CostSense(try Results.report(name)).advice.map(\.setting) }
        #expect(try settings("n2") == ["policy", "policy", "numa_balancing"])
        #expect(
            try settings("n3-memory-only") == ["policy", "policy", "zone_reclaim_mode", "numa_balancing", "weights"])
        #expect(try settings("n3-cpu-only").contains("zone_reclaim_mode"))
        let two = CostSense(try Results.report("n2")).advice
        #expect(two[0].because == "node 1 to node 0 142 ns, local 81 ns: 1.75 times as long")
        #expect(two[2].advice.hasSuffix("a moved page (1200 ns) has paid after 20 loads"))
    }

    @Test func whereThereIsNothingToAdviseItSaysWhy() throws {
        let one = CostSense(try Results.report("n1"))
        #expect(one.advice.isEmpty && one.noAdvice?.contains("no remote memory") == true)
        let emulated = CostSense(try Results.report("n2-emulated"))
        #expect(emulated.advice.isEmpty && emulated.noAdvice?.contains("emulated") == true)
        #expect(emulated.distances.verdicts.count == 1)
    }
}

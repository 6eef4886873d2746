import CHostShims
import Glibc
import HostNUMA
import Synchronization
import Testing

@testable import AccessCosts

/// Every pair is measured or has exactly one gap.
private func expectComplete(_ matrix: LatencyMatrix, _ host: Host) {
    #expect(matrix.cpuNodes == host.topology.cpuNodes.map(\.id))
    #expect(matrix.memoryNodes == host.topology.memoryNodes.map(\.id))
    #expect(matrix.cells.count == matrix.cpuNodes.count)
    for (row, cells) in matrix.cells.enumerated() {
        #expect(cells.count == matrix.memoryNodes.count)
        for (column, cell) in cells.enumerated() {
            let gaps = matrix.gaps.filter { $0.row == row && $0.column == column }
            #expect(gaps.count == (cell == nil ? 1 : 0))
            #expect(gaps.allSatisfy { !$0.reason.isEmpty })
        }
    }
}

@Suite struct LatencyMatrixTests {
    @Test func everyPairOfThisHostIsMeasuredOrNamed() async throws {
        let host = try Host.current()
        let matrix = try await LatencyMatrix.measure(on: host, options: .tiny)
        expectComplete(matrix, host)
        #expect(!matrix.interrupted)
        for (row, cells) in matrix.cells.enumerated() {
            for cell in cells.compactMap({ $0 }) {
                #expect(cell.nanoseconds.median > 0)
                #expect(cell.nanoseconds.count == LatencyOptions.tiny.runs)
                #expect(cell.loads > 0)
                #expect(cell.bufferBytes == 1 << 20)
                #expect(host.topology.node(of: cell.cpu)?.id == matrix.cpuNodes[row])
            }
        }
        for gap in matrix.gaps { print("gap: \(gap)") }
    }

    @Test func whatCannotBeReachedIsAGapWithItsReason() async throws {
        let real = try Host.current()
        guard let home = real.topology.nodes.first(where: { $0.hasUsableMemory && !$0.cpus.isEmpty }) else {
            print("skipped: no node has both a CPU and memory for this process")
            return
        }
        let others = (0..<5).map { home.id.rawValue + 100 + $0 }
        let fixture = topology([
            home,
            node(others[0], online: [900], cpus: [], total: 0, free: 0),
            node(others[1], online: [], cpus: [], total: 1 << 30, free: 1 << 29),
            node(others[2], online: [901], cpus: [901], total: 1 << 30, free: 1 << 29, allowed: false),
            node(others[3], online: [], cpus: [], total: 1 << 30, free: 0),
        ])
        let host = Host(topology: fixture, binding: real.binding)
        let matrix = try await LatencyMatrix.measure(on: host, options: .tiny)
        expectComplete(matrix, host)
        #expect(matrix.cpuNodes.count == 3 && matrix.memoryNodes.count == 4)
        func reason(_ row: Int, _ column: Int) -> String {
            matrix.gaps.first { $0.row == row && $0.column == column }?.reason ?? "measured"
        }
        #expect(reason(1, 0).contains("no CPU"))
        #expect(reason(0, 2).contains("Mems_allowed"))
        #expect(reason(0, 3).contains("no memory free"))
        // CPU 901 is not there, so its thread is seen on another node's.
        #expect(reason(2, 0).contains("was seen on"))
        #expect(reason(0, 1) != "measured")
    }

    @Test func aFlagRaisedBeforehandLeavesOnlyGaps() async throws {
        let host = try Host.current()
        let flag = InterruptFlag()
        flag.raise()
        let matrix = try await LatencyMatrix.measure(on: host, options: .tiny, interrupt: flag)
        expectComplete(matrix, host)
        #expect(matrix.interrupted)
        #expect(matrix.gaps.allSatisfy { $0.reason == "interrupted" })
    }

    @Test func aFlagRaisedInBetweenStopsALongMeasurement() async throws {
        let host = try Host.current()
        let flag = InterruptFlag()
        let options = LatencyOptions(secondsPerPair: 3600, runs: 2, bufferBytes: 1 << 20)
        let matrix = try await LatencyMatrix.measure(on: host, options: options, interrupt: flag) { _ in flag.raise() }
        expectComplete(matrix, host)
        #expect(matrix.interrupted)
    }

    @Test func progressNamesEachPairOnce() async throws {
        let host = try Host.current()
        let pairs = Pairs()
        let matrix = try await LatencyMatrix.measure(on: host, options: .tiny) { progress in
            pairs.done.add(1, ordering: .relaxed)
            #expect(progress.pairsDone < progress.pairs)
        }
        if matrix.gaps.isEmpty {
            #expect(pairs.done.load(ordering: .relaxed) == matrix.cpuNodes.count * matrix.memoryNodes.count)
        }
    }

    @Test(arguments: [
        CHOST_FORBID_MEMORY_POLICY.rawValue, CHOST_FORBID_AFFINITY.rawValue,
        CHOST_FORBID_MEMORY_POLICY.rawValue | CHOST_FORBID_AFFINITY.rawValue,
    ])
    func underASystemCallFilterItGoesOn(calls: UInt32) async throws {
        let container = try PinnedExecutor(.anywhere, name: "container")
        let outcome = try await container.run { () throws(HostError) -> (LatencyMatrix, Host)? in
            guard chost_forbid(Int32(calls), EPERM) == 0 else { return nil }
            let host = try Host.current()
            var survey = LatencySurvey(host: host, options: .tiny, interrupt: InterruptFlag())
            survey.run()
            return (survey.matrix(), host)
        }
        guard let (matrix, host) = outcome else {
            print("skipped: no system call filter here")
            return
        }
        expectComplete(matrix, host)
        if host.topology.nodes.count == 1, host.topology.nodes[0].hasUsableMemory { #expect(matrix.gaps.isEmpty) }
        for cell in matrix.cells.joined().compactMap({ $0 }) where calls & CHOST_FORBID_MEMORY_POLICY.rawValue != 0 {
            #expect(cell.way != "bound")
            #expect(cell.placement.method == .numaMaps || cell.placement.method == .none)
        }
    }
}

private final class Pairs: Sendable {
    let done = Atomic<Int>(0)
}

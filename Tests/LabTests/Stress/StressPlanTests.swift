import HostNUMA
import Lab
import PhysicalMemory
import Testing

/// Plans on hosts that are described, not there.
@Suite struct StressPlanTests {
    private func host(cpus: Int) throws -> Host {
        let numbers = try (0..<cpus).map { try #require(HostCPU(rawValue: $0)) }
        let node = HostNode(
            id: try #require(HostNodeID(rawValue: 0)), onlineCPUs: numbers, cpus: numbers, memoryTotal: 64 << 30,
            memoryFree: 64 << 30, isMemoryAllowed: true)
        let here = try Host.current()
        return Host(
            topology: HostTopology(source: .sysfs, hasNUMA: true, nodes: [node], distances: [[10]], note: nil),
            binding: here.binding)
    }

    private func plan(
        _ preset: MachinePreset, cpus: Int, _ change: (inout StressOptions) -> Void = { _ in }
    ) throws -> StressPlan {
        var options = StressOptions()
        change(&options)
        return try StressPlan(MachineLayout(booting: preset.spec), on: host(cpus: cpus), options: options)
    }

    private func refusal(_ body: () throws -> StressPlan) -> RunError? {
        do {
            _ = try body()
            return nil
        } catch {
            return error as? RunError
        }
    }

    @Test func allOfTheMachinesCPUsWorkUnasked() throws {
        let plan = try plan(.laptop, cpus: 8)
        #expect(plan.points.map(\.threads) == [8] && plan.points[0].lock == .ttas)
        #expect(plan.points[0].batch == nil && plan.points[0].high == nil && !plan.points[0].isOversubscribed)
        #expect(try self.plan(.laptop, cpus: 2).points[0].isOversubscribed)
    }

    @Test func scaleGoesFromOneToTheHostsCPUsAndBeyond() throws {
        let plan = try plan(.laptop, cpus: 6) {
            $0.isScale = true
            $0.locks = [.mcs, .ticket]
        }
        #expect(plan.points.map(\.threads) == [1, 2, 4, 6, 12, 1, 2, 4, 6, 12])
        #expect(plan.points.prefix(5).map(\.isOversubscribed) == [false, false, false, false, true])
        #expect(plan.points.map(\.lock) == Array(repeating: .mcs, count: 5) + Array(repeating: .ticket, count: 5))
        let short = try self.plan(.laptop, cpus: 6) {
            $0.isScale = true
            $0.threads = 3
        }
        #expect(short.points.map(\.threads) == [1, 2, 3])
    }

    @Test func moreThreadsThanTheMachineHoldsAreRefused() throws {
        let error = refusal { try plan(.laptop, cpus: 2) { $0.threads = 9 } }
        #expect(error == .tooManyThreads(9, most: 8) && error?.isUsage == true)
        #expect(error?.description.contains("from 1 to 8") == true)
        #expect(refusal { try plan(.laptop, cpus: 2) { $0.threads = 0 } } == .tooManyThreads(0, most: 8))
        let named = refusal { try plan(.laptop, cpus: 2) { ($0.run.cpus, $0.threads) = ([0, 1], 3) } }
        #expect(named == .tooManyThreads(3, most: 2))
        #expect(refusal { try plan(.laptop, cpus: 2) { $0.run.cpus = [77] } } == .noSuchCPU(77))
    }

    @Test func workloadsThatNeedPartnersAreRefusedWithoutThem() throws {
        func error(_ workload: Workload, threads: Int) -> RunError? {
            refusal {
                try plan(.laptop, cpus: 2) {
                    $0.run.drive.workload = workload
                    $0.threads = threads
                }
            }
        }
        #expect(error(.crossNode, threads: 2)?.isUsage == true)
        #expect(error(.producerConsumer, threads: 1)?.isUsage == true)
        #expect(error(.producerConsumer, threads: 2) == nil)
    }
}

import Benchmark
import HostNUMA
import PhysicalMemory

/// A machine of one node whose CPUs are threads, each pinned to a CPU of the host.
final class Bench: Sendable {
    private let seats: [(pattern: AllocationPattern, thread: PinnedExecutor)]
    private let lines: [FrameLine]

    static let one = make { $0.prefix(1) }
    /// `nil` where the host has only one CPU, or threads cannot be pinned.
    static let all = make { $0.count > 1 ? $0[...] : [] }

    private static func make(_ choose: ([HostCPU]) -> ArraySlice<HostCPU>) -> Bench? {
        do {
            return try Bench(Array(choose(Host.current().topology.cpus)))
        } catch {
            print("left out: \(error)")
            return nil
        }
    }

    /// `nil` without CPUs.
    private init?(_ cpus: [HostCPU]) throws {
        guard !cpus.isEmpty else { return nil }
        let spec = MachineSpec(
            name: "benchmark",
            memory: [.init(start: .gibibytes(4), end: .gibibytes(4) + .gibibytes(cpus.count), node: 0)],
            nodes: [.init(id: 0, cpus: cpus.indices.map { CPUID($0) }, distances: [10])])
        let machine = try Machine(MachineLayout(booting: spec))
        machine.finishInitialization(of: 0)
        seats = try cpus.indices.compactMap { index in
            guard let pattern = AllocationPattern(machine, cpu: CPUID(index)) else { return nil }
            return (pattern, try PinnedExecutor(.cpu(cpus[index]), name: "benchmark"))
        }
        lines = (0..<cpus.count / 2).map { _ in FrameLine() }
    }

    /// Of producers and consumers.
    var pairs: Int { lines.count }

    /// Every CPU does as much as the benchmark asks for; the time is until the last one is done.
    func measure(_ benchmark: Benchmark, _ work: @escaping @Sendable (AllocationPattern, Int) -> Int) async {
        let count = benchmark.scaledIterations.count
        benchmark.startMeasurement()
        await withTaskGroup(of: Void.self) { group in
            for seat in seats { group.addTask { await seat.thread.run { blackHole(work(seat.pattern, count)) } } }
        }
        benchmark.stopMeasurement()
    }

    /// CPU 2i allocates, CPU 2i + 1 frees.
    func measureHandover(_ benchmark: Benchmark) async {
        let count = benchmark.scaledIterations.count
        benchmark.startMeasurement()
        await withTaskGroup(of: Void.self) { group in
            for (number, line) in lines.enumerated() {
                let (giver, taker) = (seats[2 * number], seats[2 * number + 1])
                group.addTask {
                    await giver.thread.run { blackHole(giver.pattern.give(count, .highUserMovable, to: line)) }
                }
                group.addTask { await taker.thread.run { blackHole(taker.pattern.take(count, from: line)) } }
            }
        }
        benchmark.stopMeasurement()
    }
}

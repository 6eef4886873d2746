import Benchmark
import PhysicalMemory

/// The allocator's patterns over time, for baselines on one machine. What they cannot tell: whether C would be faster
/// (`Ratios` compares within one run), and anything about a machine that others use at the same time.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock, .throughput, .instructions], scalingFactor: .kilo, maxDuration: .seconds(2))

    for order in [0, 3, 9] {
        Benchmark("last in, first out, order \(order)") { benchmark in
            guard let pattern = try onePattern() else { return }
            benchmark.startMeasurement()
            blackHole(pattern.lifo(pairs: benchmark.scaledIterations.count, order: Order(order), .highUserMovable))
        }
    }
    Benchmark("batches of 512") { benchmark in
        guard let pattern = try onePattern() else { return }
        benchmark.startMeasurement()
        let rounds = (benchmark.scaledIterations.count + 511) / 512
        blackHole(pattern.batch(rounds: rounds, size: 512, .highUserMovable))
    }
    Benchmark("a pool of 65536, a random one replaced") { benchmark in
        guard let pattern = try onePattern() else { return }
        benchmark.startMeasurement()
        blackHole(pattern.pool(pairs: benchmark.scaledIterations.count, size: 65536, .highUserMovable))
    }
}

/// CPU 0 of a machine with one node of 1 GiB, its frames initialised.
private func onePattern() throws -> AllocationPattern? {
    let spec = MachineSpec(
        name: "benchmark",
        memory: [.init(start: .gibibytes(4), end: .gibibytes(5), node: 0)],
        nodes: [.init(id: 0, cpus: [0], distances: [10])])
    let machine = try Machine(MachineLayout(booting: spec))
    machine.finishInitialization(of: 0)
    return AllocationPattern(machine, cpu: 0)
}

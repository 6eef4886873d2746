import Benchmark
import PhysicalMemory

/// The allocator's patterns over time, for baselines on one machine. What they cannot tell: whether C would be faster
/// (`Ratios` and `Beside` compare within one run), and anything about a machine that others use at the same time.
///
/// Each figure is of a million pairs of an allocation and a free by each CPU at work; throughput counts those of one.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock, .throughput], scalingFactor: .mega, maxDuration: .seconds(1))
    let size = 512
    for (title, bench) in [("1 CPU", Bench.one), ("all CPUs", Bench.all)] {
        guard let bench else { continue }
        for order in [0, 3, 9] {
            Benchmark("last in, first out, order \(order), \(title)") { benchmark in
                await bench.measure(benchmark) { $0.lifo(pairs: $1, order: Order(order), .highUserMovable) }
            }
        }
        Benchmark("batches of \(size), \(title)") { benchmark in
            await bench.measure(benchmark) { $0.batch(rounds: $1 / size, size: size, .highUserMovable) }
        }
        Benchmark("a pool of 65536, a random one freed and replaced, \(title)") { benchmark in
            await bench.measure(benchmark) { $0.pool(pairs: $1, size: 65536, .highUserMovable) }
        }
    }
    if let bench = Bench.all, bench.pairs > 0 {
        Benchmark("producer and consumer, \(2 * bench.pairs) CPUs") { benchmark in
            await bench.measureHandover(benchmark)
        }
    }
}

import CTwin
import Foundation
import PhysicalMemory

/// pgdat's allocator beside the same algorithm in C, in one process, by turns: nanoseconds per operation (an
/// allocation or a free), the least of several rounds, and their ratio.
@main
struct Ratios {
    /// Only patterns whose names contain this are measured.
    private static let wanted = CommandLine.arguments.dropFirst(2).first ?? ""
    private static let frames: UInt64 = 5 << 18

    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst().map(\.self)
        let rounds = arguments.first.flatMap(Int.init) ?? 9
        let spec = MachineSpec(
            name: "benchmark",
            memory: [.init(start: .gibibytes(4), end: .gibibytes(9), node: 0)],
            nodes: [.init(id: 0, cpus: [0, 1], distances: [10])])
        var layout = try MachineLayout(booting: spec)
        let tuned = ZoneLayout.PerCPUTuning(batch: 63, highMin: 2000, highMax: 20000)
        let small = ZoneLayout.PerCPUTuning(batch: 63, highMin: 378, highMax: 378)
        print("ns per operation, least of \(rounds) rounds: C, pgdat, ratio")
        for (name, tuning) in [("high tuned up", tuned), ("high 378", small)] {
            for node in layout.nodes.indices {
                for zone in layout.nodes[node].zones.indices { layout.nodes[node].zones[zone].perCPU = tuning }
            }
            let machine = try Machine(layout)
            machine.finishInitialization(of: 0)
            guard let pattern = AllocationPattern(machine, cpu: 0),
                let twin = twin_create(
                    frames, 2, tuning.batch.rawValue, tuning.highMin.rawValue, tuning.highMax.rawValue,
                    layout.nodes[0].zones[2].watermarks.high.rawValue)
            else { fatalError("no memory for the benchmark's machines") }
            let gfp = GFP.highUserMovable
            compare("lifo, order 0, \(name)", rounds, operations: 4_000_000) {
                twin_lifo(twin, 0, 2_000_000, 0, gfp.rawValue)
            } swift: {
                UInt64(pattern.lifo(pairs: 2_000_000, gfp))
            }
            compare("lifo, order 9, \(name)", rounds, operations: 4_000_000) {
                twin_lifo(twin, 0, 2_000_000, 9, gfp.rawValue)
            } swift: {
                UInt64(pattern.lifo(pairs: 2_000_000, order: 9, gfp))
            }
            compare("batch of 512, \(name)", rounds, operations: 4_096_000) {
                twin_batch(twin, 0, 4000, 512, 0, gfp.rawValue)
            } swift: {
                UInt64(pattern.batch(rounds: 4000, size: 512, gfp))
            }
            compare("pool of 65536, \(name)", rounds, operations: 4_000_000) {
                twin_pool(twin, 0, 2_000_000, 65536, gfp.rawValue, 1)
            } swift: {
                UInt64(pattern.pool(pairs: 2_000_000, size: 65536, gfp))
            }
            compare("4 GiB out and back, \(name)", rounds, operations: 2 << 20) {
                twin_batch(twin, 0, 1, 1 << 20, 0, gfp.rawValue)
            } swift: {
                UInt64(pattern.batch(rounds: 1, size: 1 << 20, gfp))
            }
            compare("batch of 512 by bulk calls, \(name)", rounds, operations: 4_096_000) {
                twin_batch(twin, 0, 4000, 512, 0, gfp.rawValue)
            } swift: {
                UInt64(pattern.bulk(rounds: 4000, size: 512, gfp))
            }
            let both = TwoCPUs(machine, twin, rounds, gfp)
            both?.compareAll(name)
            twin_destroy(twin)
        }
    }

    static func compare(
        _ name: String, _ rounds: Int, operations: Int, c: () -> UInt64, swift: () -> UInt64
    ) {
        guard wanted.isEmpty || name.contains(wanted) else { return }
        var best = (c: Double.infinity, swift: Double.infinity)
        var pairs: (UInt64, UInt64) = (0, 0)
        for _ in 0..<rounds {
            best.c = min(best.c, seconds { pairs.0 = c() })
            best.swift = min(best.swift, seconds { pairs.1 = swift() })
        }
        precondition(pairs.0 == pairs.1 && pairs.0 > 0, "\(name): C did \(pairs.0) pairs, pgdat \(pairs.1)")
        let ns = (best.c * 1e9 / Double(operations), best.swift * 1e9 / Double(operations))
        print(
            name.padding(toLength: 44, withPad: " ", startingAt: 0),
            String(format: "%6.2f %6.2f  x%.2f", ns.0, ns.1, ns.1 / ns.0))
    }

    static func seconds(_ body: () -> Void) -> Double {
        let clock = ContinuousClock()
        let took = clock.measure(body)
        return Double(took.components.seconds) + Double(took.components.attoseconds) * 1e-18
    }
}

import CMallocs
import CTwin
import Foundation
import PhysicalMemory

/// Patterns in which both CPUs work at once: nanoseconds of wall time per operation of one CPU, so that a machine that
/// scales shows the same as with one.
struct TwoCPUs {
    // The twin's CPUs share only what its locks and atomics cover; `main` keeps it.
    nonisolated(unsafe) private let twin: OpaquePointer
    nonisolated(unsafe) private let twinLine: OpaquePointer
    private let patterns: [AllocationPattern]
    private let line = FrameLine()
    private let rounds: Int
    private let gfp: GFP
    private let hostCPUs = Self.allowedCPUs

    // Asked for once: the thread that asks is pinned later.
    private static let allowedCPUs = [Int32](unsafeUninitializedCapacity: 2) { buffer, count in
        count = Int(allowed_cpus(buffer.baseAddress, 2))
    }

    /// `nil` where two CPUs are not to be had.
    init?(_ machine: Machine, _ twin: OpaquePointer, _ rounds: Int, _ gfp: GFP) {
        patterns = [0, 1].compactMap { AllocationPattern(machine, cpu: CPUID($0)) }
        guard hostCPUs.count == 2, patterns.count == 2, let line = handover_create() else { return nil }
        self.twin = twin
        twinLine = line
        self.rounds = rounds
        self.gfp = gfp
    }

    func compareAll(_ name: String) {
        defer { handover_destroy(twinLine) }
        let (before, gfp) = (line_round_trip(hostCPUs[0], hostCPUs[1]), gfp.rawValue)
        compare("2 CPUs: lifo, order 0, \(name)", pairs: 2_000_000) {
            twin_lifo(twin, Int32($0), 2_000_000, 0, gfp)
        } swift: {
            patterns[$0].lifo(pairs: 2_000_000, self.gfp)
        }
        compare("2 CPUs: batch of 512, \(name)", pairs: 1_024_000) {
            twin_batch(twin, Int32($0), 2000, 512, 0, gfp)
        } swift: {
            patterns[$0].batch(rounds: 2000, size: 512, self.gfp)
        }
        compare("2 CPUs: 2 × 2 GiB out and back, \(name)", pairs: 1 << 19) {
            twin_batch(twin, Int32($0), 1, 1 << 19, 0, gfp)
        } swift: {
            patterns[$0].batch(rounds: 1, size: 1 << 19, self.gfp)
        }
        compare("from one CPU to the other, \(name)", pairs: 500_000) {
            $0 == 0 ? twin_give(twin, 0, twinLine, 500_000, gfp) : twin_take(twin, 1, twinLine, 500_000)
        } swift: {
            $0 == 0 ? patterns[0].give(500_000, self.gfp, to: line) : patterns[1].take(500_000, from: line)
        }
        let after = line_round_trip(hostCPUs[0], hostCPUs[1])
        print(String(format: "  a line's round trip: %.0f ns before, %.0f after", before, after))
    }

    private func compare(
        _ name: String, pairs: Int, c: @escaping @Sendable (Int) -> UInt64, swift: @escaping @Sendable (Int) -> Int
    ) {
        Ratios.compare(name, rounds, operations: 2 * pairs) {
            onBoth { _ = c($0) }
            return UInt64(pairs)
        } swift: {
            onBoth { _ = swift($0) }
            return UInt64(pairs)
        }
        _ = keep_on_cpu(hostCPUs[0])
    }

    private func onBoth(_ body: @escaping @Sendable (Int) -> Void) {
        DispatchQueue.concurrentPerform(iterations: 2) {
            _ = keep_on_cpu(hostCPUs[$0])
            body($0)
        }
    }
}

import AccessCosts
import CAccess
import Foundation
import HostNUMA

/// AccessCosts' loops beside the same loops in C, in one process on one pinned thread, by turns: the median of each,
/// and the median of the rounds' ratios, which the host's moods hardly touch.
@main
struct AccessRatios {
    /// Where the data lies when it is walked through.
    struct Level: Sendable {
        let name: String
        let byteCount: Int
    }

    static func main() throws {
        let rounds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 15
        let host = try HostNUMA.Host.current()
        guard let node = host.topology.nodes.first(where: { $0.hasUsableMemory && !$0.cpus.isEmpty }) else {
            print("no node has both a CPU and memory for this process")
            return
        }
        let caches = try HostCache.all(of: node.cpus[0])
        // A half of each cache lies well inside it; memory is sixteen times the last.
        var levels = caches.map { Level(name: "L\($0.level)", byteCount: $0.byteCount / 2) }
        levels.append(Level(name: "memory", byteCount: min(1 << 30, max(64 << 20, 16 * (caches.last?.byteCount ?? 0)))))
        let memory = try NodeMemory(byteCount: 3 * levels[levels.count - 1].byteCount, on: node.id, of: host)
        let thread = try PinnedExecutor(.cpu(node.cpus[0]), name: "ratios")
        let chosen = levels
        nonisolated(unsafe) let start = memory.address
        thread.runBlocking {
            print("\(node.cpus[0]), \(thread.pinning); median of \(rounds) rounds by turns: C, Swift, Swift / C")
            for level in chosen { chase(level, start, rounds) }
            for level in chosen {
                for kernel in BandwidthKernel.allCases {
                    move(kernel, streaming: false, level, start, rounds)
                    // Around the caches there is only memory.
                    if kernel.stores, level.name == "memory" { move(kernel, streaming: true, level, start, rounds) }
                }
            }
        }
        withExtendedLifetime(memory) {}
    }

    static func chase(_ level: Level, _ start: UnsafeMutableRawPointer, _ rounds: Int) {
        guard var cycle = RandomCycle(at: start, byteCount: level.byteCount, lineBytes: 64) else { return }
        var position = cycle.position
        let piece = 1 << 14
        compare("latency \(level.name), ns", rounds) {
            rate {
                position = caccess_chase(position, UInt64(piece)); return piece
            }
        } swift: {
            rate {
                cycle.walk(piece); return piece
            }
        } figure: {
            1 / $0
        }
        if UInt(bitPattern: position) == 0 { print("never: keeps the C chase from being left out") }
    }

    static func move(
        _ kernel: BandwidthKernel, streaming: Bool, _ level: Level, _ start: UnsafeMutableRawPointer, _ rounds: Int
    ) {
        // All arrays together fill the level; at least one granule each.
        let bytes = max(MemoryLoop.granule, level.byteCount / kernel.arrays / MemoryLoop.granule * MemoryLoop.granule)
        var loop = MemoryLoop(kernel, streaming: streaming, at: start, byteCount: bytes)
        var twin = CLoop(kernel: kernel, streaming: streaming, start: start, byteCount: bytes)
        compare("\(kernel)\(streaming ? " streaming" : "") \(level.name), GB/s", rounds) {
            rate { twin.advance() }
        } swift: {
            rate { loop.advance() }
        } figure: {
            $0
        }
    }

    /// Units per nanosecond over some 20 ms.
    static func rate(_ piece: () -> Int) -> Double {
        let begin = ContinuousClock.now
        var (units, elapsed) = (0, Duration.zero)
        repeat {
            units += piece()
            elapsed = ContinuousClock.now - begin
        } while elapsed < .milliseconds(20)
        return Double(units) / (elapsed / .nanoseconds(1))
    }

    static func compare(
        _ name: String, _ rounds: Int, c: () -> Double, swift: () -> Double, figure: (Double) -> Double
    ) {
        _ = (c(), swift())
        var figures: (c: [Double], swift: [Double], ratios: [Double]) = ([], [], [])
        for round in 0..<rounds {
            let pair: (Double, Double)
            if round % 2 == 0 {
                let first = c()
                pair = (figure(first), figure(swift()))
            } else {
                let first = swift()
                pair = (figure(c()), figure(first))
            }
            figures.c.append(pair.0)
            figures.swift.append(pair.1)
            figures.ratios.append(pair.1 / pair.0)
        }
        guard let c = Summary(figures.c), let swift = Summary(figures.swift), let ratio = Summary(figures.ratios) else {
            return
        }
        print(
            name.padding(toLength: 30, withPad: " ", startingAt: 0),
            String(format: "%8.2f %8.2f   x%.3f", c.median, swift.median, ratio.median))
    }
}

/// As `MemoryLoop`, around the C loops.
struct CLoop {
    let kernel: BandwidthKernel
    let streaming: Bool
    let start: UnsafeMutableRawPointer
    let byteCount: Int
    private var offset = 0
    private var digest: UInt64 = 0

    init(kernel: BandwidthKernel, streaming: Bool, start: UnsafeMutableRawPointer, byteCount: Int) {
        self.kernel = kernel
        self.streaming = streaming
        self.start = start
        self.byteCount = byteCount
    }

    mutating func advance() -> Int {
        var left = MemoryLoop.pieceBytes
        while left > 0 {
            let count = min(left, byteCount - offset)
            let (a, b, c) = (start + offset, start + byteCount + offset, start + 2 * byteCount + offset)
            switch (kernel, streaming) {
            case (.read, _): digest ^= caccess_read(a, UInt64(count))
            case (.write, false): caccess_write(a, UInt64(count), 1)
            case (.write, true): caccess_write_streaming(a, UInt64(count), 1)
            case (.copy, false): caccess_copy(a, b, UInt64(count))
            case (.copy, true): caccess_copy_streaming(a, b, UInt64(count))
            case (.triad, false): caccess_triad(a, b, c, UInt64(count), 3)
            case (.triad, true): caccess_triad_streaming(a, b, c, UInt64(count), 3)
            }
            offset = offset + count == byteCount ? 0 : offset + count
            left -= count
        }
        return MemoryLoop.pieceBytes * kernel.arrays
    }
}

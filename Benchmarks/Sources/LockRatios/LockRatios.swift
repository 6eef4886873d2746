import CTwin
import Foundation
import PhysicalMemory

/// Each lock beside the same algorithm in C, by turns: nanoseconds per acquisition (take the lock, add one to a count,
/// let go), the median of several rounds, and their ratio; on one CPU, and on two that do nothing else.
@main
struct LockRatios {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst().map(\.self)
        let rounds = arguments.first.flatMap(Int.init) ?? 9
        let cpus = arguments.count >= 3 ? (Int(arguments[1]) ?? 0, Int(arguments[2]) ?? 1) : (0, 1)
        print("ns per acquisition, median of \(rounds) rounds on CPUs \(cpus.0) and \(cpus.1): C, pgdat, ratio")
        printRoundTrip("before", cpus)
        print("lock       1 CPU: C   pgdat  ratio   as zone lock     2 CPUs: C   pgdat  ratio   as zone lock")
        for algorithm in LockAlgorithm.allCases {
            let one = compare(algorithm, rounds, cpus: [cpus.0])
            let two = compare(algorithm, rounds, cpus: [cpus.0, cpus.1])
            print(
                algorithm.rawValue.padding(toLength: 9, withPad: " ", startingAt: 0),
                String(
                    format: "%9.2f %7.2f  x%.2f  %7.2f x%.2f", one.c, one.swift, one.swift / one.c, one.zone,
                    one.zone / one.c),
                String(
                    format: "    %9.1f %7.1f  x%.2f  %7.1f x%.2f", two.c, two.swift, two.swift / two.c, two.zone,
                    two.zone / two.c))
        }
        printRoundTrip("after", cpus)
    }

    static func compare(
        _ algorithm: LockAlgorithm, _ rounds: Int, cpus: [Int]
    ) -> (c: Double, swift: Double, zone: Double) {
        guard let twin = clocks_create(algorithm.rawValue) else { fatalError("no twin of \(algorithm)") }
        defer { clocks_destroy(twin) }
        nonisolated(unsafe) let shared = twin  // Its threads share only what its lock covers.
        let pattern = LockPattern(algorithm)
        let zone = LockPattern(algorithm, asZoneLock: true)
        let nanoseconds = cpus.count == 1 ? 20e6 : 40e6
        var times: (c: [Double], swift: [Double], zone: [Double]) = ([], [], [])
        for _ in 0..<rounds {
            times.c.append(time(cpus, nanoseconds) { clocks_run(shared, $1, 0) })
            times.swift.append(time(cpus, nanoseconds) { pattern.run($1, cpu: $0, node: 0) })
            times.zone.append(time(cpus, nanoseconds) { zone.run($1, cpu: $0, node: 0) })
        }
        precondition(clocks_count(twin) > 0 && pattern.count > 0 && zone.count > 0)
        return (median(times.c), median(times.swift), median(times.zone))
    }

    /// A thread on each CPU, all in the loop for as long as the time lasts: wall time per acquisition of all.
    static func time(
        _ cpus: [Int], _ nanoseconds: Double, _ body: @escaping @Sendable (Int, Int) -> Void
    ) -> Double {
        let figures = Figures()
        let chunk = 500
        let gate = Gate()
        let group = DispatchGroup()
        for cpu in cpus {
            group.enter()
            Thread {
                precondition(clocks_pin(Int32(cpu)) != 0, "CPU \(cpu) is not to be had")
                gate.meet(cpus.count)
                let start = clocks_now()
                var done = 0
                repeat {
                    body(cpu, chunk)
                    done += chunk
                } while clocks_now() - start < nanoseconds
                figures.add(done, clocks_now() - start)
                group.leave()
            }.start()
        }
        group.wait()
        return figures.nanosecondsPerAcquisition
    }

    /// How long a line takes there and back between the CPUs: near or far, on machines whose CPUs move.
    static func printRoundTrip(_ when: String, _ cpus: (Int, Int)) {
        let gate = Gate()
        let figures = Figures()
        let group = DispatchGroup()
        for (side, cpu) in [cpus.0, cpus.1].enumerated() {
            group.enter()
            Thread {
                precondition(clocks_pin(Int32(cpu)) != 0, "CPU \(cpu) is not to be had")
                gate.meet(2)
                let trip = clocks_ping(gate.word, Int32(side), 200_000)
                if side == 0 { figures.add(1, trip) }
                group.leave()
            }.start()
        }
        group.wait()
        print(String(format: "round trip of a line %@: %.0f ns", when, figures.nanosecondsPerAcquisition))
    }

    static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}

/// What the threads did: acquisitions, and the rate of each.
final class Figures: Sendable {
    private let lock = NSLock()
    nonisolated(unsafe) private var perNanosecond = 0.0  // Reached only under the lock.

    func add(_ acquisitions: Int, _ nanoseconds: Double) {
        lock.withLock { perNanosecond += Double(acquisitions) / nanoseconds }
    }

    var nanosecondsPerAcquisition: Double { lock.withLock { 1 / perNanosecond } }
}

/// Where threads wait for each other, and a word on a line of its own.
final class Gate: Sendable {
    // Used through C's atomic operations alone.
    nonisolated(unsafe) private let memory = UnsafeMutablePointer<Int32>.allocate(capacity: 64)

    init() { memory.initialize(repeating: 0, count: 64) }
    deinit { memory.deallocate() }

    var word: UnsafeMutablePointer<Int32> { memory + 32 }
    func meet(_ count: Int) { clocks_meet(memory, Int32(count)) }
}

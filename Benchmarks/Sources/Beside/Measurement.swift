import CMallocs
import Dispatch

/// One run of every pattern with one allocator, in this process.
enum Measurement {
    /// Nanoseconds per operation (an allocation or a free) of each pattern; the round trip between the CPUs around it.
    static func run(_ subject: some Subject, on cpus: [Int32]) -> [String: Double] {
        var found: [String: Double] = [:]
        found["roundTripBefore"] = cpus.count > 1 ? line_round_trip(cpus[0], cpus[1]) : 0
        for pattern in Pattern.allCases where cpus.count > 1 || !pattern.needsTwoCPUs {
            _ = keep_on_cpu(cpus[0])
            var best = Double.infinity
            for _ in 0..<3 {
                let seconds = seconds { perform(pattern, subject, on: cpus) }
                best = min(best, seconds * 1e9 / Double(2 * pattern.pairs))
            }
            found[pattern.rawValue] = best
        }
        found["roundTripAfter"] = cpus.count > 1 ? line_round_trip(cpus[0], cpus[1]) : 0
        return found
    }

    private static func perform(_ pattern: Pattern, _ subject: some Subject, on cpus: [Int32]) {
        let pairs = pattern.pairs
        var done: Int
        switch pattern {
        case .lifo, .lifoOrder3, .lifoOrder9: done = subject.lifo(cpu: 0, pairs: pairs, order: pattern.order)
        case .batch: done = subject.batch(rounds: pairs / 512, size: 512)
        case .pool: done = subject.pool(pairs: pairs, size: 65536)
        case .outAndBack: done = subject.batch(rounds: 1, size: pairs)
        case .lifoAllCPUs:
            onBoth(cpus) { _ = subject.lifo(cpu: $0, pairs: pairs, order: 0) }
            done = pairs
        case .handover:
            onBoth(cpus) { _ = $0 == 0 ? subject.give(pairs) : subject.take(pairs) }
            done = pairs
        }
        precondition(done == pairs, "\(pattern): \(done) of \(pairs)")
    }

    private static func onBoth(_ cpus: [Int32], _ body: @escaping @Sendable (Int) -> Void) {
        DispatchQueue.concurrentPerform(iterations: 2) {
            _ = keep_on_cpu(cpus[$0])
            body($0)
        }
    }

    private static func seconds(_ body: () -> Void) -> Double {
        let took = ContinuousClock().measure(body)
        return Double(took.components.seconds) + Double(took.components.attoseconds) * 1e-18
    }
}

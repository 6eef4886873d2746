import Glibc
import HostNUMA
import Synchronization

/// A cache line's way from one CPU to another and back, which bounds what any lock can do between them.
enum RoundTrip {
    /// The median of some tries, in nanoseconds. Takes some ms.
    static func measure(_ first: HostCPU, _ second: HostCPU) async throws(HostError) -> Double {
        let ping = try PinnedExecutor(.cpu(first), name: "ping")
        let pong = try PinnedExecutor(.cpu(second), name: "pong")
        var results: [Double] = []
        for _ in 0..<tries {
            let ball = Ball()
            pong.add { ball.answer() }
            results.append(await ping.run { ball.play() })
        }
        return (results.sorted()[tries / 2] * 10).rounded() / 10
    }

    private static let tries = 5
    fileprivate static let rounds = 1000
    /// Looks before a thread lets others run: the other one may be waiting for this CPU.
    fileprivate static let looks = 10_000
}

private final class Ball: Sendable {
    private let padding = InlineArray<16, UInt64>(repeating: 0)
    private let word = Atomic<Int>(0)
    private let paddingBehind = InlineArray<16, UInt64>(repeating: 0)

    private func wait(for value: Int) {
        var looks = 0
        while word.load(ordering: .acquiring) != value {
            looks += 1
            if looks % RoundTrip.looks == 0 { sched_yield() }
        }
    }

    func answer() {
        for round in 0..<RoundTrip.rounds {
            wait(for: 2 * round + 1)
            word.store(2 * round + 2, ordering: .releasing)
        }
    }

    /// Nanoseconds per round.
    func play() -> Double {
        let begin = ContinuousClock.now
        for round in 0..<RoundTrip.rounds {
            word.store(2 * round + 1, ordering: .releasing)
            wait(for: 2 * round + 2)
        }
        return begin.duration(to: .now) / .nanoseconds(1) / Double(RoundTrip.rounds)
    }
}

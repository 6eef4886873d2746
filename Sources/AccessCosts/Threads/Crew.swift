import CHostShims
import Glibc
import HostNUMA
import Synchronization

/// Threads that do the same thing at the same time.
enum Crew {
    /// Runs `body` with each seat's place on that seat's thread, and gives the results in their order.
    ///
    /// Never on one of the seats' own threads. The seats are of different CPUs.
    static func run<Value: Sendable>(_ seats: [Seat], _ body: @escaping @Sendable (Int) -> Value) -> [Value] {
        let results = Slots<Value>(count: seats.count)
        for place in seats.indices { seats[place].thread.add { results.put(body(place), at: place) } }
        // Jobs run in the order they came: when this one has run, so has that before it.
        for seat in seats { seat.thread.runBlocking {} }
        return results.take()
    }
}

/// A place for each thread's result.
private final class Slots<Value: Sendable>: @unchecked Sendable {
    // Unchecked: each place is written by one thread, and read when that thread's job has been waited for.
    private let places: UnsafeMutableBufferPointer<Value?>

    init(count: Int) {
        places = .allocate(capacity: count)
        places.initialize(repeating: nil)
    }

    deinit {
        places.deinitialize()
        places.deallocate()
    }

    func put(_ value: Value, at place: Int) { places[place] = value }
    func take() -> [Value] { places.compactMap { $0 } }
}

/// Where threads wait for each other, again and again: each must come to every round.
final class StartLine: Sendable {
    private let arrived = Atomic<Int>(0)
    private let count: Int

    init(count: Int) { self.count = count }

    /// Waits until all have come to `round`, counted from 0.
    func wait(round: Int) {
        arrived.add(1, ordering: .acquiringAndReleasing)
        var patience = Patience()
        while arrived.load(ordering: .acquiring) < (round + 1) * count { patience.pause() }
    }
}

/// Spins for a while, then lets others have the CPU: a user's thread may wait for one that has none.
struct Patience {
    private var spins = 0

    @inline(__always)
    mutating func pause() {
        spins &+= 1
        if spins & 0x3FFF == 0 { sched_yield() } else { chost_pause() }
    }
}

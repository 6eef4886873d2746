import Foundation
import TestSupport
import Testing

@testable import PhysicalMemory

/// Who gets a lock next, and who gets it at all.
@Suite struct LockOrderTests {
    /// A lock at a stable address, and who got it.
    private final class Line<L: OrderlyLock & ~Copyable>: Sendable {
        let lock: L
        let served = SharedList<Int>()

        init(_ lock: consuming L) { self.lock = lock }

        /// Takes the lock, lets waiters of these nodes come one by one, lets go, and returns the order they were
        /// served in.
        func serve(holder: Int32, waiters: [Int32]) -> [Int] {
            let group = DispatchGroup()
            lock.lock(by: LockUser(cpu: 0, node: holder))
            for (number, node) in waiters.enumerated() {
                let mark = lock.arrivalMark
                startThread(in: group) { [self] in
                    lock.lock(by: LockUser(cpu: Int32(number + 1), node: node))
                    served.append(number)
                    lock.unlock()
                }
                while lock.arrivalMark == mark { sched_yield() }
            }
            lock.unlock()
            group.wait()
            return served.elements
        }
    }

    @Test(arguments: 1...9) func firstComeFirstServed(waiters: Int) {
        let nodes = [Int32](repeating: 0, count: waiters)
        let order = Array(0..<waiters)
        #expect(Line(TicketLock()).serve(holder: 0, waiters: nodes) == order)
        #expect(Line(MCSLock()).serve(holder: 0, waiters: nodes) == order)
        #expect(Line(QueuedLock()).serve(holder: 0, waiters: nodes) == order)
        #expect(Line(CompactNUMALock()).serve(holder: 0, waiters: nodes) == order)
    }

    @Test func nodesMatterToTheNUMALockAlone() {
        let nodes: [Int32] = [1, 0, 2, 0, 1]
        #expect(Line(TicketLock()).serve(holder: 0, waiters: nodes) == [0, 1, 2, 3, 4])
        #expect(Line(MCSLock()).serve(holder: 0, waiters: nodes) == [0, 1, 2, 3, 4])
        #expect(Line(QueuedLock()).serve(holder: 0, waiters: nodes) == [0, 1, 2, 3, 4])
        // Those of node 0 first; then the first to come, and those of its node.
        #expect(Line(CompactNUMALock()).serve(holder: 0, waiters: nodes) == [1, 3, 0, 4, 2])
    }

    /// No more than `limit` pass the head of the line in a row.
    @Test func unfairnessHasABound() {
        let nodes: [Int32] = [1, 0, 0, 0, 0, 0, 0, 0]
        #expect(Line(CompactNUMALock(limit: 0)).serve(holder: 0, waiters: nodes) == [0, 1, 2, 3, 4, 5, 6, 7])
        #expect(Line(CompactNUMALock(limit: 3)).serve(holder: 0, waiters: nodes) == [1, 2, 3, 0, 4, 5, 6, 7])
        #expect(Line(CompactNUMALock(limit: 7)).serve(holder: 0, waiters: nodes) == [1, 2, 3, 4, 5, 6, 7, 0])
    }

    /// Lines of waiters of three nodes at random, against the rule as its documentation states it.
    @Test func numaLockFollowsItsRule() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<40 {
            let limit = Int.random(in: 0...4, using: &random)
            let holder = Int32.random(in: 0...2, using: &random)
            let nodes = (0..<Int.random(in: 1...12, using: &random)).map { _ in Int32.random(in: 0...2, using: &random)
            }
            var line = Array(nodes.indices)
            var node = holder
            var passes = 0
            var expected: [Int] = []
            while !line.isEmpty {
                let local = passes < limit ? line.firstIndex { nodes[$0] == node } : nil
                let place = local ?? 0
                passes = place == 0 ? 0 : passes + 1
                let next = line.remove(at: place)
                node = nodes[next]
                expected.append(next)
            }
            let served = Line(CompactNUMALock(limit: limit)).serve(holder: holder, waiters: nodes)
            #expect(served == expected, "seed \(seed), limit \(limit), holder \(holder), waiters \(nodes)")
            for (waiter, place) in zip(expected, 0...) {
                #expect(place + 1 <= (waiter + 1) * (limit + 1))
            }
        }
    }

    @Test func promisesAreStated() {
        #expect(LockAlgorithm.allCases.filter(\.isFair) == [.ticket, .mcs, .queued])
        #expect(
            LockAlgorithm.allCases.map(\.rawValue)
                == ["tas", "ttas", "ticket", "mcs", "queued", "numa", "pthread", "mutex"])
    }

    /// A try takes a free lock, leaves a taken one alone, and whoever asks for it later is not held up by that.
    @Test(arguments: LockAlgorithm.allCases) func tryingNeitherWaitsNorHinders(algorithm: LockAlgorithm) {
        let guarded = SharedGuard(algorithm)
        for _ in 0..<3 {
            do {
                guard let held = guarded.count.tryAcquire() else {
                    Issue.record("a free lock was not to be had")
                    return
                }
                onThreads(2) { _ in #expect(guarded.isTaken) }
                held.value += 1
            }
            do {
                let waits = SharedInt()
                let held = guarded.count.acquire(by: .anyone, noting: waits)
                held.value += 1
                #expect(waits.load() == 0)
                onThreads(1) { _ in #expect(guarded.isTaken) }
            }
        }
        #expect(guarded.total == 6)
    }

    /// One thread may hold several queued locks, and let go of them in any order.
    @Test func heldLocksAreLetGoOfInAnyOrder() {
        let first = MCSLock()
        let second = MCSLock()
        let third = CompactNUMALock()
        let fourth = CompactNUMALock()
        for _ in 0..<3 {
            first.lock()
            second.lock()
            third.lock()
            let isFree = fourth.tryLock()
            let isFreeAgain = fourth.tryLock()
            #expect(isFree && !isFreeAgain)
            second.unlock()
            let wasLetGo = second.tryLock()
            #expect(wasLetGo)
            first.unlock()
            third.unlock()
            second.unlock()
            fourth.unlock()
        }
        let isFree = first.tryLock()
        #expect(isFree)
        first.unlock()
    }

    private final class SharedGuard: Sendable {
        let count: Guarded<Int, ZoneLock>
        init(_ algorithm: LockAlgorithm) { count = Guarded(0, lock: ZoneLock(algorithm)) }

        var isTaken: Bool { count.tryAcquire() == nil }
        var total: Int { count.acquire().value }
    }
}

#if DEBUG
/// Debug builds check the order in which locks are taken.
@Suite struct LockRankTests {
    @Test func listThenZoneIsTheOrder() throws {
        let machine = try Machine(MachineSpec.tiny)
        let list = machine.pagesets[0][0].value.lists.acquire()
        let zone = machine.zones[0].value.areas.acquire()
        #expect(zone.value.blockCounts[0] >= 0 && list.value.count >= 0)
    }

    @Test func zoneThenListTraps() async {
        await #expect(processExitsWith: .failure) {
            let machine = try Machine(MachineSpec.tiny)
            let zone = machine.zones[0].value.areas.acquire()
            let list = machine.pagesets[0][0].value.lists.tryAcquire()
            print(zone.value.blockCounts[0], list == nil)
        }
    }

    @Test func twoListsTrap() async {
        await #expect(processExitsWith: .failure) {
            let machine = try Machine(MachineSpec.tiny)
            let list = machine.pagesets[0][0].value.lists.acquire()
            let other = machine.pagesets[1][0].value.lists.tryAcquireFast()
            print(list.value.count, other == nil)
        }
    }

    @Test func twoZonesTrap() async {
        await #expect(processExitsWith: .failure) {
            let machine = try Machine(MachineSpec.nodes(2, mebibytes: 64))
            let zone = machine.zones[0].value.areas.acquire()
            let other = machine.zones[1].value.areas.acquire()
            print(zone.value.blockCounts[0], other.value.blockCounts[0])
        }
    }
}
#endif

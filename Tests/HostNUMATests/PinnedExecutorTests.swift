import Glibc
import Synchronization
import Testing

@testable import HostNUMA

private actor Seat {
    nonisolated let executor: PinnedExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private var visits = 0

    init(_ executor: PinnedExecutor) { self.executor = executor }

    func visit() -> HostCPU? {
        visits += 1
        return HostCPU.current
    }

    func count() -> Int { visits }

    nonisolated func assumingTheSeat() -> Int { assumeIsolated { $0.visits } }
}

@Suite struct PinnedExecutorTests {
    @Test func anActorRunsWhereItsThreadIsPinned() async throws {
        for cpu in try HostTopology.current().cpus {
            let executor = try PinnedExecutor(.cpu(cpu), name: "seat \(cpu.rawValue)")
            let seat = Seat(executor)
            var seen: Set<HostCPU?> = []
            for _ in 0..<100 { seen.insert(await seat.visit()) }
            guard executor.pinning.isPinned else {
                print("skipped: \(executor.pinning)")
                continue
            }
            #expect(seen == [cpu])
            #expect(executor.observedCPUs == [cpu])
        }
    }

    @Test func aThreadForANodeStaysOnItsPermittedCPUs() async throws {
        let host = try HostTopology.current()
        for node in host.nodes where !node.cpus.isEmpty {
            let executor = try PinnedExecutor(.node(node), name: "node")
            let permitted = await executor.run { HostCPU.permittedToThread() }
            guard executor.pinning.isPinned else {
                print("skipped: \(executor.pinning)")
                continue
            }
            #expect(permitted == node.cpus)
        }
    }

    @Test func pinningLeavesOtherThreadsAlone() async throws {
        let before = try HostTopology(root: "").cpus
        let executor = try PinnedExecutor(.cpu(before[0]), name: "seat")
        _ = await executor.run { 0 }
        #expect(try HostTopology(root: "").cpus == before)
    }

    @Test func jobsRunInOrderAndAllOfThem() async throws {
        let executor = try PinnedExecutor(.anywhere, name: "order")
        let seat = Seat(executor)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { for _ in 0..<20 { _ = await seat.visit() } } }
        }
        #expect(await seat.count() == 1000)
        #expect(executor.pinning == .notAsked)
    }

    @Test func isolationIsTheThread() async throws {
        let executor = try PinnedExecutor(.anywhere, name: "isolation")
        let seat = Seat(executor)
        #expect(executor.isIsolatingCurrentContext() == false)
        #expect(await executor.run { seat.assumingTheSeat() } == 0)
        #expect(await executor.run { executor.isIsolatingCurrentContext() } == true)
    }

    @Test func tasksPreferItsThread() async throws {
        let executor = try PinnedExecutor(.anywhere, name: "preference")
        let isThere = await Task(executorPreference: executor) {
            var there = executor.isCurrent
            for _ in 0..<10 {
                await Task.yield()
                there = there && executor.isCurrent
            }
            return there
        }.value
        #expect(isThere)
    }

    @Test func shutdownFinishesWhatIsQueued() throws {
        let executor = try PinnedExecutor(.anywhere, name: "shutdown")
        let done = Counter()
        for _ in 0..<100 { executor.add { done.value.add(1, ordering: .relaxed) } }
        executor.shutdown()
        executor.shutdown()
        #expect(done.value.load(ordering: .relaxed) == 100)
    }

    @Test func theLastReferenceMayGoOnItsOwnThread() async throws {
        for _ in 0..<50 {
            let holder = Holder(try PinnedExecutor(.anywhere, name: "own thread"))
            await withCheckedContinuation { continuation in
                holder.executor!.add {
                    holder.executor = nil
                    continuation.resume()
                }
            }
        }
    }

    @Test func errorsOfABodyComeThrough() async throws {
        let executor = try PinnedExecutor(.anywhere, name: "errors")
        await #expect(throws: HostError.badSize(3)) {
            try await executor.run { () throws(HostError) -> Int in throw .badSize(3) }
        }
        #expect(throws: HostError.badSize(4)) {
            try executor.runBlocking { () throws(HostError) -> Int in throw .badSize(4) }
        }
    }

    @Test func aCPUThatIsNotThereIsRefusedNotFatal() async throws {
        let absent = HostCPU(rawValue: HostCPU.limit - 1)!
        let executor = try PinnedExecutor(.cpu(absent), name: "absent")
        guard case .refused(let reason) = executor.pinning else {
            Issue.record("pinned to \(absent)")
            return
        }
        #expect(reason.contains("sched_setaffinity"))
        #expect(await executor.run { 7 } == 7)
    }

    @Test func sleepingIsAVoluntarySwitch() async throws {
        let executor = try PinnedExecutor(.anywhere, name: "switches")
        let (before, after) = await executor.run {
            let before = ThreadSwitches.current
            usleep(1000)
            return (before, ThreadSwitches.current)
        }
        #expect(after.voluntary > before.voluntary)
        #expect(after.involuntary >= before.involuntary)
    }
}

private final class Counter: Sendable {
    let value = Atomic<Int>(0)
}

private final class Holder: @unchecked Sendable {
    // Unchecked: set before the job is queued, then touched by the job alone.
    var executor: PinnedExecutor?
    init(_ executor: PinnedExecutor) { self.executor = executor }
}

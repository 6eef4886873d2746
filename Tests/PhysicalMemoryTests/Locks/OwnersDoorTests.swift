import Dispatch
import Testing

@testable import PhysicalMemory

/// The way by which a thread that acts as a CPU takes its lists' locks, and how others keep it out.
@Suite(.enabled(if: OwnersDoor.canBeOwned, "the system has no membarrier, or not for this process"))
struct OwnersDoorTests {
    private final class List: Sendable {
        let count: Guarded<Int, PerCPULock>
        init(_ recorder: Stable<LockRecorder>? = nil) { count = Guarded(0, lock: PerCPULock(recorder)) }

        func adopt() -> Bool { count.lock.adopt() }
        func abandon() { count.lock.abandon() }

        /// Adds one by the owner's way. Returns whether the caller got in.
        func addFast() -> Bool {
            guard let held = count.tryAcquireFast() else { return false }
            held.value += 1
            return true
        }

        /// Adds one by everybody's way, if nobody else is inside.
        func addTrying() -> Bool {
            guard let held = count.tryAcquire() else { return false }
            held.value += 1
            return true
        }

        func add() { count.acquire().value += 1 }
        var total: Int { count.acquire().value }
    }

    @Test func othersStayOutWhileTheOwnerIsInside() {
        let list = List()
        #expect(list.adopt())
        #expect(!list.adopt())
        do {
            guard let held = list.count.tryAcquireFast() else {
                Issue.record("the owner was not let in")
                return
            }
            onThreads(2) { _ in #expect(!list.addTrying() && !list.addFast()) }
            held.value += 1
        }
        onThreads(1) { _ in
            #expect(!list.adopt())
            list.abandon()
            list.add()
            #expect(list.addTrying())
        }
        #expect(list.addFast() && list.addTrying())
        #expect(list.total == 5)
    }

    /// While another thread holds the lock the owner gets in by neither way, and afterwards by both.
    @Test func ownerIsBarredWhileAnotherHolds() {
        let list = List()
        let (adopted, held) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let tried = DispatchSemaphore(value: 0)
        onThreads(2) { thread in
            if thread == 0 {
                #expect(list.adopt())
                adopted.signal()
                held.wait()
                #expect(!list.addFast() && !list.addTrying())
                tried.signal()
                list.add()
                #expect(list.addFast())
                list.abandon()
                #expect(!list.addFast())
            } else {
                adopted.wait()
                let guarded = list.count.acquire()
                held.signal()
                tried.wait()
                guarded.value += 1
            }
        }
        #expect(list.total == 3)
    }

    /// Who measures its locks, or has not said that it acts as the CPU, is let in at length.
    @Test func nobodyOwnsAMeasuredLock() {
        let recorder = Stable(LockRecorder(.init(), owner: 0))
        defer { recorder.release() }
        let list = List(recorder)
        #expect(!list.adopt())
        #expect(!list.addFast() && list.addTrying())
    }
}

import PhysicalMemory
import TestSupport
import Testing

/// Every lock under threads that fight for it.
@Suite struct LockTortureTests {
    /// Runs a torture to its end, on threads of two nodes by turns.
    private func torture(
        _ settings: LockTortureSettings, threads: Int, acquisitions: Int
    ) throws -> (figures: [LockTortureFigures], verdict: LockTortureVerdict) {
        let torture = try LockTorture(settings, nodes: (0..<threads).map { NodeID($0 % 2) })
        let figures = SharedList<(thread: Int, figures: LockTortureFigures)>()
        onThreads(threads) { thread in
            figures.append((thread, torture.run(thread: thread, acquisitions: acquisitions)))
        }
        let all = figures.elements.sorted { $0.thread < $1.thread }.map(\.figures)
        return (all, torture.check(all))
    }

    static let targets =
        LockAlgorithm.allCases.map { LockTortureTarget.algorithm($0) }
        + LockAlgorithm.allCases.map { LockTortureTarget.zoneLock($0) }

    @Test(arguments: targets) func twoThreadsKeepOutOfEachOthersWay(target: LockTortureTarget) throws {
        let (figures, verdict) = try torture(.init(target: target), threads: 2, acquisitions: 5000)
        #expect(verdict.isClean && verdict.guarded == 10_000, "\(verdict)")
        #expect(figures.allSatisfy { $0.acquisitions == 5000 && $0.waits.count == 5000 && $0.refusals == 0 })
    }

    /// Holders and waiters whose turn has come lose their CPUs all the time, and everybody gets through.
    @Test(arguments: targets) func moreThreadsThanCPUsGetThrough(target: LockTortureTarget) throws {
        let settings = LockTortureSettings(target: target, burst: 5, yieldingHolds: 7, delayNanoseconds: 0)
        let (figures, verdict) = try torture(settings, threads: 9, acquisitions: 300)
        #expect(verdict.isClean && verdict.guarded == 2700, "\(verdict)")
        #expect(figures.allSatisfy { $0.acquisitions == 300 })
    }

    @Test(arguments: LockAlgorithm.allCases) func pairsHaveLocksOfTheirOwn(algorithm: LockAlgorithm) throws {
        let settings = LockTortureSettings(
            target: .algorithm(algorithm), holdNanoseconds: 100, thinkNanoseconds: 100, inPairs: true,
            delayedHolds: 100, delayNanoseconds: 5000)
        let (_, verdict) = try torture(settings, threads: 5, acquisitions: 500)
        #expect(verdict.isClean && verdict.guarded == 2500, "\(verdict)")
    }

    @Test func perCPULockIsTriedAndWaitedFor() throws {
        let settings = LockTortureSettings(target: .perCPULock, yieldingHolds: 16, delayNanoseconds: 0)
        let (figures, verdict) = try torture(settings, threads: 3, acquisitions: 5000)
        #expect(verdict.isClean, "\(verdict)")
        #expect(figures.map(\.acquisitions) == [5000, 5000, 5000])
        #expect(figures[0].refusals == 0)
    }

    /// The torture would be worth nothing if it let this one pass.
    @Test(.enabled(if: !isUnderThreadSanitizer, "the race is planted, and ThreadSanitizer would report it"))
    func aLockThatLetsGoTooEarlyIsCaught() throws {
        let settings = LockTortureSettings(target: .broken, yieldingHolds: 4, delayNanoseconds: 1000)
        let torture = try LockTorture(settings, nodes: [0, 0, 0, 0])
        let figures = SharedList<LockTortureFigures>()
        onThreads(4) { thread in
            for _ in 0..<200 where !torture.isStopped {
                let seen = torture.run(thread: thread, acquisitions: 1000)
                figures.append(seen)
                if seen.collisions > 0 { torture.stop() }
            }
        }
        let verdict = torture.check(figures.elements)
        #expect(verdict.collisions > 0 && !verdict.isClean)
    }

    @Test(arguments: LockAlgorithm.allCases) func stopEndsATortureWithoutEnd(algorithm: LockAlgorithm) throws {
        let torture = try LockTorture(.init(target: .algorithm(algorithm)), nodes: [0, 0, 0])
        let figures = SharedList<LockTortureFigures>()
        onThreads(3) { thread in
            if thread == 0 {
                figures.append(torture.run(thread: 0, acquisitions: 1000))
                torture.stop()
            } else {
                figures.append(torture.run(thread: thread))
            }
        }
        #expect(torture.isStopped)
        #expect(torture.check(figures.elements).isClean)
    }

    @Test func figuresAddUp() throws {
        let torture = try LockTorture(.init(target: .algorithm(.ticket)), nodes: [0, 1])
        let first = torture.run(thread: 0, acquisitions: 10)
        let second = torture.run(thread: 1, acquisitions: 5)
        #expect(first.handOvers == 0 && second.handOvers == 1 && second.nodeHandOvers == 1)
        let sum = first.adding(torture.run(thread: 0, acquisitions: 1))
        #expect(sum.acquisitions == 11 && sum.handOvers == 1 && sum.waits.count == 11)
        #expect(torture.check([sum, second]).isClean)
        #expect(!torture.check([first, second]).isClean)
    }

    /// One thread after the other: each figure is known.
    @Test func aMeasuredTortureCountsAsLockstatDoes() throws {
        let settings = LockTortureSettings(target: .zoneLock(.mcs), holdNanoseconds: 10_000, inPairs: true)
        let torture = try LockTorture(settings, nodes: [0, 1, 0], measuring: .init(longNanoseconds: .infinity))
        var figures = [LockTortureFigures(), .init(), .init()]
        for (thread, count) in [(0, 5), (1, 4), (0, 1), (2, 3)] {
            figures[thread] = figures[thread].adding(torture.run(thread: thread, acquisitions: count))
        }
        let found = try #require(torture.statistics(figures))
        #expect(found.acquisitions == 13 && found.shares == [6, 4, 3])
        #expect(found.contentions == 0 && found.handOvers == 0 && found.refusals == 0 && found.waits.count == 0)
        #expect(found.cpuBounces == 2 && found.nodeBounces == 2)
        #expect(found.holds.count == 13)
        #expect(try #require(found.holds.percentile(1)) >= 9300)
        // The first pair is the less even one; the last thread has its lock for itself.
        #expect(found.fairness == LockFairness([6, 4]))
        #expect(try LockTorture(settings, nodes: [0]).statistics([.init()]) == nil)
    }

    /// A thread that never got the lock makes it unfair.
    @Test func whoGotNothingCountsForFairness() throws {
        let torture = try LockTorture(.init(target: .perCPULock), nodes: [0, 0], measuring: .init())
        let first = torture.run(thread: 0, acquisitions: 8)
        #expect(torture.statistics([first, .init()])?.fairness == LockFairness([8, 0]))
    }

    /// Threads that fight: whatever came to pass, the sums agree.
    @Test(arguments: targets) func measuredWaitsAndHoldsAddUp(target: LockTortureTarget) throws {
        let torture = try LockTorture(
            .init(target: target, burst: 3, yieldingHolds: 5, delayNanoseconds: 0), nodes: [0, 1, 0],
            measuring: .init())
        let figures = SharedList<(thread: Int, figures: LockTortureFigures)>()
        onThreads(3) { thread in figures.append((thread, torture.run(thread: thread, acquisitions: 300))) }
        let all = figures.elements.sorted { $0.thread < $1.thread }.map(\.figures)
        let found = try #require(torture.statistics(all))
        #expect(torture.check(all).isClean && found.acquisitions == 900 && found.shares == [300, 300, 300])
        #expect(found.holds.count == 900 && found.waits.count == found.contentions)
        #expect(found.handOvers == found.contentions && found.nodeBounces <= found.cpuBounces)
        #expect(found.cpuBounces == all.reduce(0) { $0 + $1.handOvers })
        #expect(found.nodeBounces == all.reduce(0) { $0 + $1.nodeHandOvers })
    }

    @Test func whatIsOutOfRangeIsRefused() {
        let plain = LockTortureSettings(target: .algorithm(.mcs))
        func refusal(_ nodes: [NodeID] = [0], _ change: (inout LockTortureSettings) -> Void = { _ in })
            -> LockTortureError?
        {
            var settings = plain
            change(&settings)
            do {
                _ = try LockTorture(settings, nodes: nodes)
                return nil
            } catch {
                return error
            }
        }
        #expect(refusal() == nil)
        #expect(refusal([]) == .threads(0))
        #expect(refusal(Array(repeating: 0, count: 4097)) == .threads(4097))
        #expect(refusal { $0.burst = 0 } == .burst(0))
        #expect(refusal { $0.holdNanoseconds = -1 } == .nanoseconds(-1))
        #expect(refusal { $0.thinkNanoseconds = .max } == .nanoseconds(.max))
        #expect(refusal { $0.delayNanoseconds = 1_000_000_001 } == .nanoseconds(1_000_000_001))
        #expect(refusal { $0.yieldingHolds = -1 } == .rate(-1))
        #expect(LockTortureError.burst(0).description == "a burst of 0: 1 to 1000000 are allowed")
    }
}

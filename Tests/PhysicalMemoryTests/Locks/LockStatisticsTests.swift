import Foundation
import TestSupport
import Testing

@testable import PhysicalMemory

/// Lock statistics against what was done.
@Suite struct LockStatisticsTests {
    private func machine(
        _ lock: LockAlgorithm = .ttas, nodes: Int = 1, options: LockStatisticsOptions = .init()
    ) throws -> Machine {
        try Machine(MachineLayout(booting: .nodes(nodes, mebibytes: 64)), lock: lock, lockStatistics: options)
    }

    @Test func offByDefault() throws {
        let machine = try Machine(MachineSpec.tiny)
        _ = try machine.allocate(0, .kernel, on: 0)
        #expect(machine.zoneLockStatistics().isEmpty && machine.perCPULockStatistics().isEmpty)
    }

    @Test func countsAreWhatWasDone() throws {
        let machine = try machine()
        let before = try #require(machine.zoneLockStatistics().first).statistics
        var pages: [PFN] = []
        for _ in 0..<100 { pages.append(try machine.allocate(0, .kernel, on: 0)) }
        for page in pages { try machine.free(page, order: 0, on: 1) }
        let lists = machine.perCPULockStatistics()
        #expect(lists.map(\.cpu) == [0, 1])
        for list in lists {
            #expect(list.statistics.acquisitions == 100 && list.statistics.shares == [100, 0])
            #expect(list.statistics.holds.count == 100 && list.statistics.waits.count == 0)
            #expect(list.statistics.contentions == 0 && list.statistics.refusals == 0)
        }
        // The zone is asked for large blocks one by one.
        for _ in 0..<5 {
            try machine.free(machine.allocate(5, .kernel, on: 0), order: 5, on: 1)
        }
        let zone = try #require(machine.zoneLockStatistics().first).statistics
        #expect(zone.shares[0] == machine.zones[0].value.lockUse[0].acquisitions.load())
        #expect(zone.shares[1] == machine.zones[0].value.lockUse[1].acquisitions.load())
        #expect(zone.shares[1] >= 5 && zone.shares.reduce(0, +) == zone.acquisitions)
        #expect(zone.holds.count == zone.acquisitions && zone.waits.count == 0 && zone.handOvers == 0)
        #expect(zone.cpuBounces - before.cpuBounces >= 9 && zone.nodeBounces <= zone.cpuBounces)
        #expect(zone.holds.percentile(50)! <= zone.holds.percentile(99.9)!)
        #expect(zone.holds.percentile(100)! <= zone.holds.greatestNanoseconds)
    }

    /// CPU 1 comes while the lock is held, and is known to wait before it is let go.
    @Test(arguments: LockAlgorithm.allCases) func aWaiterIsAContentionAndAHandOver(lock: LockAlgorithm) throws {
        let machine = try machine(lock)
        let before = try #require(machine.zoneLockStatistics().first).statistics
        let group = DispatchGroup()
        do {
            let held = machine.zones[0].value.acquireAreas(cpu: 0)
            startThread(in: group) {
                do {
                    _ = try machine.allocate(5, .kernel, on: 1)
                } catch {
                    Issue.record(error)
                }
            }
            while machine.zones[0].value.lockUse[1].contentions.load() == 0 { sched_yield() }
            #expect(held.value.blockCounts[0] >= 0)
        }
        group.wait()
        let after = try #require(machine.zoneLockStatistics().first).statistics
        #expect(after.acquisitions - before.acquisitions == 2)
        #expect(after.contentions == 1 && after.handOvers == 1)
        #expect(after.waits.count == 1 && after.switchedWaits.count == 0)
        #expect(after.shares[0] == 1 && after.shares[1] == 1)
        // What the boot did as no CPU does not count.
        #expect(after.fairness == LockFairness([1, 1]))
    }

    /// What boot did is forgotten; the rest is counted hold by hold.
    @Test func bouncesAndSharesAreThoseOfTheWork() throws {
        let machine = try machine(nodes: 2)
        let page = try machine.allocate(5, .kernel, on: 0)
        machine.resetLockStatistics()
        var found = try #require(machine.zoneLockStatistics().first).statistics
        #expect(found.acquisitions == 0 && found.holds.count == 0 && found.holds.greatestNanoseconds == 0)
        #expect(found.fairness == LockFairness([]))
        // CPUs 0 and 1 are of node 0, CPU 2 of node 1; the zone is asked for each large block.
        try machine.free(page, order: 5, on: 0)
        for cpu: CPUID in [0, 1, 2, 2] {
            try machine.free(machine.allocate(5, .kernel, on: 0), order: 5, on: cpu)
        }
        found = try #require(machine.zoneLockStatistics().first).statistics
        // 0, then 0 0, 0 1, 0 2, 0 2.
        #expect(found.acquisitions == 9 && found.shares.prefix(4) == [6, 1, 2, 0])
        #expect(found.cpuBounces == 5 && found.nodeBounces == 3)
        #expect(found.holds.count == 9 && found.contentions == 0 && found.handOvers == 0)
        #expect(found.fairness == LockFairness([6, 1, 2]))
    }

    /// At a rate of 1 each hold stays for as long as it is to; at 0 none does.
    @Test func holdersAreDetainedWhereverTheyAre() throws {
        let stay = 20_000
        func machine(_ delayed: Double, _ preempted: Double) throws -> Machine {
            let detention = HolderDetention(delayed: delayed, preempted: preempted, nanoseconds: stay, seed: 1)
            let machine = try self.machine(options: .init(longNanoseconds: .infinity, detention: detention))
            machine.resetLockStatistics()
            for _ in 0..<3 { try machine.free(machine.allocate(0, .kernel, on: 0), order: 0, on: 0) }
            return machine
        }
        for (delayed, preempted) in [(1.0, 0.0), (0, 1), (0, 0)] {
            let machine = try machine(delayed, preempted)
            let locks = machine.zoneLockStatistics() + machine.perCPULockStatistics()
            let used = locks.map(\.statistics).filter { $0.acquisitions > 0 }
            #expect(used.count >= 2, "the zone's lock and the list's")
            for lock in used {
                #expect(lock.delayedHolds == Int(delayed) * lock.acquisitions)
                #expect(lock.preemptedHolds == Int(preempted) * lock.acquisitions)
                guard delayed + preempted > 0 else { continue }
                // Lengths are known to 6 %.
                #expect(try #require(lock.holds.percentile(1)) >= 0.93 * Double(stay))
            }
            #expect(machine.audit(holding: []).isClean)
        }
    }

    @Test func whoIsDetainedIsAMatterOfChance() {
        let detention = HolderDetention(delayed: 0.25, preempted: 0.5, nanoseconds: 0, seed: 7)
        let fates = (0..<10_000).map { detention.fate(ofHold: $0) }
        #expect((2200...2800).contains(fates.count { $0.isDelayed }))
        #expect((4600...5400).contains(fates.count { $0.isPreempted }))
        #expect((1000...1500).contains(fates.count { $0.isDelayed && $0.isPreempted }))
    }

    /// A drain holds CPU 1's list when CPU 1 frees: the block goes to the zone.
    @Test func aRefusedTryIsCounted() throws {
        let machine = try machine()
        let page = try machine.allocate(0, .kernel, on: 1)
        do {
            let held = machine.pagesets[1][0].value.lists.acquire(by: machine.cpus[0].value.user)
            onThreads(1) { _ in
                do {
                    try machine.free(page, order: 0, on: 1)
                } catch {
                    Issue.record(error)
                }
            }
            #expect(held.value.count >= 0)
        }
        let list = try #require(machine.perCPULockStatistics().first { $0.cpu == 1 }).statistics
        #expect(list.refusals == 1 && list.shares == [1, 1] && list.cpuBounces == 1)
    }

    /// With every hold long, each is looked at; those that the counter rose in are kept apart.
    @Test(arguments: [false, true]) func switchedHoldsAreKeptApart(rises: Bool) throws {
        let count = SharedList<Int>()
        let machine = try machine(
            options: .init(
                longNanoseconds: 0,
                contextSwitches: {
                    if rises { count.append(1) }
                    return count.elements.count
                }))
        for _ in 0..<10 { try machine.free(machine.allocate(5, .kernel, on: 0), order: 5, on: 0) }
        let zone = try #require(machine.zoneLockStatistics().first).statistics
        #expect(zone.shares[0] == 20)
        // The first look has nothing to compare with; a thread that is no CPU gave the zone its frames.
        #expect(zone.switchedHolds.count == (rises ? 19 : 0))
        #expect(zone.switchedHolds.count + zone.holds.count == zone.acquisitions)
    }

    /// Measured or not, whatever the lock: the same requests get the same frames.
    @Test func measuringChangesNoDecision() throws {
        func frames(_ lock: LockAlgorithm, _ options: LockStatisticsOptions?) throws -> [PFN] {
            let machine = try Machine(
                MachineLayout(booting: .nodes(2, mebibytes: 64)), lock: lock, lockStatistics: options)
            var random = SeededGenerator(seed: 7)
            var held: [Holding] = []
            var result: [PFN] = []
            for _ in 0..<20_000 {
                let cpu = CPUID(Int.random(in: 0..<4, using: &random))
                if Int.random(in: 0..<100, using: &random) < 52 {
                    let order = Order([0, 0, 0, 1, 3, 5, 9][Int.random(in: 0..<7, using: &random)])
                    let gfp: GFP = [.kernel, .highUserMovable][Int.random(in: 0..<2, using: &random)]
                    guard let pfn = try? machine.allocate(order, gfp.union(.noRetry), on: cpu) else { continue }
                    result.append(pfn)
                    held.append(Holding(pfn: pfn, order: order))
                } else if !held.isEmpty {
                    let block = held.remove(at: Int.random(in: 0..<held.count, using: &random))
                    try machine.free(block.pfn, order: block.order, on: cpu)
                }
            }
            #expect(machine.audit(holding: held).isClean)
            return result
        }
        let plain = try frames(.ttas, nil)
        #expect(plain.count > 5000)
        #expect(try frames(.ttas, .init()) == plain)
        #expect(try frames(.queued, .init()) == plain)
        #expect(try frames(.numa, nil) == plain)
    }

    @Test func fairness() {
        #expect(LockFairness([]) == LockFairness([0, 0]))
        let even = LockFairness([5, 5, 5, 5])
        #expect(even.jain == 1 && even.luckiest == 0.25 && even.unluckiest == 0.25)
        let single = LockFairness([8, 0, 0, 0])
        #expect(single.jain == 0.25 && single.luckiest == 1 && single.unluckiest == 0)
        #expect(abs(LockFairness([1, 3]).jain - 0.8) < 1e-12)
    }

    @Test func percentiles() {
        let times = LockTimes(
            samples: [.init(nanoseconds: 1, count: 98), .init(nanoseconds: 10, count: 1)], greatestNanoseconds: 10)
        let all = times.merging(LockTimes(samples: [.init(nanoseconds: 1000, count: 1)], greatestNanoseconds: 1001))
        #expect(all.count == 100 && all.greatestNanoseconds == 1001)
        #expect(all.percentile(50) == 1 && all.percentile(98) == 1 && all.percentile(99) == 10)
        #expect(all.percentile(99.9) == 1000 && all.percentile(100) == 1000)
        #expect(LockTimes().percentile(50) == nil)
        // Samples of one length become one.
        let twice = times.merging(times)
        #expect(twice.samples.map(\.count) == [196, 2] && twice.count == 198)
        #expect(times.merging(LockTimes()) == times && LockTimes().merging(times) == times)
    }
}

import AccessCosts
import HostNUMA
import Lab
import PhysicalMemory
import Testing

@Suite struct AllocatorWorkTests {
    @Test func theAllocatorWorksInMemoryThatIsLentToIt() throws {
        let work = AllocatorWork.pool
        let memory = UnsafeMutableRawPointer.allocate(byteCount: work.byteCount, alignment: 4096)
        defer { memory.deallocate() }
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: work.byteCount)
        let piece = try #require(work.prepare(memory, work.byteCount))
        #expect(piece() > 0)
        #expect(work.prepare(memory, 4096) == nil)
    }
}

struct ZoneLocksTests {
    /// Alone and by turns with a second thread: each taking is counted under the lock.
    @Test func theZoneLockIsTakenAsOftenAsAsked() async throws {
        // Threads of their own: each waits for the other, which tasks may not where there is one CPU.
        let threads = try (0..<2).map { try PinnedExecutor(.anywhere, name: "turn \($0)") }
        for algorithm in [LockAlgorithm.ttas, .queued, .ticket] {
            let pattern = LockPattern(algorithm, asZoneLock: true)
            pattern.run(100, cpu: 0, node: 0)
            async let second: Void = threads[1].run { pattern.runByTurns(50, place: 1, of: 2, cpu: 1, node: 0) }
            await threads[0].run { pattern.runByTurns(50, place: 0, of: 2, cpu: 0, node: 0) }
            await second
            #expect(pattern.count == 200 && pattern.address != 0)
        }
    }

    @Test func theirRacesHaveDistinctNames() {
        #expect(Set(ZoneLocks.races.map(\.name)).count == ZoneLocks.races.count && ZoneLocks.races.count > 1)
        let race = ZoneLocks.races[0].prepare()
        race.contend(10, 0, 0)
        race.handOver(10, 0, 1, 0, 0)
        #expect(race.address != 0)
    }
}

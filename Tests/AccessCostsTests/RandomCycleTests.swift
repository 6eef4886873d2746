import Testing

@testable import AccessCosts

@Suite struct RandomCycleTests {
    @Test(arguments: [2, 3, 64, 1000], [64, 128])
    func itIsOneCycleThroughEveryLine(lines: Int, lineBytes: Int) throws {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: lines * lineBytes, alignment: lineBytes)
        defer { memory.deallocate() }
        var cycle = try #require(RandomCycle(at: memory, byteCount: lines * lineBytes, lineBytes: lineBytes))
        #expect(cycle.lineCount == lines)
        var seen = Set<UnsafeMutableRawPointer>()
        for _ in 0..<lines {
            seen.insert(cycle.position)
            #expect((cycle.position - memory) % lineBytes == 0)
            cycle.walk(1)
        }
        #expect(seen.count == lines)
        #expect(cycle.position == memory)
    }

    @Test(arguments: [0, 1, 7, 8, 9, 100])
    func aWalkTakesThatManySteps(count: Int) throws {
        let lines = 101
        let memory = UnsafeMutableRawPointer.allocate(byteCount: lines * 64, alignment: 64)
        defer { memory.deallocate() }
        var cycle = try #require(RandomCycle(at: memory, byteCount: lines * 64, lineBytes: 64))
        var byHand = memory
        for _ in 0..<count { byHand = byHand.load(as: UnsafeMutableRawPointer.self) }
        cycle.walk(count)
        #expect(cycle.position == byHand)
    }

    @Test func aSeedGivesItsOwnOrder() throws {
        func order(_ seed: UInt64) throws -> [Int] {
            let memory = UnsafeMutableRawPointer.allocate(byteCount: 64 * 64, alignment: 64)
            defer { memory.deallocate() }
            var cycle = try #require(RandomCycle(at: memory, byteCount: 64 * 64, lineBytes: 64, seed: seed))
            return (0..<64).map { _ in
                cycle.walk(1)
                return cycle.position - memory
            }
        }
        #expect(try order(1) == order(1))
        #expect(try order(1) != order(2))
    }

    @Test func itCanBeStoppedWhileItIsMade() {
        let bytes = 0x2_0000 * 64
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        defer { memory.deallocate() }
        #expect(RandomCycle(at: memory, byteCount: bytes, lineBytes: 64, isStopped: { true }) == nil)
    }
}

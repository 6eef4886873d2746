import AccessCosts
import Lab
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

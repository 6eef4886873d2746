import PhysicalMemory
import Testing

@testable import Lab

struct FreeBlocksTests {
    @Test func unusableIsWhatLiesInSmallerBlocks() {
        // 4 pages in single blocks, 4 in pairs, 8 in one block of order 3.
        let free = FreeBlocks([4, 2, 0, 1, 0])
        #expect(free.pages == 16)
        #expect((0...4).map(free.unusableFreeIndex) == [0, 0.25, 0.5, 0.5, 1])
        #expect(free.pages(from: -1) == 16 && free.pages(from: 99) == 0)
        #expect(FreeBlocks([0, 0]).unusableFreeIndex(0) == 1)
        #expect(FreeBlocks([]).unusableFreeIndex(3) == 1)
    }

    /// Worked out by hand from the rule, in whole thousandths.
    @Test func fragmentationTellsLackFromSplinters() {
        #expect(FreeBlocks([4, 2, 0, 1, 0]).fragmentationIndex(3) == nil)
        // 7 blocks, 16 pages: 1000 - (1000 + 16000 / 16) / 7 = 1000 - 285.
        #expect(FreeBlocks([4, 2, 0, 1, 0]).fragmentationIndex(4) == 0.715)
        // One free page and 1024 wanted: 1000 - (1000 + 0) / 1: for lack of memory alone.
        #expect(FreeBlocks([1]).fragmentationIndex(10) == 0)
        #expect(FreeBlocks([100_000]).fragmentationIndex(1) == 0.5)
        #expect(FreeBlocks([]).fragmentationIndex(0) == 0)
    }

    @Test func countsFromOutsideCannotOverflow() {
        let wild = FreeBlocks([Int](repeating: .max, count: 64))
        #expect(wild.pages.rawValue > 0)
        #expect((wild + wild).unusableFreeIndex(31) > 0)
        #expect(wild.fragmentationIndex(31) == nil)
        #expect(FreeBlocks([-5, 1]).pages == 2)
    }

    @Test func pressureBeginsAtTheMark() {
        func pressure(_ free: PageCount) -> ZonePressure { ZonePressure(free: free, min: 10, low: 12, high: 15) }
        #expect([0, 10].map { pressure($0) } == [.belowMin, .belowMin])
        #expect([11, 12].map { pressure($0) } == [.belowLow, .belowLow])
        #expect([13, 15].map { pressure($0) } == [.belowHigh, .belowHigh])
        #expect(pressure(16) == .aboveHigh)
    }
}

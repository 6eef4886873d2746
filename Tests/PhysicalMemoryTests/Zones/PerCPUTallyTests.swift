import TestSupport
import Testing

@testable import PhysicalMemory

@Suite struct PerCPUTallyTests {
    private struct Model: Equatable {
        var count = 0
        var frees = 0
        var factor = 0
        var wasHigh = false

        mutating func free(_ pages: Int, limit: Int) {
            count += pages
            factor >>= 1
            wasHigh = false
            if frees < limit { frees += pages }
        }
    }

    private func fields(_ tally: PerCPUTally) -> Model {
        Model(
            count: tally.count, frees: tally.freeCount, factor: tally.allocFactor,
            wasHigh: tally.previousFreeWasHighOrder)
    }

    /// One word keeps what four would.
    @Test(arguments: 1...4 as ClosedRange<UInt64>) func isFourNumbers(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var (tally, model) = (PerCPUTally(), Model())
        let limit = [0, 63, 2016, PerCPUTally.mostFrees][Int(seed - 1)]
        for _ in 0..<20_000 {
            let pages = 1 << Int(random.next() % 10)
            switch random.next() % 7 {
            case 0, 1:
                tally.noteFreed(pages: pages, limit: PerCPUTally.FreesLimit(limit))
                model.free(pages, limit: limit)
            case 2 where model.count >= pages:
                tally.noteAllocated(pages: pages)
                model.count -= pages
                model.frees >>= 1
            case 3 where model.count >= pages:
                tally.remove(pages)
                model.count -= pages
            case 4:
                tally.add(pages)
                model.count += pages
            case 5:
                tally.allocFactor = pages % 6
                tally.previousFreeWasHighOrder = pages & 2 != 0
                (model.factor, model.wasHigh) = (pages % 6, pages & 2 != 0)
            default:
                tally.noteFreed(singlePages: pages, limit: PerCPUTally.FreesLimit(limit))
                for _ in 0..<pages { model.free(1, limit: limit) }
            }
            #expect(fields(tally) == model)
        }
    }

    @Test func keepsToWhatItHasRoomFor() {
        var tally = PerCPUTally()
        tally.add(Int(UInt32.max))
        tally.freeCount = .max
        tally.allocFactor = .max
        #expect(fields(tally) == Model(count: Int(UInt32.max), frees: PerCPUTally.mostFrees, factor: 31))
        tally.freeCount = -1
        tally.allocFactor = -1
        tally.previousFreeWasHighOrder = true
        #expect(fields(tally) == Model(count: Int(UInt32.max), wasHigh: true))
        tally.freeCount = PerCPUTally.mostFrees - 1
        tally.remove(Int(UInt32.max))
        tally.noteFreed(pages: 512, limit: PerCPUTally.FreesLimit(.max))
        #expect(tally.freeCount == PerCPUTally.mostFrees + 511 && tally.count == 512)
    }
}

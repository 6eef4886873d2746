import AccessCosts
import Testing

@Suite struct SummaryTests {
    @Test func medianAndSpread() throws {
        let odd = try #require(Summary([5, 1, 9]))
        #expect(odd.median == 5 && odd.minimum == 1 && odd.maximum == 9 && odd.spread == 8 && odd.count == 3)
        #expect(Summary([4, 1, 2, 9])?.median == 3)
    }

    @Test func withoutFiniteReadingsThereIsNone() {
        #expect(Summary([]) == nil)
        #expect(Summary([.nan, .infinity]) == nil)
        #expect(Summary([.nan, 3])?.count == 1)
    }
}

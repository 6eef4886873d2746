import Testing

@testable import Lab

@Suite struct ChartAxisTests {
    @Test func barsBeginAtZeroHoweverFarApart() {
        let axis = ChartAxis([1, 1000], mayBeLogarithmic: false)
        #expect(!axis.isLogarithmic && axis.marks == [0, 500, 1000])
        #expect(axis.place(0) == 0 && axis.place(500) == 0.5 && axis.place(1000) == 1)
    }

    @Test func whatIsNearIsOnAnAxisFromZero() {
        #expect(!ChartAxis([40, 1000], mayBeLogarithmic: true).isLogarithmic)
    }

    @Test func whatIsFarApartGoesByPowersOfTen() {
        let axis = ChartAxis([30, 1_100_000], mayBeLogarithmic: true)
        #expect(axis.isLogarithmic && axis.marks == [10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000])
        #expect(axis.place(10) == 0 && abs(axis.place(10_000) - 0.5) < 1e-12 && axis.place(10_000_000) == 1)
        let small = ChartAxis([0.02, 5], mayBeLogarithmic: true)
        #expect(small.isLogarithmic && abs(small.place(0.02)) < 0.2 && small.place(10) == 1)
    }

    /// Nothing to draw, and what is no number, draws nothing wild.
    @Test(arguments: [[], [0], [.nan], [.infinity, 0], [-5, 3, 400]])
    func everyPlaceIsOnTheAxis(values: [Double]) {
        let axis = ChartAxis(values, mayBeLogarithmic: true)
        for value in [0, -1, 1e-9, 1, 1e12] { #expect((0...1).contains(axis.place(value))) }
        #expect(axis.marks.count >= 2)
    }
}

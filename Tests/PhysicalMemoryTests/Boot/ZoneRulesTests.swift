import Testing

@testable import PhysicalMemory

/// The arithmetic alone, against what kernels printed in `/proc/zoneinfo` after boot.
@Suite struct ZoneRulesTests {
    private func rules(
        _ kernel: KernelVersion = .reference, cpus: Int = 1, onlineCPUs: Int = 1, standsApart: Bool = false,
        highFraction: Int = 0
    ) -> ZoneRules {
        ZoneRules(
            kernel: kernel, pageSize: .kibibytes(4), cpus: cpus, onlineCPUs: onlineCPUs, standsApart: standsApart,
            minFreePages: 0, scaleFactor: 10, highFraction: highFraction)
    }

    /// 6.12, zones whose low watermark is a quarter above min, and one whose scale factor raises it more.
    @Test(arguments: [
        (3840, 54, 67, 80, 93), (17844, 226, 282, 338, 394), (3840, 107, 133, 159, 185),
        (253839, 7127, 8908, 10689, 12470), (500717, 11177, 13971, 16765, 19559),
    ])
    func watermarksFollowFromTheShare(_ managed: Int, _ min: Int, _ low: Int, _ high: Int, _ promo: Int) {
        let marks = rules().watermarks(managed: managed, share: min)
        #expect(marks.min.rawValue == min && marks.low.rawValue == low)
        #expect(marks.high.rawValue == high && marks.promo?.rawValue == promo)
    }

    /// Zone HighMem of an i386 machine, 6.1: its gap is its own share, as large as Normal's would be, not its min's.
    @Test func aZoneThatStandsApartHasAMinOfItsOwn() {
        let marks = rules(KernelVersion(6, 1), standsApart: true).watermarks(managed: 300_002, share: 14_900)
        #expect(marks.min == 128 && marks.low == 3853 && marks.high == 7578 && marks.promo == nil)
        let small = rules(standsApart: true).watermarks(managed: 4096, share: 0)
        #expect(small.min == 32 && small.low == 36 && small.high == 40 && small.promo == 44)
    }

    @Test(arguments: [
        (3840, 1, 2, 1), (17844, 1, 2, 3), (300_002, 1, 10, 63), (211_173, 1, 8, 63), (3840, 4, 6, 1),
        (253_839, 4, 24, 63), (500_717, 4, 30, 63),
    ])
    func thresholdAndBatch(_ managed: Int, _ cpus: Int, _ threshold: Int, _ batch: Int) {
        let rules = rules(cpus: cpus, onlineCPUs: cpus)
        #expect(rules.statThreshold(managed: managed) == threshold)
        #expect(rules.perCPU(managed: managed, low: 0).batch.rawValue == batch)
    }

    /// A counter may stray by 125 at most: it is kept in a signed byte.
    @Test func theThresholdEnds() { #expect(rules(onlineCPUs: 4096).statThreshold(managed: 1 << 40) == 125) }

    @Test func listsShareTheLowWatermarkButHoldFourBatches() {
        let shared = rules(cpus: 4).perCPU(managed: 253_839, low: 8908)
        #expect(shared.highMin == 2227 && shared.highMax == 7932)
        let crowded = rules(cpus: 256).perCPU(managed: 253_839, low: 8908)
        #expect(crowded.highMin == 252 && crowded.highMax == 252)
        let fraction = rules(cpus: 4, highFraction: 16).perCPU(managed: 253_839, low: 8908)
        #expect(fraction.highMin == 3966 && fraction.highMax == 3966)
        let fixed = rules(KernelVersion(6, 1), cpus: 4).perCPU(managed: 253_839, low: 8908)
        #expect(fixed.highMin == 2227 && fixed.highMax == 2227)
    }
}

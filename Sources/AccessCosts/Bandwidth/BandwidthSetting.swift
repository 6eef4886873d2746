import HostNUMA

/// One way to move memory.
struct BandwidthSetting: Hashable, Sendable {
    let kernel: BandwidthKernel
    let streaming: Bool

    /// Every kernel, those that store with and without streaming stores.
    static let all = BandwidthKernel.allCases.flatMap { kernel in
        (kernel.stores ? [false, true] : [false]).map { BandwidthSetting(kernel: kernel, streaming: $0) }
    }
}

/// One thread's part of a measurement: where its arrays are.
struct BandwidthShare: @unchecked Sendable {
    // Unchecked: an address that the seat's thread alone uses meanwhile.
    let seat: Seat
    /// Three arrays of `arrayBytes` each.
    let start: UnsafeMutableRawPointer
    let arrayBytes: Int

    /// Cuts memory into a share per seat; nil if there is too little.
    static func cut(_ memory: MeasuredMemory, among seats: [Seat]) -> [BandwidthShare]? {
        guard !seats.isEmpty else { return nil }
        let arrayBytes = memory.byteCount / seats.count / 3 / MemoryLoop.granule * MemoryLoop.granule
        guard arrayBytes > 0 else { return nil }
        return seats.indices.map {
            BandwidthShare(seat: seats[$0], start: memory.address + $0 * 3 * arrayBytes, arrayBytes: arrayBytes)
        }
    }
}

/// What one thread moved in each run.
private struct ThreadReadings: Sendable {
    /// In bytes per nanosecond, which is 10⁹ per second.
    var rates: [Double] = []
    var problem: String?
}

extension [BandwidthShare] {
    /// Moves memory on all seats at once, and adds their rates up: a sum per run.
    ///
    /// Throws `HostError.unreachable` if a thread was not on its CPU. Empty if interrupted at once.
    func measure(_ setting: BandwidthSetting, _ sizing: Sizing, _ interrupt: InterruptFlag) throws(HostError)
        -> [Double]
    {
        let line = StartLine(count: count)
        let (runs, budget) = (sizing.moves, Duration.seconds(sizing.reading))
        let results = Crew.run(map(\.seat)) { [self] place in
            let share = self[place]
            var loop = MemoryLoop(
                setting.kernel, streaming: setting.streaming, at: share.start, byteCount: share.arrayBytes,
                pieceBytes: sizing.pieceBytes)
            var readings = ThreadReadings()
            // Every thread comes to every round, whatever befell it: the others wait there.
            for run in 0...runs {
                line.wait(round: run)
                if readings.problem != nil || interrupt.isRaised { continue }
                readings.problem = share.seat.misplacement()
                var bytes = 0
                let begin = ContinuousClock.now
                var elapsed = Duration.zero
                repeat {
                    bytes += loop.advance()
                    elapsed = ContinuousClock.now - begin
                } while elapsed < budget && !interrupt.isRaised
                readings.problem = readings.problem ?? share.seat.misplacement()
                // The first run is for warming up.
                if run > 0 { readings.rates.append(Double(bytes) / (elapsed / .nanoseconds(1))) }
            }
            return readings
        }
        for (share, result) in zip(self, results) {
            if let problem = result.problem { throw .unreachable(node: share.seat.node.id, reason: problem) }
        }
        let complete = results.map(\.rates.count).min() ?? 0
        return (0..<complete).map { run in results.reduce(0) { $0 + $1.rates[run] } }
    }
}

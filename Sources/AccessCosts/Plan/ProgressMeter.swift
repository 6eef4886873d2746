/// Counts steps against the plan. Used by the conducting thread alone.
struct ProgressMeter {
    private let parts: [MeasurePlan.Part]
    private let planned: Double
    private let begin = ContinuousClock.now
    private let tell: @Sendable (MeasureProgress) -> Void
    private var index = 0
    private var steps = 0

    init(_ plan: MeasurePlan, _ tell: @escaping @Sendable (MeasureProgress) -> Void) {
        parts = plan.parts
        planned = max(1e-6, plan.seconds)
        self.tell = tell
    }

    var elapsed: Double { (ContinuousClock.now - begin) / .seconds(1) }

    mutating func enter(_ index: Int) {
        self.index = index
        steps = 0
    }

    mutating func step(_ words: String) {
        guard parts.indices.contains(index) else { return }
        let part = parts[index]
        let within = min(1, Double(steps) / Double(max(1, part.steps))) * part.seconds
        let past = parts[..<index].reduce(0) { $0 + $1.seconds } + within
        let elapsed = elapsed
        // What was planned and what it took: the pace. Before there is much to see, the plan's own.
        let pace = past > 0.5 ? elapsed / past : 1
        tell(
            MeasureProgress(
                part: part.part, words: words, done: min(1, past / planned), secondsLeft: (planned - past) * pace))
        steps += 1
    }
}

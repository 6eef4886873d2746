/// What the CPUs' time went to since this machine started, in clock ticks of all of them.
///
/// *Kernel counterpart:* the line `cpu` of /proc/stat.
public struct CPUTime: Hashable, Sendable {
    public let total: Int
    /// A hypervisor gave it to others while somebody here wanted it.
    public let stolen: Int

    /// Reads it under `root`, "" for this host; nil if the kernel does not say.
    public static func current(root: String = "") -> CPUTime? {
        guard let line = (try? HostFile(root + "/proc/stat"))??.firstLine, let name = line.words.first, name == "cpu"
        else { return nil }
        // user nice system idle iowait irq softirq steal; guests' time, which follows, is in user's already.
        let ticks = line.words.dropFirst().prefix(8).compactMap { HostFile.number($0) }
        guard ticks.count == 8 else { return nil }
        var total = 0
        for count in ticks {
            let (sum, overflow) = total.addingReportingOverflow(count)
            guard count >= 0, !overflow else { return nil }
            total = sum
        }
        return CPUTime(total: total, stolen: ticks[7])
    }

    /// The stolen part of the time since `earlier`, from 0 to 100; nil if none has passed.
    public func stolenPercent(since earlier: CPUTime) -> Double? {
        guard total > earlier.total, stolen >= earlier.stolen else { return nil }
        return min(100, Double(stolen - earlier.stolen) / Double(total - earlier.total) * 100)
    }
}

import PhysicalMemory

/// What `stress` is to do: one point for each combination of lock, list sizes and number of threads.
public struct StressOptions: Sendable {
    /// What each point does; its `cpus`, `lock` and list sizes are set point by point.
    public var run: RunOptions
    public var locks: [LockAlgorithm] = [.ttas]
    /// CPUs of the machine at work, each a thread; `nil`: all.
    public var threads: Int?
    /// Values of `pcp.batch` to go through; empty: the machine's own.
    public var batches: [Int] = []
    /// Values of `pcp.high` to go through; empty: the machine's own bounds.
    public var highs: [Int] = []
    /// 1, 2, 4 … threads up to the host's CPUs, and then more threads than those.
    public var isScale = false
    /// Measure each lock's waits and holds, which sends every request the long way.
    public var measuresLocks = true
    /// Measure a cache line's way between two CPUs at the begin and at the end, which takes some ms on an idle host.
    public var measuresRoundTrip = true
    /// Torture the locks alone; `nil`: the allocator under them.
    public var torture: TortureOptions?

    public init() {
        run = RunOptions()
        run.seconds = 3
        run.perNode = .mebibytes(128)
        run.latency = nil
        run.hasThreadPerCPU = true
        run.drive.checksOwners = true
        run.drive.stopsAtFault = true
    }
}

import HostNUMA
import PhysicalMemory

/// A modelled CPU: its work runs synchronously on the thread that stands for it.
///
/// Where several share a thread, each runs a slice and lets the next have its turn.
actor ModelledCPU {
    nonisolated let executor: PinnedExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let drive: Drive
    private let place: Int
    private let sharesThread: Bool
    private var driver: Driver?
    private var switches = 0

    /// Slices without any operation, a millisecond each, after which a CPU gives up what is left to do.
    private static let patience = 1000

    /// Operations in a slice: about a millisecond.
    private static let slice = 1 << 15

    init(_ drive: Drive, place: Int, on executor: PinnedExecutor, sharesThread: Bool) {
        self.drive = drive
        self.place = place
        self.executor = executor
        self.sharesThread = sharesThread
    }

    /// Makes the driver, on its own thread so that what it needs lies near.
    func prepare() { driver = Driver(drive, place: place) }

    /// Works until the drive is stopped, or `operations` are done or there is no memory for them for long.
    func run(operations: Int?, bell: KswapdBell) async {
        guard drive.isActive(place) else { return }
        let before = ThreadSwitches.current.involuntary
        var rest = operations ?? .max
        var fruitless = 0
        while rest > 0 && !drive.isStopped && (operations == nil || fruitless < Self.patience) {
            let done = driver?.run(operations: min(rest, Self.slice)) ?? 0
            rest -= min(rest, done)
            executor.noteCPU()
            bell.ring()
            fruitless = done == 0 ? fruitless + 1 : 0
            if done == 0 {
                // There is no memory at the moment: others have to free some.
                try? await Task.sleep(for: .milliseconds(1))
            } else if sharesThread {
                await Task.yield()
            }
        }
        switches = ThreadSwitches.current.involuntary - before
    }

    /// What was done, and what is still held. All CPUs of the drive rest.
    func outcome() -> CPUOutcome {
        driver?.completePlant()
        return CPUOutcome(report: driver?.report(), holdings: driver?.holdings() ?? [], involuntarySwitches: switches)
    }

    /// Frees what is still held, and returns what went wrong in doing so. The others may run.
    func releaseAll() -> [DriverFault] {
        driver?.releaseAll()
        return driver?.report().faults ?? []
    }
}

struct CPUOutcome: Sendable {
    var report: DriverReport?
    var holdings: [Holding]
    /// Times that the host's scheduler took the CPU away. Threads are shared: so is the number.
    var involuntarySwitches: Int
}

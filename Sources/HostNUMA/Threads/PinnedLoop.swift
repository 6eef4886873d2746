import CHostShims
import Glibc
import Synchronization

/// What a pinned thread does, and what it and the outside share. It outlives the executor if it must.
final class PinnedLoop: @unchecked Sendable {
    // Unchecked: every `var` is reached with `monitor` held, but `lastSeen`, which is the thread's alone.

    enum Entry {
        case job(UnownedJob, UnownedSerialExecutor, UnownedTaskExecutor)
        case work(@Sendable () -> Void)
    }

    /// How long the thread looks for work before it sleeps: more than a hop between two busy actors.
    private static let spinNanoseconds: UInt64 = 10_000

    private let place: ThreadPlace
    private let name: String
    private let monitor = Monitor()
    /// Entries that nobody has taken, so that the thread can spin without the lock.
    private let waiting = Atomic<Int>(0)
    private var entries: [Entry] = []
    private var isAsleep = false
    private var isClosed = false
    private var outcome: Pinning?
    private var seen = Set<HostCPU>()
    private var lastSeen: HostCPU?

    init(place: ThreadPlace, name: String) {
        self.place = place
        self.name = name
    }

    var pinning: Pinning { monitor.withLock { outcome ?? .notAsked } }
    var observedCPUs: [HostCPU] { monitor.withLock { seen.sorted() } }

    func waitUntilStarted() {
        monitor.lock()
        defer { monitor.unlock() }
        while outcome == nil { monitor.wait() }
    }

    func add(_ entry: Entry) {
        monitor.lock()
        defer { monitor.unlock() }
        precondition(!isClosed, "a job for \(name) after its shutdown")
        entries.append(entry)
        waiting.store(entries.count, ordering: .releasing)
        if isAsleep { monitor.signal() }
    }

    /// Lets the thread end when it has nothing left to do. False if that was said before.
    func close() -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        guard !isClosed else { return false }
        isClosed = true
        monitor.signal()
        return true
    }

    /// The thread.
    func run() {
        chost_name_thread(name)
        let pinning = place.pinCallingThread()
        noteCPU()
        monitor.lock()
        outcome = pinning
        monitor.signal()
        monitor.unlock()
        while let batch = take() {
            for entry in batch {
                noteCPU()
                switch entry {
                case .job(let job, let serial, let task):
                    job.runSynchronously(isolatedTo: serial, taskExecutor: task)
                case .work(let work):
                    work()
                }
                noteCPU()
            }
        }
    }

    @discardableResult
    func noteCPU() -> HostCPU? {
        let cpu = HostCPU.current
        if cpu != lastSeen {
            lastSeen = cpu
            if let cpu { monitor.withLock { _ = seen.insert(cpu) } }
        }
        return cpu
    }

    /// All entries there are; sleeps if there are none. Nil when closed and empty.
    private func take() -> [Entry]? {
        spin()
        monitor.lock()
        defer { monitor.unlock() }
        while entries.isEmpty {
            if isClosed { return nil }
            isAsleep = true
            monitor.wait()
            isAsleep = false
        }
        let batch = entries
        entries.removeAll(keepingCapacity: true)
        waiting.store(0, ordering: .relaxed)
        return batch
    }

    private func spin() {
        let end = Self.now() + Self.spinNanoseconds
        while waiting.load(ordering: .acquiring) == 0, Self.now() < end { chost_pause() }
    }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

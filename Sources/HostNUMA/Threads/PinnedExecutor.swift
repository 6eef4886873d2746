import Glibc

/// An actor's executor that is one thread of its own, pinned to one CPU (or to a node's).
///
/// Jobs run one after the other in the order they came. With nothing to do the thread spins for some microseconds,
/// then sleeps. Where the kernel refuses the pin, the thread runs unpinned and `pinning` says why.
///
///     actor Worker {
///         nonisolated let executor: PinnedExecutor
///         nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
///     }
public final class PinnedExecutor: SerialExecutor, TaskExecutor {
    public let name: String
    public let place: ThreadPlace
    private let loop: PinnedLoop
    private let thread: pthread_t

    /// Starts the thread and waits until it is pinned, or knows that it may not.
    ///
    /// `name` is shown by `ps -L`, cut after 15 bytes. Throws `HostError.systemCall` if no thread can be had.
    public init(_ place: ThreadPlace, name: String) throws(HostError) {
        self.place = place
        self.name = name
        loop = PinnedLoop(place: place, name: name)
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(loop)
        let code = pthread_create(
            &thread, nil,
            { argument in
                Unmanaged<PinnedLoop>.fromOpaque(argument!).takeRetainedValue().run()
                return nil
            }, argument.toOpaque())
        guard code == 0 else {
            argument.release()
            throw .systemCall(name: "pthread_create", code: code)
        }
        self.thread = thread
        loop.waitUntilStarted()
    }

    deinit { stop() }

    /// What became of the pin.
    public var pinning: Pinning { loop.pinning }

    /// The CPUs the thread was seen on, ascending: before and after each job, and at each `noteCPU()`.
    public var observedCPUs: [HostCPU] { loop.observedCPUs }

    /// Looks where the thread is and adds it to `observedCPUs`; for long jobs, now and then. Only on the thread.
    ///
    /// Some ns where the CPU is the same as the last time.
    @discardableResult
    public func noteCPU() -> HostCPU? {
        precondition(isCurrent, "noteCPU() is for the executor's own thread")
        return loop.noteCPU()
    }

    /// Whether the caller runs on this executor's thread.
    public var isCurrent: Bool { pthread_equal(pthread_self(), thread) != 0 }

    /// Has `body` run on the thread, behind the jobs that are there already, and returns at once.
    public func add(_ body: @escaping @Sendable () -> Void) { loop.add(.work(body)) }

    /// Runs `body` on the thread, behind the jobs that are there already, and gives its result.
    public func run<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let result = await withCheckedContinuation { continuation in
            loop.add(.work { continuation.resume(returning: Result(catching: body)) })
        }
        return try result.get()
    }

    /// As `run`, but the caller's thread sleeps meanwhile. Never on the executor's own thread.
    public func runBlocking<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        precondition(!isCurrent, "a thread cannot wait for itself")
        let handover = Handover<Result<Value, Failure>>()
        loop.add(.work { handover.put(Result(catching: body)) })
        return try handover.take().get()
    }

    /// Ends the thread when the jobs that are there have run, and waits for it. No job may come after.
    ///
    /// Happens by itself when the executor is released.
    public func shutdown() { stop() }

    private func stop() {
        guard loop.close() else { return }
        if isCurrent {
            // Its own last job let go of the executor: nobody is left to join it.
            pthread_detach(thread)
        } else {
            pthread_join(thread, nil)
        }
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        loop.add(.job(UnownedJob(job), asUnownedSerialExecutor(), asUnownedTaskExecutor()))
    }

    public func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
    public func asUnownedTaskExecutor() -> UnownedTaskExecutor { UnownedTaskExecutor(ordinary: self) }

    public func checkIsolated() {
        precondition(isCurrent, "not on \(name), the executor's thread")
    }

    public func isIsolatingCurrentContext() -> Bool? { isCurrent }
}

/// One value, from one thread to another that waits for it.
private final class Handover<Value: Sendable>: @unchecked Sendable {
    // Unchecked: `value` is reached under the monitor's mutex only.
    private let monitor = Monitor()
    private var value: Value?

    func put(_ new: Value) {
        monitor.lock()
        value = new
        monitor.signal()
        monitor.unlock()
    }

    func take() -> Value {
        monitor.lock()
        defer { monitor.unlock() }
        while true {
            if let value { return value }
            monitor.wait()
        }
    }
}

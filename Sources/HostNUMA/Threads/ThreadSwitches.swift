import CHostShims

/// How often a thread gave its CPU up since it started.
public struct ThreadSwitches: Hashable, Sendable {
    /// It slept or waited.
    public let voluntary: Int
    /// The scheduler took the CPU from it.
    public let involuntary: Int

    /// Those of the calling thread; zeros if the kernel won't say.
    ///
    /// The corresponding C function is `getrusage(RUSAGE_THREAD)`. A system call, some hundred ns.
    public static var current: ThreadSwitches {
        var voluntary = 0
        var involuntary = 0
        guard chost_thread_switches(&voluntary, &involuntary) == 0 else {
            return ThreadSwitches(voluntary: 0, involuntary: 0)
        }
        return ThreadSwitches(voluntary: voluntary, involuntary: involuntary)
    }
}

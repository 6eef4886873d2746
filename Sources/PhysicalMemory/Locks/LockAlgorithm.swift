/// How a zone's lock is taken and handed on. The raw value is the name that `--lock` takes.
///
/// None has readers: each is held by one thread at a time.
///
/// A kernel's spinlock holder keeps its CPU; a thread can lose it, as a waiter can whose turn has come. Every wait
/// therefore looks a bounded number of times and then yields its CPU.
public enum LockAlgorithm: String, CaseIterable, Codable, Hashable, Sendable {
    /// Test and set: each look is an exchange, which takes the cache line from the holder.
    ///
    /// *Source:* Anderson, "The Performance of Spin Lock Alternatives" (1990).
    case tas
    /// Test and test and set with back-off: waiters read until the lock looks free.
    ///
    /// *Source:* Anderson (1990). *Kernel counterpart:* what `virt_spin_lock` does in guests without paravirt locks,
    /// with an exchange in place of its compare.
    case ttas
    /// A number is drawn, and waited for until it is served.
    ///
    /// *Source:* Reed and Kanodia's eventcounts (1979), as a lock in Mellor-Crummey and Scott (1991). *Kernel
    /// counterpart:* x86's `spinlock_t` from 2.6.25 to 4.1, `asm-generic/ticket_spinlock.h` today.
    case ticket
    /// A queue of waiters, each of which looks at a word of its own.
    ///
    /// *Source:* Mellor-Crummey and Scott, "Algorithms for Scalable Synchronization" (1991). *Kernel counterpart:*
    /// `mcs_spinlock`.
    case mcs
    /// One word: locked, pending for the first waiter, and the tail of an MCS queue for those after it.
    ///
    /// *Source and kernel counterpart:* `qspinlock` (Long and Zijlstra, 4.2).
    case queued
    /// An MCS queue that hands the lock on within a node, a bounded number of times in a row.
    ///
    /// *Source:* Dice and Kogan, "Compact NUMA-Aware Locks" (EuroSys 2019), with a count in place of their random
    /// flush. *Kernel counterpart:* the `CONFIG_NUMA_AWARE_SPINLOCKS` patches, never merged.
    case numa
    /// The C library's `pthread_spinlock_t`, for reference.
    case pthread
    /// `Synchronization.Mutex`, for reference: a futex with priority inheritance, whose waiters sleep.
    /// *Kernel counterpart:* `rt_mutex`, which does the sleeping.
    case mutex

    /// Whether waiters get the lock in the order in which they came.
    public var isFair: Bool {
        switch self {
        case .ticket, .mcs, .queued: true
        // The first is served in its turn only; ``CompactNUMALock`` says how often others may go before it.
        case .numa: false
        case .tas, .ttas, .pthread, .mutex: false
        }
    }
}

/// How far compaction has come in a zone, and whether it is worth another try. All 0 until it first runs.
///
/// *Kernel counterpart:* the fields `compact_*` of `struct zone`.
struct ZoneCompaction: ~Copyable {
    /// *Kernel counterpart:* `compact_cached_free_pfn`.
    let cachedFreePFN = SharedInt()
    /// *Kernel counterpart:* `compact_cached_migrate_pfn[0]`.
    let cachedAsyncMigratePFN = SharedInt()
    /// *Kernel counterpart:* `compact_cached_migrate_pfn[1]`.
    let cachedSyncMigratePFN = SharedInt()
    /// *Kernel counterpart:* `compact_init_migrate_pfn`.
    let initialMigratePFN = SharedInt()
    /// *Kernel counterpart:* `compact_init_free_pfn`.
    let initialFreePFN = SharedInt()
    /// *Kernel counterpart:* `compact_considered`.
    let considered = SharedInt()
    /// *Kernel counterpart:* `compact_defer_shift`.
    let deferShift = SharedInt()
    /// *Kernel counterpart:* `compact_order_failed`.
    let orderFailed = SharedInt()
    /// *Kernel counterpart:* `compact_blockskip_flush`.
    let flushesSkipMarks = SharedFlags()
}

/// How far compaction has come in a zone at one moment.
public struct ZoneCompactionStatus: Hashable, Sendable {
    /// Where the scanner for free pages goes on.
    public var cachedFreePFN = PFN(0)
    /// Where the scanner for movable pages goes on: asynchronously, synchronously.
    public var cachedMigratePFN = [PFN(0), PFN(0)]
    /// Where the scanner for movable pages started after the last reset.
    public var initialMigratePFN = PFN(0)
    /// Where the scanner for free pages started.
    public var initialFreePFN = PFN(0)
    /// Attempts since compaction last failed.
    public var considered = 0
    /// log₂ of the attempts to pass over after a failure.
    public var deferShift = 0
    /// The least order that failed.
    public var orderFailed: Order = 0
    /// Skip marks are to be cleared before the next run.
    public var flushesSkipMarks = false

    /// A zone in which compaction never ran.
    public init() {}

    init(_ state: borrowing ZoneCompaction) {
        func pfn(_ value: Int) -> PFN { PFN(UInt64(max(0, value))) }
        cachedFreePFN = pfn(state.cachedFreePFN.load())
        cachedMigratePFN = [pfn(state.cachedAsyncMigratePFN.load()), pfn(state.cachedSyncMigratePFN.load())]
        initialMigratePFN = pfn(state.initialMigratePFN.load())
        initialFreePFN = pfn(state.initialFreePFN.load())
        considered = state.considered.load()
        deferShift = state.deferShift.load()
        orderFailed = Order(state.orderFailed.load())
        flushesSkipMarks = state.flushesSkipMarks.load() != 0
    }
}

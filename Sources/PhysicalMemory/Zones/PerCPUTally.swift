/// What a CPU's lists count with each page that they gain or lose, in one word.
///
/// Of several words each would be read and written every time, and a read has to wait until it is known that no store
/// before it, to a page not yet looked up, was to the same place.
struct PerCPUTally {
    /// From bit 0 the pages in the lists, from 32 whether a block of order 1 to 3 was freed last, from 33 the factor of
    /// the next fetch, from 38 the recent frees, which so can be compared with nothing else taken away.
    private var word: UInt64 = 0

    private static var wasHighBit: UInt64 { 1 << 32 }
    private static var factorShift: UInt64 { 33 }
    private static var factorMask: UInt64 { 31 << factorShift }
    private static var freesShift: UInt64 { 38 }
    private static var freesMask: UInt64 { .max << freesShift }

    /// The most recent frees that there is room for. A kernel's limit is some thousand.
    static var mostFrees: Int { 1 << 25 }

    /// Pages in the lists. *Kernel counterpart:* `count`.
    @inline(__always) var count: Int { Int(word & 0xffff_ffff) }

    /// Pages freed lately without an allocation between. *Kernel counterpart:* `free_count`.
    var freeCount: Int {
        @inline(__always) get { Int(word &>> Self.freesShift) }
        set {
            let least = word & (1 << Self.freesShift - 1)
            word = least | UInt64(Swift.min(Swift.max(newValue, 0), Self.mostFrees)) << Self.freesShift
        }
    }

    /// log₂ of the factor that scales the next fetch: grows while nothing is freed. *Kernel counterpart:* `alloc_factor`.
    var allocFactor: Int {
        get { Int((word & Self.factorMask) >> Self.factorShift) }
        set { word = word & ~Self.factorMask | UInt64(Swift.min(Swift.max(newValue, 0), 31)) << Self.factorShift }
    }

    /// The block before was freed as one of order 1 to 3. *Kernel counterpart:* `PCPF_PREV_FREE_HIGH_ORDER`.
    var previousFreeWasHighOrder: Bool {
        get { word & Self.wasHighBit != 0 }
        set { word = newValue ? word | Self.wasHighBit : word & ~Self.wasHighBit }
    }

    /// Pages came from the zone. They must not be more than 2³².
    @inline(__always) mutating func add(_ pages: Int) { word &+= UInt64(truncatingIfNeeded: pages) }

    /// Pages went back to the zone; the lists had as many.
    @inline(__always) mutating func remove(_ pages: Int) { word &-= UInt64(truncatingIfNeeded: pages) }

    /// Recent frees count half from now on.
    @inline(__always) mutating func halveFrees() { noteAllocated(pages: 0) }

    /// A block was allocated from the lists, which had it: recent frees count half from now on.
    @inline(__always) mutating func noteAllocated(pages: Int) {
        let halved = word &>> 1 & Self.freesMask
        word = (word & ~Self.freesMask) &- UInt64(truncatingIfNeeded: pages) | halved
    }

    /// A block was freed to the lists: the next fetch is smaller, and this is a recent free if `limit` pages were not
    /// yet, of ``FreesLimit``.
    @inline(__always) mutating func noteFreed(pages: Int, limit: FreesLimit) {
        var word = word
        if word & (Self.factorMask | Self.wasHighBit) != 0 { word = Self.calmed(word) }
        let pages = UInt64(truncatingIfNeeded: pages)
        word &+= pages
        if word < limit.word { word &+= pages &<< Self.freesShift }
        self.word = word
    }

    // Out of line, so that it is a branch, seldom taken, and no part of what each free waits for.
    @inline(never) private static func calmed(_ word: UInt64) -> UInt64 {
        word & ~(factorMask | wasHighBit) | (word & factorMask) &>> 1 & factorMask
    }

    /// What ``noteFreed(pages:limit:)`` would do for each of as many single pages.
    mutating func noteFreed(singlePages: Int, limit: FreesLimit) {
        guard singlePages > 0 else { return }
        let frees = freeCount
        add(singlePages)
        allocFactor = singlePages < 32 ? allocFactor >> singlePages : 0
        previousFreeWasHighOrder = false
        if frees < limit.pages { freeCount = Swift.min(frees + singlePages, limit.pages) }
    }

    /// From how many recent frees on no more are counted.
    struct FreesLimit {
        let pages: Int
        fileprivate let word: UInt64

        init(_ pages: Int) {
            self.pages = Swift.min(Swift.max(pages, 0), PerCPUTally.mostFrees)
            word = UInt64(self.pages) << PerCPUTally.freesShift
        }
    }
}

/// One CPU's own blocks of one zone: lists by order and migrate type, and how many to fetch and give back at a time.
///
/// Lists 0 to 11 are 3 × order + type for orders 0 to 3; 12 and 13 hold blocks of a huge page's order, unmovable and
/// reclaimable ones together and movable ones. Reached only through its lock.
///
/// *Kernel counterpart:* `struct per_cpu_pages`.
struct PerCPULists: ~Copyable {
    /// *Kernel counterpart:* `NR_PCP_LISTS`, with transparent huge pages.
    static var listCount: Int { 14 }
    /// The highest order below a huge page that the lists keep. *Kernel counterpart:* `PAGE_ALLOC_COSTLY_ORDER`.
    static var costlyOrder: UInt32 { 3 }

    /// Turns of the statistics worker that a remote zone's lists outlive the CPU's last use of the zone.
    static var foldsUntilDrain: Int { 3 }

    var tally = PerCPUTally()
    /// Pages in all lists.
    @inline(__always) var count: Int { tally.count }
    /// Pages beyond which some are given back; moves between ``highMin`` and ``highMax``.
    var high = 0 { didSet { noteBounds() } }
    var highMin: Int { didSet { noteBounds() } }
    var highMax: Int { didSet { noteBounds() } }
    /// Pages fetched or given back at a time, before scaling.
    var batch: Int { didSet { noteBounds() } }
    /// log₂ of the largest number of batches that move at once. *Kernel counterpart:* `CONFIG_PCP_BATCH_SCALE_MAX`.
    let batchScaleMax: Int
    /// ``count`` from which a free has more to do: ``high``, or anything while that is out of its bounds.
    private var fullAt = 0
    private var freesLimit = PerCPUTally.FreesLimit(0)
    /// Whether blocks of order 1 to 3 leave at once only from `batch` pages on. Set where the CPU's share of the cache
    /// is large enough. *Kernel counterpart:* `PCPF_FREE_HIGH_BATCH`.
    var freesHighOrderInBatches = false
    /// Turns of the statistics worker until a remote zone's list is emptied. *Kernel counterpart:* `expire`.
    var expire = 0
    /// Times that an empty list was filled from the zone. It also keeps the whole of this in memory: a struct that could
    /// be in registers is copied where it is borrowed, all lists with it.
    let refills = SharedInt()
    /// Times that pages went back to the zone from here.
    let drains = SharedInt()

    private var lists = InlineArray<14, FrameRing> { _ in FrameRing() }

    init(_ tuning: ZoneLayout.PerCPUTuning, batchScaleMax: Int) {
        highMin = tuning.highMin.rawValue
        highMax = tuning.highMax.rawValue
        batch = tuning.batch.rawValue
        self.batchScaleMax = batchScaleMax
        noteBounds()
    }

    private mutating func noteBounds() {
        fullAt = high >= highMin && high <= highMax ? high : .min
        freesLimit = PerCPUTally.FreesLimit(batch << batchScaleMax)
    }

    /// The number of the list for blocks of this order and type, which must be one that the lists keep.
    /// *Kernel counterpart:* `order_to_pindex`.
    @inline(__always) static func listNumber(_ order: UInt32, _ type: UInt8) -> Int {
        order <= costlyOrder
            ? Int(truncatingIfNeeded: order &* 3 &+ UInt32(type)) : type == MigrateType.movable.rawValue ? 13 : 12
    }

    /// The number of blocks in a list.
    @inline(__always) func length(of list: Int) -> Int { lists[list].count }

    /// The first frame of a list's block at `place`, from 0 at the head.
    @inline(__always) func block(_ place: Int, of list: Int) -> FrameOffset { lists[list][place] }

    @inline(__always) func isEmpty(_ list: Int) -> Bool { lists[list].isEmpty }
    /// Whether ``makeRoom(in:)`` is due before the next block.
    @inline(__always) func isFull(_ list: Int) -> Bool { lists[list].isFull }
    mutating func makeRoom(in list: Int) { lists[list].makeRoom() }

    /// Takes the first block of a list that has one.
    @inline(__always) mutating func pop(_ list: Int, _ order: UInt32) -> FrameOffset {
        tally.remove(1 &<< Int(order))
        return lists[list].removeFirst()
    }

    /// ``pop(_:_:)`` by one who has not yet told the tally that somebody allocates.
    @inline(__always) mutating func allocate(_ list: Int, _ order: UInt32) -> FrameOffset {
        tally.noteAllocated(pages: 1 &<< Int(order))
        return lists[list].removeFirst()
    }

    /// Takes the first `blocks` single frames of a list that has as many.
    @inline(__always) mutating func popRun(_ blocks: Int, from list: Int, _ body: (FrameOffset) -> Void) {
        var run = lists[list].headRun
        for _ in 0..<blocks { body(run.take()) }
        lists[list].moveHead(to: run)
        tally.remove(blocks)
    }

    /// How many single frames can be freed to a list before it needs room or the lists are full.
    @inline(__always) func plainRoom(in list: Int, zoneFlags: UInt32) -> Int {
        guard zoneFlags & (ZoneFlags.reclaimActive | ZoneFlags.belowHigh) == 0, fullAt > count else { return 0 }
        return Swift.min(lists[list].room, fullAt &- count &- 1)
    }

    /// Frees single frames to the head of a list, at most as many as ``plainRoom(in:zoneFlags:)`` says, as long as
    /// `next` has some. Returns how many. It leaves what as many single frees would.
    @inline(__always) mutating func pushRun(
        atMost most: Int, to list: Int, _ frames: NodeFrames, next: (Int) -> FrameOffset
    ) -> Int {
        var run = lists[list].headRun
        var done = 0
        while done < most {
            let frame = next(done)
            if frame == .none { break }
            frames[frame].claim = Page.listed(UInt32(list))
            run.put(frame)
            done &+= 1
        }
        lists[list].moveHead(to: run)
        tally.noteFreed(singlePages: done, limit: freesLimit)
        return done
    }

    /// Puts a freed block to the head of a list that is not full, and notes it. Returns what ``noteFree(_:)`` does.
    @inline(__always) mutating func takeFreed(
        _ frame: FrameOffset, _ list: Int, _ order: UInt32, _ frames: NodeFrames
    ) -> Bool {
        frames[frame].claim = Page.listed(UInt32(list))
        lists[list].prepend(frame)
        return noteFree(order)
    }

    /// Puts a block that comes from the zone to the tail of a list, which is given room for it. It is still to be counted.
    @inline(__always) mutating func append(_ frame: FrameOffset, _ list: Int, _ frames: NodeFrames) {
        frames[frame].claim = Page.listed(UInt32(list))
        if lists[list].isFull { lists[list].makeRoom() }
        lists[list].append(frame)
    }

    /// Asks for the page of the block at `place` from a list's tail, to be written. There need be none.
    @inline(__always) func prefetchLast(_ place: Int, of list: Int, _ frames: NodeFrames) {
        frames.prefetchForWrite(lists[list].last(place), count: 2)
    }

    /// The block at `place` from a list's tail.
    @inline(__always) func last(_ place: Int, of list: Int) -> FrameOffset { lists[list].last(place) }

    /// Forgets a list's last blocks, which were given back.
    mutating func dropLast(_ blocks: Int, of list: Int, _ order: Int) {
        lists[list].removeLast(blocks)
        tally.remove(blocks << order)
    }
}

extension PerCPULists {
    private mutating func clampHigh() { high = Swift.min(Swift.max(high, highMin), highMax) }

    /// How many blocks of this order to fetch now that a list is empty.
    ///
    /// Each fetch of single pages without a free in between doubles the next, and `high` rises with what was fetched,
    /// as long as the zone has plenty. *Kernel counterpart:* `nr_pcp_alloc`.
    mutating func refillCount(_ order: UInt32, zoneIsBelowHigh: Bool) -> Int {
        clampHigh()
        if high < batch { return 1 }
        var blocks = order > 0 ? batch : batch << tally.allocFactor
        if highMin != highMax && !zoneIsBelowHigh { high = Swift.min(high + blocks, highMax) }
        if order == 0 {
            let most = Swift.max(high - count - batch, batch)
            if blocks <= most && tally.allocFactor < batchScaleMax { tally.allocFactor += 1 }
            blocks = Swift.min(blocks, most)
        }
        return blocks > 1 ? Swift.max(blocks >> Int(order), 2) : blocks
    }

    /// Notes one block freed to the lists. Returns whether blocks of order 1 to 3 are to leave at once.
    ///
    /// *Kernel counterpart:* with ``isAmple(freesHigh:zoneFlags:)`` and ``surplus(freesHigh:zoneFlags:)`` the second half
    /// of `free_unref_page_commit`.
    @inline(__always) private mutating func noteFree(_ order: UInt32) -> Bool {
        let isHigh = order &- 1 < Self.costlyOrder
        let followsHigh = isHigh && tally.previousFreeWasHighOrder && tally.freeCount >= batch
        tally.noteFreed(pages: 1 &<< Int(order), limit: freesLimit)
        if isHigh { tally.previousFreeWasHighOrder = true }
        return followsHigh && (!freesHighOrderInBatches || count >= batch)
    }

    /// The common case after a free: plenty of room, and nothing that would shrink the list.
    @inline(__always) func isAmple(freesHigh: Bool, zoneFlags: UInt32) -> Bool {
        !freesHigh && count < fullAt && zoneFlags & (ZoneFlags.reclaimActive | ZoneFlags.belowHigh) == 0
    }

    /// How many pages are to go back to the zone after a free; 0 for none.
    mutating func surplus(freesHigh: Bool, zoneFlags: UInt32) -> Int {
        let limit = limit(freesHigh: freesHigh, zoneFlags: zoneFlags)
        return count >= limit ? drainCount(limit: limit, freesHigh: freesHigh) : 0
    }

    /// The number of pages from which some go back; adapts `high` on the way. *Kernel counterpart:* `nr_pcp_high`.
    private mutating func limit(freesHigh: Bool, zoneFlags: UInt32) -> Int {
        clampHigh()
        let limit = high
        if limit == 0 { return 0 }
        if freesHigh {
            high = Swift.max(limit - batch << batchScaleMax, highMin)
            return 0
        }
        let recent = Swift.max(tally.freeCount, batch)
        if zoneFlags & ZoneFlags.reclaimActive != 0 {
            high = Swift.max(limit - recent, highMin)
            return Swift.min(batch << 2, high)
        }
        if highMin == highMax { return limit }
        if zoneFlags & ZoneFlags.belowHigh != 0 {
            high = Swift.max(limit - recent, highMin)
            return Swift.max(count, highMin)
        }
        if count >= limit && limit < tally.freeCount + batch {
            high = Swift.min(Swift.max(tally.freeCount + batch, highMin), highMax)
        }
        return limit
    }

    /// *Kernel counterpart:* `nr_pcp_free`.
    private func drainCount(limit: Int, freesHigh: Bool) -> Int {
        if freesHigh { return Swift.min(count, batch << batchScaleMax) }
        if limit < batch { return 1 }
        return Swift.min(Swift.max(tally.freeCount, batch), limit - batch)
    }

    /// Lowers `high` towards its least value, as the statistics worker does. Returns the pages then above it.
    ///
    /// *Kernel counterpart:* `decay_pcp_high`.
    mutating func decayHigh() -> Int {
        if high > highMin {
            high = Swift.max(count - batch << batchScaleMax, high - high >> 3, highMin)
        }
        return Swift.max(count - high, 0)
    }
}

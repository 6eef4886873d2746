/// A list of blocks that changes at its two ends only, as an array that goes round of the blocks' first frames.
///
/// A per-CPU list is such a list. With links in the pages, each block taken would wait for the page of the one before,
/// and write to a neighbour's.
///
/// *Kernel counterpart:* `struct list_head`, as `per_cpu_pages.lists` has it.
@safe struct FrameRing: ~Copyable {
    // Sound because `slots` has room for `capacity` frames, none or a power of two, and places are taken modulo that.
    // Without room it is no address at all, so that the many lists that nobody uses cost nothing.
    private var slots: UnsafeMutablePointer<FrameOffset>
    private var capacity: UInt32 = 0
    /// Where the first block stands, counted on and on.
    private var head: UInt32 = 0
    /// Where the next one after the last would stand.
    private var tail: UInt32 = 0

    private static var leastCapacity: UInt32 { 64 }

    init() { unsafe slots = UnsafeMutablePointer(bitPattern: MemoryLayout<FrameOffset>.alignment)! }

    deinit {
        if capacity > 0 { unsafe slots.deallocate() }
    }

    @inline(__always) var isEmpty: Bool { head == tail }
    /// Whether ``makeRoom()`` is due before the next block.
    @inline(__always) var isFull: Bool { tail &- head == capacity }
    @inline(__always) var count: Int { Int(tail &- head) }

    /// The first frame of the block at `place`, from 0 at the head to below ``count``.
    @inline(__always) subscript(place: Int) -> FrameOffset {
        assert(place >= 0 && place < count)
        return unsafe slots[slot(head &+ UInt32(truncatingIfNeeded: place))]
    }

    /// The block at `place` from the tail, from 0 on; any frame where there is none.
    @inline(__always) func last(_ place: Int) -> FrameOffset {
        assert(capacity > 0)
        return unsafe slots[slot(tail &- 1 &- UInt32(truncatingIfNeeded: place))]
    }

    @inline(__always) private func slot(_ place: UInt32) -> Int { Int(place & (capacity &- 1)) }

    /// Puts a block to the head of a list that is not full. Complexity: O(1).
    @inline(__always) mutating func prepend(_ frame: FrameOffset) {
        assert(!isFull)
        let place = head &- 1
        unsafe slots[slot(place)] = frame
        head = place
    }

    /// Puts a block to the tail of a list that is not full. Complexity: O(1).
    @inline(__always) mutating func append(_ frame: FrameOffset) {
        assert(!isFull)
        unsafe slots[slot(tail)] = frame
        tail &+= 1
    }

    /// Takes the first block; there must be one. Complexity: O(1).
    @inline(__always) mutating func removeFirst() -> FrameOffset {
        let frame = unsafe slots[slot(head)]
        head &+= 1
        return frame
    }

    /// Takes the last blocks; there must be as many. Complexity: O(1).
    @inline(__always) mutating func removeLast(_ blocks: Int) {
        assert(blocks >= 0 && blocks <= count)
        tail &-= UInt32(truncatingIfNeeded: blocks)
    }

    /// The number of blocks that there is room for besides those that are there.
    @inline(__always) var room: Int { Int(capacity &- (tail &- head)) }

    /// Its head, to be moved over several blocks at once.
    @inline(__always) var headRun: FrameRun { unsafe FrameRun(slots: slots, mask: capacity &- 1, head: head) }

    /// Moves the head to where a run has come. It must be one of this ring, which has not changed since.
    @inline(__always) mutating func moveHead(to run: FrameRun) { head = run.head }

    /// Doubles the room of a list that is full. Complexity: O(blocks).
    @inline(never) mutating func makeRoom() {
        guard isFull else { return }
        let (old, length) = (capacity, tail &- head)
        let width = Int(max(2 * old, Self.leastCapacity))
        let wider = UnsafeMutablePointer<FrameOffset>.allocate(capacity: width)
        for place in 0..<width { unsafe (wider + place).initialize(to: place < length ? self[place] : 0) }
        if old > 0 { unsafe slots.deallocate() }
        unsafe slots = wider
        capacity = UInt32(width)
        (head, tail) = (0, length)
    }
}

/// Several blocks taken from a ring's head, or put there, with nothing written to the ring until the end: the compiler
/// cannot know that pages are not part of it, and would read it again after each.
@safe struct FrameRun {
    // Sound for the same reason as the ring's, which outlives it and does not change meanwhile.
    fileprivate let slots: UnsafeMutablePointer<FrameOffset>
    fileprivate let mask: UInt32
    fileprivate var head: UInt32

    /// Takes the next block; there must be one.
    @inline(__always) mutating func take() -> FrameOffset {
        defer { head &+= 1 }
        return unsafe slots[Int(head & mask)]
    }

    /// Puts a block to the head; there must be room.
    @inline(__always) mutating func put(_ frame: FrameOffset) {
        head &-= 1
        unsafe slots[Int(head & mask)] = frame
    }
}

// Sound because a ring alone has its slots' address, and cannot be copied.
extension FrameRing: @unchecked Sendable {}

extension NodeFrames {
    /// Makes one page of a block: the first frame is its head, every other points there.
    ///
    /// *Kernel counterpart:* `prep_compound_page`. Complexity: O(2^order).
    @inline(never) func makeCompound(_ head: FrameOffset, _ order: UInt32) {
        self[head].flags.store(self[head].flags.load() | PageFlags.head)
        // Here the mappings of the whole are counted.
        self[head + 1].previous = 0
        for frame in head + 1..<head + 1 << order {
            self[frame].next = head
            self[frame].flags.store(self[frame].flags.load() | PageFlags.tail)
        }
    }

    /// Makes plain frames of a compound page again. Returns `false`, and changes nothing, if a tail is not its own.
    ///
    /// *Kernel counterpart:* the part of `free_pages_prepare` for compound pages. Complexity: O(2^order).
    @inline(never) func dissolveCompound(_ head: FrameOffset, _ order: UInt32) -> Bool {
        for frame in head + 1..<head + 1 << order
        where self[frame].flags.load() & PageFlags.tail == 0 || self[frame].next != head {
            return false
        }
        self[head].flags.store(self[head].flags.load() & ~PageFlags.head)
        for frame in head + 1..<head + 1 << order {
            self[frame].flags.store(self[frame].flags.load() & ~PageFlags.tail)
        }
        return true
    }

    /// Whether the frame, or the head of its compound page, is on an LRU list. *Kernel counterpart:* `PageLRU`.
    func isOnLRU(_ frame: FrameOffset) -> Bool {
        var flags = self[frame].flags.load()
        if flags & PageFlags.tail != 0 {
            // Read while the owner may be writing it: what is no place of a head is not followed.
            let head = self[frame].next
            guard head < frame, frame - head < 1 << FrameOffset(Order.greatestCount) else { return false }
            flags = self[head].flags.load()
        }
        return flags & PageFlags.lru != 0
    }
}

/// A list of blocks, each linked by the ``Page`` of its first frame, in the kernel's order.
///
/// *Kernel counterpart:* `struct list_head`.
struct FrameList {
    private(set) var first: FrameOffset = .none
    private(set) var last: FrameOffset = .none

    @inline(__always) var isEmpty: Bool { first == .none }

    /// *Kernel counterpart:* `list_add`. Complexity: O(1).
    @inline(__always) mutating func prepend(_ frame: FrameOffset, _ frames: NodeFrames) {
        frames[frame].next = first
        frames[frame].previous = .none
        if first == .none { last = frame } else { frames[first].previous = frame }
        first = frame
    }

    /// *Kernel counterpart:* `list_add_tail`. Complexity: O(1).
    @inline(__always) mutating func append(_ frame: FrameOffset, _ frames: NodeFrames) {
        frames[frame].next = .none
        frames[frame].previous = last
        if last == .none { first = frame } else { frames[last].next = frame }
        last = frame
    }

    /// Takes the first block; the list must not be empty. Complexity: O(1).
    @inline(__always) mutating func removeFirst(_ frames: NodeFrames) -> FrameOffset {
        let frame = first
        first = frames[frame].next
        if first == .none { last = .none } else { frames[first].previous = .none }
        return frame
    }

    /// Takes the last block; the list must not be empty. Complexity: O(1).
    @inline(__always) mutating func removeLast(_ frames: NodeFrames) -> FrameOffset {
        let frame = last
        last = frames[frame].previous
        if last == .none { first = .none } else { frames[last].next = .none }
        return frame
    }

    /// *Kernel counterpart:* `list_del`. The block must be in this list. Complexity: O(1).
    @inline(__always) mutating func remove(_ frame: FrameOffset, _ frames: NodeFrames) {
        let next = frames[frame].next
        let previous = frames[frame].previous
        if previous == .none { first = next } else { frames[previous].next = next }
        if next == .none { last = previous } else { frames[next].previous = previous }
    }
}

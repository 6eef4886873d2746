/// Adds to words at random, as databases and graphs do: the loads overlap, each line is written back.
struct RandomUpdates {
    private let words: UnsafeMutablePointer<UInt64>
    private let mask: UInt64
    private var state: UInt64 = 0x2545_F491_4F6C_DD1D

    /// Over the largest power of two of words within the memory, at least one.
    init(at start: UnsafeMutableRawPointer, byteCount: Int) {
        precondition(byteCount >= 8, "no word fits")
        words = start.assumingMemoryBound(to: UInt64.self)
        let count = UInt64(byteCount / 8)
        mask = (1 << (63 - UInt64(count.leadingZeroBitCount))) - 1
    }

    /// Some thousand updates, each at a place that xorshift (Marsaglia 2003) gives. Returns how many.
    @inline(never)
    mutating func advance() -> Int {
        let count = 1 << 13
        var state = state
        for _ in 0..<count {
            state ^= state &<< 13
            state ^= state &>> 7
            state ^= state &<< 17
            words[Int(truncatingIfNeeded: state & mask)] &+= state
        }
        self.state = state
        return count
    }
}

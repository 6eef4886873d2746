import CPrimitives

/// Who holds each frame, one word a frame, beside the allocator's own books.
///
/// A holder exchanges the word for its cookie when it is given the frame and for ``poison`` when it frees it: whatever
/// the allocator believes, two holders of a frame at once find each other here. Zero: never handed out.
@safe struct OwnerWords: @unchecked Sendable {
    // Sound because the words are atomic and live until `release`, which the drive calls when nobody drives any more.
    private let words: UnsafeMutablePointer<SharedWord>
    private let first: UInt64
    private let count: UInt64

    /// What a free frame has here, and in the first and last word of its memory where it has any.
    static var poison: UInt64 { 0xaaaa_aaaa_aaaa_aaaa }

    /// A map of frames `first ..< end`, untouched until they are held. Fails if there is no room.
    init?(first: UInt64, end: UInt64) {
        let (bytes, overflow) = (end - first).multipliedReportingOverflow(by: 8)
        guard !overflow, bytes < 1 << 47, let zeroed = unsafe cprim_zeroed(bytes) else { return nil }
        unsafe words = zeroed.bindMemory(to: SharedWord.self, capacity: Int(end - first))
        self.first = first
        count = end - first
    }

    /// Sets a frame's word and returns what was there.
    @inline(__always) func exchange(_ pfn: UInt64, _ value: UInt64) -> UInt64 {
        guard pfn &- first < count else { return value }
        return unsafe words[Int(truncatingIfNeeded: pfn &- first)].exchange(value)
    }

    func release() { unsafe cprim_release(words) }
}

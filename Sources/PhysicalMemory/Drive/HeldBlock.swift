/// A block that a workload holds, in two words: which one, and what was written into it.
struct HeldBlock: BitwiseCopyable {
    // Bits 0-3 order, 4 "was local when allocated", 5 "is a block", from 8 on the frame number, which is under 2⁵².
    private let word: UInt64
    /// What its frames carry while it is held; see ``FrameMarks``.
    let cookie: UInt64

    @inline(__always) init(_ pfn: UInt64, order: UInt32, isLocal: Bool, cookie: UInt64) {
        word = pfn << 8 | 1 << 5 | (isLocal ? 1 << 4 : 0) | UInt64(order)
        self.cookie = cookie
    }

    private init() {
        word = 0
        cookie = 0
    }

    /// No block. All bits are zero, so that fresh memory is full of these.
    @inline(__always) static var none: HeldBlock { HeldBlock() }

    @inline(__always) var isSome: Bool { word != 0 }
    @inline(__always) var pfn: UInt64 { word >> 8 }
    @inline(__always) var order: UInt32 { UInt32(truncatingIfNeeded: word & 15) }
    /// Whether the block lay on its allocating CPU's node.
    @inline(__always) var wasLocal: Bool { word & 1 << 4 != 0 }
    @inline(__always) var pageCount: Int { 1 << Int(order) }
    var holding: Holding { Holding(pfn: PFN(pfn), order: Order(Int(order))) }
}

import CHostShims

/// One kernel over one thread's part of the arrays, a piece at a time, round and round.
public struct MemoryLoop: @unchecked Sendable {
    // Unchecked: addresses of memory that only the thread that runs the loop uses meanwhile, and that outlives it.

    /// Between two looks at the clock or at an interrupt: some ten microseconds.
    public static let pieceBytes = 1 << 20
    /// Parts begin and end at multiples of this, in bytes.
    public static let granule = 128

    private let kernel: BandwidthKernel
    private let streaming: Bool
    private let arrays: (UnsafeMutableRawPointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer)
    private let byteCount: Int
    private let pieceBytes: Int
    private var offset = 0
    /// What was read, so that reading cannot be left out.
    private(set) var digest: UInt64 = 0

    /// A loop over the three arrays of `byteCount` bytes each that lie one after the other at `start`; the kernel uses
    /// as many as it needs. `start` is a multiple of 64, `byteCount` a positive one of `granule`.
    public init(
        _ kernel: BandwidthKernel, streaming: Bool, at start: UnsafeMutableRawPointer, byteCount: Int,
        pieceBytes: Int = MemoryLoop.pieceBytes
    ) {
        precondition(byteCount > 0 && byteCount % Self.granule == 0 && UInt(bitPattern: start) % 64 == 0, "no granules")
        self.kernel = kernel
        self.streaming = streaming && kernel.stores
        arrays = (start, start + byteCount, start + 2 * byteCount)
        self.byteCount = byteCount
        self.pieceBytes = max(Self.granule, pieceBytes / Self.granule * Self.granule)
    }

    /// Goes on by a piece, several times around if the arrays are smaller. Returns the bytes loaded and stored.
    @inline(never)
    public mutating func advance() -> Int {
        var left = pieceBytes
        while left > 0 {
            let count = min(left, byteCount - offset)
            pass(offset, count)
            chost_forget()
            offset = offset + count == byteCount ? 0 : offset + count
            left -= count
        }
        return pieceBytes * kernel.arrays
    }

    private mutating func pass(_ offset: Int, _ count: Int) {
        let (a, b, c) = (arrays.0 + offset, arrays.1 + offset, arrays.2 + offset)
        switch (kernel, streaming) {
        case (.read, _): digest ^= BandwidthLoops.read(a, count)
        case (.write, false): BandwidthLoops.write(a, count, 1)
        case (.write, true): BandwidthLoops.writeStreaming(a, count, 1)
        case (.copy, false): BandwidthLoops.copy(a, b, count)
        case (.copy, true): BandwidthLoops.copyStreaming(a, b, count)
        case (.triad, false): BandwidthLoops.triad(a, b, c, count, 3)
        case (.triad, true): BandwidthLoops.triadStreaming(a, b, c, count, 3)
        }
    }
}

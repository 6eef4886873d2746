import CHostShims

/// The inner loops of the bandwidth kernels. `byteCount` is a multiple of 128, addresses are multiples of 64.
///
/// Vectors are as wide as the architecture's least: 16 bytes a load on x86-64 and arm64. That is enough to keep memory
/// busy; the first-level cache of a processor with wider ones can do more.
enum BandwidthLoops {
    private typealias Words = SIMD8<UInt64>
    private typealias Numbers = SIMD8<Double>

    /// Loads everything, and returns something that depends on all of it.
    @inline(never)
    static func read(_ a: UnsafeRawPointer, _ byteCount: Int) -> UInt64 {
        // Eight registers of 16 bytes: no load waits for the one before it.
        var low = Words.zero
        var high = Words.zero
        var offset = 0
        while offset < byteCount {
            low ^= a.load(fromByteOffset: offset, as: Words.self)
            high ^= a.load(fromByteOffset: offset &+ 64, as: Words.self)
            offset &+= 128
        }
        return (low ^ high).wrappedSum()
    }

    @inline(never)
    static func write(_ a: UnsafeMutableRawPointer, _ byteCount: Int, _ value: Double) {
        let numbers = Numbers(repeating: value)
        var offset = 0
        while offset < byteCount {
            a.storeBytes(of: numbers, toByteOffset: offset, as: Numbers.self)
            offset &+= 64
        }
    }

    @inline(never)
    static func writeStreaming(_ a: UnsafeMutableRawPointer, _ byteCount: Int, _ value: Double) {
        let numbers = Numbers(repeating: value)
        var offset = 0
        while offset < byteCount {
            stream(numbers, a + offset)
            offset &+= 64
        }
        chost_stream_end()
    }

    /// `a = b`
    @inline(never)
    static func copy(_ a: UnsafeMutableRawPointer, _ b: UnsafeRawPointer, _ byteCount: Int) {
        var offset = 0
        while offset < byteCount {
            a.storeBytes(
                of: b.load(fromByteOffset: offset, as: Numbers.self), toByteOffset: offset, as: Numbers.self)
            offset &+= 64
        }
    }

    @inline(never)
    static func copyStreaming(_ a: UnsafeMutableRawPointer, _ b: UnsafeRawPointer, _ byteCount: Int) {
        var offset = 0
        while offset < byteCount {
            stream(b.load(fromByteOffset: offset, as: Numbers.self), a + offset)
            offset &+= 64
        }
        chost_stream_end()
    }

    @inline(__always)
    private static func sum(_ b: UnsafeRawPointer, _ c: UnsafeRawPointer, _ offset: Int, _ s: Double) -> Numbers {
        b.load(fromByteOffset: offset, as: Numbers.self) + s * c.load(fromByteOffset: offset, as: Numbers.self)
    }

    /// `a = b + s·c`
    @inline(never)
    static func triad(
        _ a: UnsafeMutableRawPointer, _ b: UnsafeRawPointer, _ c: UnsafeRawPointer, _ byteCount: Int, _ s: Double
    ) {
        var offset = 0
        while offset < byteCount {
            a.storeBytes(of: sum(b, c, offset, s), toByteOffset: offset, as: Numbers.self)
            offset &+= 64
        }
    }

    @inline(never)
    static func triadStreaming(
        _ a: UnsafeMutableRawPointer, _ b: UnsafeRawPointer, _ c: UnsafeRawPointer, _ byteCount: Int, _ s: Double
    ) {
        var offset = 0
        while offset < byteCount {
            stream(sum(b, c, offset, s), a + offset)
            offset &+= 64
        }
        chost_stream_end()
    }

    @inline(__always)
    private static func stream(_ line: Numbers, _ to: UnsafeMutableRawPointer) {
        chost_stream(to, line.lowHalf.lowHalf)
        chost_stream(to + 16, line.lowHalf.highHalf)
        chost_stream(to + 32, line.highHalf.lowHalf)
        chost_stream(to + 48, line.highHalf.highHalf)
    }
}

/// One cycle through all cache lines of a piece of memory in random order: each line holds the address of the next.
///
/// A random permutation would fall into several cycles, and a walk could stay in a short one that fits a cache;
/// Sattolo's algorithm (1986) shuffles so that there is exactly one. Prefetchers find no stride in it.
public struct RandomCycle {
    /// Some line of the cycle.
    public private(set) var position: UnsafeMutableRawPointer
    public let lineCount: Int

    /// Writes the cycle into `byteCount` bytes at `start`, which outlive the walk. At least two lines.
    ///
    /// The same seed gives the same cycle. Nil if `isStopped` said so in between.
    /// Complexity: O(lines), each step a random access.
    public init?(
        at start: UnsafeMutableRawPointer, byteCount: Int, lineBytes: Int, seed: UInt64 = 0x9E37_79B9_7F4A_7C15,
        isStopped: () -> Bool = { false }
    ) {
        let lines = byteCount / lineBytes
        precondition(lines >= 2 && lineBytes >= MemoryLayout<UInt>.size, "no cycle fits")
        func link(_ line: Int) -> UnsafeMutablePointer<UInt> {
            (start + line * lineBytes).assumingMemoryBound(to: UInt.self)
        }
        // Sound: every link is the first word of a line that lies within the bytes.
        for line in 0..<lines { link(line).initialize(to: UInt(bitPattern: start + line * lineBytes)) }
        var generator = SplitMix64(state: seed)
        for line in stride(from: lines - 1, to: 0, by: -1) {
            if line % 0x1_0000 == 0, isStopped() { return nil }
            let other = Int(generator.next(below: UInt64(line)))
            swap(&link(line).pointee, &link(other).pointee)
        }
        position = start
        lineCount = lines
    }

    /// Follows `count` links, each load waiting for the one before it.
    public mutating func walk(_ count: Int) {
        position = chase(position, count)
    }
}

/// Vigna's SplitMix64: small, seedable and good enough to shuffle with.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number in 0..<bound; its bias, at most bound/2⁶⁴, does not matter here.
    mutating func next(below bound: UInt64) -> UInt64 { next().multipliedFullWidth(by: bound).high }
}

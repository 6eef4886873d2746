import CHostShims

/// Follows `count` pointers, each found where the one before it points, and returns the last.
///
/// Each load needs the one before it, so the time per pointer is the latency of a load. Unrolled, so that the
/// counting costs a fraction of a cycle.
@inline(never)
func chase(_ start: UnsafeMutableRawPointer, _ count: Int) -> UnsafeMutableRawPointer {
    #if DEBUG
    // Without optimisation each step would be function calls: instructions stand in for them.
    return chost_chase(start, UInt64(count))
    #else
    var at = start
    var eights = count / 8
    while eights > 0 {
        at = at.load(as: UnsafeMutableRawPointer.self)
        at = at.load(as: UnsafeMutableRawPointer.self)
        at = at.load(as: UnsafeMutableRawPointer.self)
        at = at.load(as: UnsafeMutableRawPointer.self)
        at = at.load(as: UnsafeMutableRawPointer.self)
        at = at.load(as: UnsafeMutableRawPointer.self)
        at = at.load(as: UnsafeMutableRawPointer.self)
        at = at.load(as: UnsafeMutableRawPointer.self)
        eights &-= 1
    }
    for _ in 0..<count % 8 { at = at.load(as: UnsafeMutableRawPointer.self) }
    return at
    #endif
}

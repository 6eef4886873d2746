/// Somebody else's work on memory of a measurement's, to be tried under each policy.
public struct PolicyWorkload: Sendable {
    /// Memory that it wants, in bytes; with less it is left out.
    public let byteCount: Int
    /// Makes the work ready in zero bytes, and returns a piece of it, which returns the operations it did; nil if it
    /// cannot work there. All on one thread; the memory stays until the piece is let go of.
    public let prepare: @Sendable (UnsafeMutableRawPointer, Int) -> (() -> Int)?

    public init(byteCount: Int, prepare: @escaping @Sendable (UnsafeMutableRawPointer, Int) -> (() -> Int)?) {
        self.byteCount = byteCount
        self.prepare = prepare
    }
}

/// Somebody else's lock, to be raced for beside this measurement's own.
public struct LockWorkload: Sendable {
    /// A lock, ready to be taken.
    public struct Race: Sendable {
        /// Where it lies.
        public let address: UInt
        /// Takes the lock so many times, as fast as it can, on this CPU of this node.
        public let contend: @Sendable (_ times: Int, _ cpu: Int, _ node: Int) -> Void
        /// The same by turns: the caller's place is among so many.
        public let handOver: @Sendable (_ times: Int, _ place: Int, _ places: Int, _ cpu: Int, _ node: Int) -> Void

        public init(
            address: UInt, contend: @escaping @Sendable (Int, Int, Int) -> Void,
            handOver: @escaping @Sendable (Int, Int, Int, Int, Int) -> Void
        ) {
            self.address = address
            self.contend = contend
            self.handOver = handOver
        }
    }

    /// As `zone lock (ttas)`.
    public let name: String
    /// Makes one, on a thread of the node where it is to lie.
    public let prepare: @Sendable () -> Race

    public init(name: String, prepare: @escaping @Sendable () -> Race) {
        self.name = name
        self.prepare = prepare
    }
}

import Synchronization

/// A count by which one thread tells another that what it wrote before is there to be read.
struct SharedCursor: ~Copyable {
    private let cell: Atomic<Int>

    init(_ value: Int = 0) { cell = Atomic(value) }

    /// Acquires: what the writer did before it stored this value is seen.
    @inline(__always) func load() -> Int { cell.load(ordering: .acquiring) }
    /// The value as its only writer knows it.
    @inline(__always) func own() -> Int { cell.load(ordering: .relaxed) }
    @inline(__always) func publish(_ value: Int) { cell.store(value, ordering: .releasing) }
}

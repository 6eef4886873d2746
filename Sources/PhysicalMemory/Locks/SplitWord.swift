import CPrimitives
import Synchronization

/// A word that its users change as a whole, and whose lowest byte and lowest half can be written alone.
///
/// An `Atomic` knows one width only. Reached through atomic operations alone, of either width, as C allows on every
/// processor that Swift runs on.
@safe struct SplitWord: ~Copyable {
    private let cell = _Cell(Atomic<UInt64>(0))

    @inline(__always) func load(ordering: AtomicLoadOrdering) -> UInt64 {
        switch ordering {
        case .acquiring: unsafe cell._address.pointee.load(ordering: .acquiring)
        default: unsafe cell._address.pointee.load(ordering: .relaxed)
        }
    }

    /// Acquires.
    @inline(__always) func compareExchange(expected: UInt64, desired: UInt64) -> (exchanged: Bool, original: UInt64) {
        unsafe cell._address.pointee.compareExchange(expected: expected, desired: desired, ordering: .acquiring)
    }

    /// Acquires and releases.
    @inline(__always)
    func weakCompareExchange(expected: UInt64, desired: UInt64) -> (exchanged: Bool, original: UInt64) {
        unsafe cell._address.pointee.weakCompareExchange(
            expected: expected, desired: desired, ordering: .acquiringAndReleasing)
    }

    /// Sets bits and returns what was there before. Acquires.
    @inline(__always) func set(_ bits: UInt64) -> UInt64 {
        unsafe cell._address.pointee.bitwiseOr(bits, ordering: .acquiring).oldValue
    }

    @inline(__always) func clear(_ bits: UInt64) {
        unsafe cell._address.pointee.bitwiseAnd(~bits, ordering: .relaxed)
    }

    /// Writes bits 0–7. Releases.
    @inline(__always) func store(byte: UInt8) {
        unsafe cprim_store_byte(UnsafeMutableRawPointer(cell._address), byte)
    }

    /// Writes bits 0–15.
    @inline(__always) func store(half: UInt16) {
        unsafe cprim_store_half(UnsafeMutableRawPointer(cell._address), half)
    }
}

// Sound because the cell is reached through atomic operations alone.
extension SplitWord: @unchecked Sendable {}

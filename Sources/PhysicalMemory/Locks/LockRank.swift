/// The order in which locks are taken, outermost first: a per-CPU list's lock, then a zone's.
///
/// Two locks of the same kind are never held together. A per-CPU list's lock is only tried on the paths that allocate
/// and free; drains wait for it. In debug builds each acquisition is held against this; in others it costs nothing.
enum LockRank: UInt64 {
    /// Held while nothing else is taken that it could wait for.
    case unordered = 0
    case perCPU = 1
    case zone = 2

    /// Traps if the calling thread holds a lock that comes after this one, or one like it.
    @inline(__always) func check() {
        #if DEBUG
        guard self != .unordered else { return }
        let held = unsafe ThreadMemory.current.held.pointee
        precondition(held < rawValue, "lock order: \(self) taken while holding \(held)")
        #endif
    }

    @inline(__always) func noteTaken() {
        #if DEBUG
        unsafe ThreadMemory.current.held.pointee |= rawValue
        #endif
    }

    @inline(__always) func noteReleased() {
        #if DEBUG
        unsafe ThreadMemory.current.held.pointee &= ~rawValue
        #endif
    }
}

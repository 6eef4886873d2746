import CPrimitives

/// Where a machine's memory map lies: address space that reads as zeros and costs nothing until it is written.
///
/// *Kernel counterpart:* the virtual range of `vmemmap`.
public protocol FrameStorage: Sendable {
    /// Reserves `byteCount` zero bytes, aligned to 4096, which stay until `self` dies.
    /// Returns `nil` if there is no room.
    func reserve(byteCount: Int) -> UnsafeMutableRawPointer?
}

/// Storage from the C library, where nothing better is at hand: as much as the system lends in one piece.
public final class HeapStorage: FrameStorage {
    // Filled by the machine that is being built, before any other thread knows of it; drained in deinit.
    private let blocks = Guarded<BlockList, SpinLock>(BlockList())

    @safe private struct BlockList: ~Copyable {
        var addresses: [UnsafeMutableRawPointer] = unsafe []
    }

    /// Storage that takes memory from the C library.
    public init() {}

    /// Reserves `byteCount` bytes, zeroed and not touched; `nil` if there is no room.
    public func reserve(byteCount: Int) -> UnsafeMutableRawPointer? {
        guard byteCount >= 0, byteCount <= Int.max - 8192 else { return nil }
        guard let block = unsafe cprim_zeroed(UInt64(byteCount + 4096)) else { return nil }
        let held = blocks.acquire()
        unsafe held.value.addresses.append(block)
        return unsafe block.alignedUp(toMultipleOf: 4096)
    }

    deinit {
        let held = blocks.acquire()
        unsafe held.value.addresses.forEach { unsafe cprim_release($0) }
    }
}

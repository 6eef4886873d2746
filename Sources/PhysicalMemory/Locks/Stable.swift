/// A value at an address that does not change as long as its machine lives: what a class instance would be, without
/// reference counts on the way to it.
///
/// Sound because the value can only be borrowed, so whatever changes in it does so through ``Guarded`` or a shared
/// word; and because only a ``Machine`` makes them and releases them when it dies.
@safe struct Stable<Value: ~Copyable>: @unchecked Sendable {
    private let address: UnsafeMutablePointer<Value>

    /// Puts `value` on cache lines of its own.
    init(_ value: consuming Value) {
        let raw = UnsafeMutableRawPointer.allocate(
            byteCount: (MemoryLayout<Value>.size + 127) & ~127, alignment: 128)
        unsafe address = raw.bindMemory(to: Value.self, capacity: 1)
        unsafe address.initialize(to: value)
    }

    var value: Value {
        @inline(__always) unsafeAddress { unsafe UnsafePointer(address) }
    }

    /// Ends the value's life. Nobody may hold a copy of `self` any more.
    func release() {
        unsafe address.deinitialize(count: 1)
        unsafe address.deallocate()
    }
}

/// A fixed array at a stable address, unchecked in release builds; the same rules as for ``Stable``.
@safe struct StableArray<Element: ~Copyable>: @unchecked Sendable {
    private let start: UnsafeMutablePointer<Element>
    let count: Int

    init(count: Int, _ element: (Int) -> Element) {
        let raw = UnsafeMutableRawPointer.allocate(
            byteCount: (Swift.max(MemoryLayout<Element>.stride * count, 1) + 127) & ~127, alignment: 128)
        unsafe start = raw.bindMemory(to: Element.self, capacity: count)
        self.count = count
        for index in 0..<count { unsafe (start + index).initialize(to: element(index)) }
    }

    subscript(index: Int) -> Element {
        @inline(__always) unsafeAddress {
            assert(index >= 0 && index < count)
            return unsafe UnsafePointer(start + index)
        }
    }

    func release() {
        unsafe start.deinitialize(count: count)
        unsafe start.deallocate()
    }
}

import HostNUMA
import PhysicalMemory
import Synchronization

/// A machine's memory map in address space of its own, of which the host gives pages only as they are touched.
public final class HostStorage: FrameStorage {
    private let blocks = Mutex<[ReservedMemory]>([])

    public init() {}

    public func reserve(byteCount: Int) -> UnsafeMutableRawPointer? {
        // The map is aligned for huge pages, which make walks over many frames cheaper.
        guard let memory = try? ReservedMemory(byteCount: max(byteCount, 1), alignment: 2 << 20) else { return nil }
        return blocks.withLock { blocks in
            blocks.append(memory)
            return memory.address
        }
    }

    /// Puts a part of what was reserved on a node of the host, and returns how; `nil` if it is no part of it.
    ///
    /// Throws `HostError`. Touches nothing.
    @discardableResult
    public func bind(
        _ bytes: UnsafeRawBufferPointer, to node: HostNodeID, of host: Host
    ) throws(HostError) -> PlacementWay? {
        guard let start = bytes.baseAddress else { return nil }
        let memory = blocks.withLock { blocks in
            blocks.first { UnsafeRawPointer($0.address) <= start && start + bytes.count <= $0.address + $0.byteCount }
        }
        guard let memory else { return nil }
        let offset = start - UnsafeRawPointer(memory.address)
        return try memory.bind(offset..<offset + bytes.count, to: node, of: host)
    }
}

import AccessCosts
import PhysicalMemory

/// pgdat's allocator as work for `measure --policies`: its memory map lies in the memory that is measured.
public enum AllocatorWork {
    /// A pool of frames of a machine with one node, of which a random one is freed and replaced.
    ///
    /// The machine has so many frames that their map, of 32 bytes each, exceeds most last-level caches.
    public static let pool = PolicyWorkload(byteCount: 160 << 20) { start, byteCount in
        let spec = MachineSpec(
            name: "policies", memory: [.init(start: .gibibytes(4), end: .gibibytes(20), node: 0)],
            nodes: [.init(id: 0, cpus: [0], distances: [10])])
        guard let layout = try? MachineLayout(booting: spec),
            let machine = try? Machine(layout, storage: LentStorage(start, byteCount: byteCount))
        else { return nil }
        machine.finishInitialization(of: 0)
        guard let pattern = AllocationPattern(machine, cpu: 0) else { return nil }
        var seed: UInt64 = 0
        return {
            seed += 1
            return pattern.pool(pairs: 1 << 16, size: 1 << 18, .highUserMovable, seed: seed)
        }
    }
}

/// Memory that somebody else owns, handed out once, piece by piece.
private final class LentStorage: FrameStorage, @unchecked Sendable {
    // Unchecked: `used` is reached while the machine is built, by the thread that builds it.
    private let start: UnsafeMutableRawPointer
    private let byteCount: Int
    private var used = 0

    init(_ start: UnsafeMutableRawPointer, byteCount: Int) {
        self.start = start
        self.byteCount = byteCount
    }

    func reserve(byteCount wanted: Int) -> UnsafeMutableRawPointer? {
        let rounded = (max(wanted, 1) + 4095) & ~4095
        guard wanted <= byteCount, rounded <= byteCount - used else { return nil }
        defer { used += rounded }
        return start + used
    }
}

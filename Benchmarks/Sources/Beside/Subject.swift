import CMallocs
import CTwin
import PhysicalMemory

/// One allocator under measurement: each pattern as a closure that returns how many pairs it did.
protocol Subject: Sendable {
    func lifo(cpu: Int, pairs: Int, order: UInt32) -> Int
    func batch(rounds: Int, size: Int) -> Int
    func pool(pairs: Int, size: Int) -> Int
    /// Both halves run at once, on threads of their own.
    func give(_ blocks: Int) -> Int
    func take(_ blocks: Int) -> Int
}

/// pgdat's allocator: one node of 6 GiB, two CPUs, per-CPU lists that may grow large.
struct ModelSubject: Subject {
    private let machine: Machine
    private let patterns: [AllocationPattern]
    private let line = FrameLine()

    init?() throws {
        let spec = MachineSpec(
            name: "beside",
            memory: [.init(start: .gibibytes(4), end: .gibibytes(10), node: 0)],
            nodes: [.init(id: 0, cpus: [0, 1], distances: [10])])
        var layout = try MachineLayout(booting: spec)
        for node in layout.nodes.indices {
            for zone in layout.nodes[node].zones.indices { layout.nodes[node].zones[zone].perCPU = Self.tuning }
        }
        machine = try Machine(layout)
        machine.finishInitialization(of: 0)
        patterns = [0, 1].compactMap { [machine] in AllocationPattern(machine, cpu: CPUID($0)) }
        guard patterns.count == 2 else { return nil }
    }

    static let tuning = ZoneLayout.PerCPUTuning(batch: 63, highMin: 2000, highMax: 20000)

    func lifo(cpu: Int, pairs: Int, order: UInt32) -> Int {
        patterns[cpu].lifo(pairs: pairs, order: Order(Int(order)), .highUserMovable)
    }
    func batch(rounds: Int, size: Int) -> Int { patterns[0].batch(rounds: rounds, size: size, .highUserMovable) }
    func pool(pairs: Int, size: Int) -> Int { patterns[0].pool(pairs: pairs, size: size, .highUserMovable) }
    func give(_ blocks: Int) -> Int { patterns[0].give(blocks, .highUserMovable, to: line) }
    func take(_ blocks: Int) -> Int { patterns[1].take(blocks, from: line) }
}

/// The same algorithm in C.
struct TwinSubject: Subject {
    // The twin's CPUs share only what its locks and atomics cover; it lives as long as the process.
    nonisolated(unsafe) private let twin: OpaquePointer
    nonisolated(unsafe) private let line: OpaquePointer
    private let gfp = GFP.highUserMovable.rawValue

    init?() {
        let tuning = ModelSubject.tuning
        guard let line = handover_create(),
            let twin = twin_create(
                6 << 18, 2, tuning.batch.rawValue, tuning.highMin.rawValue, tuning.highMax.rawValue, 20_000)
        else { return nil }
        self.twin = twin
        self.line = line
    }

    func lifo(cpu: Int, pairs: Int, order: UInt32) -> Int {
        Int(twin_lifo(twin, Int32(cpu), UInt64(pairs), order, gfp))
    }
    func batch(rounds: Int, size: Int) -> Int { Int(twin_batch(twin, 0, UInt64(rounds), UInt32(size), 0, gfp)) }
    func pool(pairs: Int, size: Int) -> Int { Int(twin_pool(twin, 0, UInt64(pairs), UInt32(size), gfp, 1)) }
    func give(_ blocks: Int) -> Int { Int(twin_give(twin, 0, line, UInt64(blocks), gfp)) }
    func take(_ blocks: Int) -> Int { Int(twin_take(twin, 1, line, UInt64(blocks))) }
}

/// Whatever `aligned_alloc` is in this process.
struct MallocSubject: Subject {
    nonisolated(unsafe) private let line: OpaquePointer  // Made for two threads.

    init?() {
        guard let line = handover_create() else { return nil }
        self.line = line
    }

    func lifo(cpu: Int, pairs: Int, order: UInt32) -> Int { Int(mallocs_lifo(UInt64(pairs), order)) }
    func batch(rounds: Int, size: Int) -> Int { Int(mallocs_batch(UInt64(rounds), UInt32(size), 0)) }
    func pool(pairs: Int, size: Int) -> Int { Int(mallocs_pool(UInt64(pairs), UInt32(size), 1)) }
    func give(_ blocks: Int) -> Int { Int(mallocs_give(line, UInt64(blocks))) }
    func take(_ blocks: Int) -> Int { Int(mallocs_take(line, UInt64(blocks))) }
}

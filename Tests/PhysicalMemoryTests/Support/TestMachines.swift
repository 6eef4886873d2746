import PhysicalMemory

extension Machine {
    /// A machine with a preset's layout.
    convenience init(_ preset: MachinePreset) throws {
        try self.init(MachineLayout(booting: preset.spec))
    }

    /// A machine with a spec's layout.
    convenience init(_ spec: MachineSpec) throws {
        try self.init(MachineLayout(booting: spec))
    }
}

extension MachineSpec {
    /// One node of 64 MiB and two CPUs: small enough to run empty.
    static var tiny: MachineSpec {
        MachineSpec(
            name: "tiny",
            memory: [
                MemoryRange(start: .kibibytes(4), end: .kibibytes(636), node: 0),
                MemoryRange(start: .mebibytes(1), end: .mebibytes(64), node: 0),
            ],
            nodes: [Node(id: 0, cpus: [0, 1], distances: [10])])
    }

    /// `count` nodes of `mebibytes` MiB with two CPUs each, all equally far.
    static func nodes(_ count: Int, mebibytes: Int) -> MachineSpec {
        MachineSpec(
            name: "nodes",
            memory: (0..<count).map {
                MemoryRange(
                    start: .mebibytes(4096 + $0 * mebibytes), end: .mebibytes(4096 + ($0 + 1) * mebibytes),
                    node: NodeID($0))
            },
            nodes: (0..<count).map { id in
                Node(
                    id: NodeID(id), cpus: [CPUID(2 * id), CPUID(2 * id + 1)],
                    distances: (0..<count).map { $0 == id ? 10 : 20 })
            })
    }
}

/// The machine's memory as the kernel's boot code keeps it: which addresses are usable and which node they belong to.
///
/// *Kernel counterpart:* `memblock.memory`.
struct FirmwareMap: Hashable, Sendable {
    struct Attributes: Hashable, Sendable {
        /// `nil`: no node claims it.
        var node: NodeID?
        var isHotPluggable = false
        var isMirrored = false
    }

    /// Usable memory.
    var usable = RangeMap<Attributes>()
    /// Persistent memory, with its node.
    var persistent = RangeMap<NodeID>()
    /// What the affinity table says does not fit the memory, or `numa=off`: all memory is on node 0.
    var isOneNode = false
    /// The real node behind each emulated one; empty without `numa=fake=`.
    var emulatedNodes: [NodeID] = []
    /// What was passed over, for people.
    var notes: [String] = []

    /// Addresses beyond this one are no physical memory on any architecture that the model knows.
    static let addressLimit: UInt64 = 1 << 56

    /// The first usable byte. *Kernel counterpart:* `memblock_start_of_DRAM()`.
    var start: UInt64 { usable.entries.first?.range.lowerBound ?? 0 }
    /// One past the last usable byte. *Kernel counterpart:* `memblock_end_of_DRAM()`.
    var end: UInt64 { usable.entries.last?.range.upperBound ?? 0 }

    /// Reads the ranges of `spec` and applies what `parameters` change in them. The spec must be valid
    /// (``MachineSpec/validate()``).
    init(_ spec: MachineSpec, _ parameters: KernelParameters) {
        load(spec)
        if !spec.memoryIsAsBooted {
            for change in parameters.mapChanges { apply(change, spec.architecture) }
            if spec.hasLegacyFirmwareArea {
                usable.remove(0..<4096)
                usable.remove(0xa0000..<0x100000)
            }
        }
        clip(spec, parameters)
        usable.trim(toMultiplesOf: UInt64(spec.pageSize.rawValue))
        guard spec.configuration.hasNUMA else {
            putOnOneNode()
            usable.merge()
            return
        }
        assignNodes(spec, parameters)
        if let nodes = parameters.fakeNodes, !spec.memoryIsAsBooted {
            if spec.configuration.hasNUMAEmulation {
                emulate(nodes, spec)
            } else {
                notes.append("numa=fake: this kernel emulates no nodes")
            }
        }
        markHotPluggable(spec, parameters)
        dropUnclaimed()
        usable.trim(toMultiplesOf: UInt64(spec.pageSize.rawValue))
        usable.merge()
    }

    private mutating func load(_ spec: MachineSpec) {
        for range in spec.memory where range.kind == .persistent {
            persistent.insert(range.addresses, range.node)
        }
        for range in spec.memory where range.kind == .usable {
            usable.insert(
                range.addresses,
                Attributes(node: range.node, isHotPluggable: range.isHotPluggable, isMirrored: range.isMirrored))
        }
        // Where two entries of a map disagree, the one that withholds memory wins.
        for range in spec.memory where range.kind != .usable { usable.remove(range.addresses) }
    }

    private mutating func apply(_ change: KernelParameters.MapChange, _ architecture: MachineSpec.Architecture) {
        switch change {
        case .forget: usable = RangeMap()
        case .usable(let range):
            let range = range.clamped(to: 0..<Self.addressLimit)
            let node = usable.entries.last { $0.range.lowerBound <= range.lowerBound }?.value.node
            usable.insert(range, Attributes(node: node ?? NodeID(0)))
        // Persistent memory is nobody's until a driver takes it.
        case .withhold(let range), .persistent(let range): usable.remove(range)
        case .limit(let address): usable.remove(address..<UInt64.max)
        case .total(let bytes):
            // x86 and s390 take the limit for an address, the others for an amount of memory.
            let isAddress = [.x86_64, .i386, .i386PAE, .s390x].contains(architecture)
            usable.remove((isAddress ? bytes : address(ofTotal: bytes))..<UInt64.max)
        }
    }

    /// The address below which `bytes` of memory lie.
    private func address(ofTotal bytes: UInt64) -> UInt64 {
        var rest = bytes
        for entry in usable.entries {
            let size = entry.range.upperBound - entry.range.lowerBound
            if size >= rest { return entry.range.lowerBound + rest }
            rest -= size
        }
        return .max
    }

    /// Takes out what the architecture cannot address.
    private mutating func clip(_ spec: MachineSpec, _ parameters: KernelParameters) {
        switch spec.architecture {
        case .i386: usable.remove(1 << 32..<UInt64.max)
        case .i386PAE: usable.remove(1 << 36..<UInt64.max)
        default: return
        }
        if !spec.configuration.hasHighMem { usable.remove(LowMemory.most(spec, parameters)..<UInt64.max) }
    }

    mutating func putOnOneNode() {
        isOneNode = true
        usable.update(0..<UInt64.max) { $0.node = NodeID(0) }
    }

    private mutating func dropUnclaimed() {
        let unclaimed = usable.entries.filter { $0.value.node == nil }
        guard !unclaimed.isEmpty else { return }
        for entry in unclaimed { usable.remove(entry.range) }
        notes.append("\(unclaimed.count) ranges of memory belong to no node and are not used")
    }
}

extension MachineSpec.MemoryRange {
    /// The range as addresses; it must be valid.
    var addresses: Range<UInt64> { UInt64(start.rawValue)..<UInt64(end.rawValue) }
}

extension MachineSpec.AffinityRange {
    /// The range as addresses; it must be valid.
    var addresses: Range<UInt64> { UInt64(start.rawValue)..<UInt64(end.rawValue) }
}

extension MachineSpec.ByteRange {
    /// The range as addresses; it must be valid.
    var addresses: Range<UInt64> { UInt64(start.rawValue)..<UInt64(end.rawValue) }
}

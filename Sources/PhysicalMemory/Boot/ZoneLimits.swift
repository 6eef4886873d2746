/// Which addresses each zone type may cover, on any node.
///
/// *Kernel counterpart:* `arch_zone_lowest_possible_pfn`, `arch_zone_highest_possible_pfn`.
struct ZoneLimits: Hashable, Sendable {
    /// The configured types, lowest first.
    let types: [ZoneType]
    /// By place in ``types``; empty for types without addresses of their own (Movable and Device always).
    let ranges: [Range<PFN>]
    /// What had to be estimated, for people.
    let notes: [String]

    /// The zone that Movable takes its memory from: the highest with addresses.
    /// *Kernel counterpart:* `movable_zone`.
    var movableSource: Int? {
        types.indices.last { types[$0] != .movable && types[$0] != .device && !ranges[$0].isEmpty }
    }

    /// The limits for `spec`'s architecture and configuration over the memory of `map`, with what `parameters` say.
    init(_ spec: MachineSpec, _ map: FirmwareMap, _ parameters: KernelParameters) {
        types = Self.types(of: spec)
        let pageSize = UInt64(spec.pageSize.rawValue)
        let end = map.end / pageSize
        var start = map.start / pageSize
        let i386 = Self.isI386(spec) ? LowMemory(spec, end: map.end, parameters) : nil
        ranges = types.map { type in
            guard type != .movable, type != .device else { return PFN(0)..<PFN(0) }
            let limit = (Self.end(of: type, spec, map, i386) ?? .max) / pageSize
            // s390 says how far its DMA zone might reach, the others how far it does.
            let high = spec.architecture == .s390x && type == .dma ? limit : min(limit, end)
            let low = start
            start = max(high, start)
            return PFN(low)..<PFN(start)
        }
        let isEstimate = Self.isI386(spec) && spec.lowmemBytes == nil
        notes = isEstimate ? ["the end of the direct map is not known and taken to be 896 MiB"] : []
    }

    private static func types(of spec: MachineSpec) -> [ZoneType] {
        let configuration = spec.configuration
        return ZoneType.allCases.filter { type in
            switch type {
            case .dma: configuration.hasZoneDMA
            case .dma32: configuration.hasZoneDMA32 && !isI386(spec) && spec.architecture != .s390x
            case .normal, .movable: true
            case .highMem: configuration.hasHighMem && spec.architecture != .x86_64
            case .device: configuration.hasZoneDevice
            }
        }
    }

    private static func isI386(_ spec: MachineSpec) -> Bool {
        spec.architecture == .i386 || spec.architecture == .i386PAE
    }

    /// One past the last byte that `type` may cover; `nil`: no limit.
    private static func end(
        of type: ZoneType, _ spec: MachineSpec, _ map: FirmwareMap, _ i386: LowMemory?
    ) -> UInt64? {
        switch (spec.architecture, type) {
        case (.arm64, .dma): arm64End(limit: spec.dmaLimitBytes.map { UInt64(max(1, $0.rawValue)) } ?? .max, map)
        case (.arm64, .dma32): arm64End(limit: 1 << 32, map)
        // The first 16 MiB are what ISA devices reach with 24 address bits.
        case (.x86_64, .dma), (.i386, .dma), (.i386PAE, .dma), (.other, .dma): 16 << 20
        // Devices there reach 31 bits.
        case (.s390x, .dma), (.ppc64, .dma): 1 << 31
        case (.riscv64, .dma): 1 << 32
        case (_, .dma32): 1 << 32
        case (.i386, .normal), (.i386PAE, .normal): i386?.end
        case (.i386, .highMem), (.i386PAE, .highMem): i386?.highMemEnd
        case (_, .normal) where spec.configuration.hasHighMem: spec.lowmemBytes.map { UInt64(max(0, $0.rawValue)) }
        default: nil
        }
    }

    /// A zone for devices that reach `limit`: where memory begins beyond it, up to 4 GiB, and where it begins beyond
    /// those, all of it. Without a limit of their own devices reach 4 GiB.
    /// *Kernel counterpart:* `max_zone_phys`.
    private static func arm64End(limit: UInt64, _ map: FirmwareMap) -> UInt64? {
        if map.start >= 1 << 32 { return nil }
        return map.start >= limit ? 1 << 32 : min(limit, 1 << 32)
    }
}

/// How i386 divides memory between what is always mapped and HighMem.
///
/// *Kernel counterpart:* `lowmem_pfn_init`, `highmem_pfn_init`.
struct LowMemory: Hashable, Sendable {
    /// One past the last byte of the direct map. *Kernel counterpart:* `max_low_pfn`.
    let end: UInt64
    /// One past the last byte of HighMem. *Kernel counterpart:* `highend_pfn`.
    let highMemEnd: UInt64

    /// 1 GiB of kernel addresses less 128 MiB for vmalloc and fixed maps: the classic border.
    private static let classicEnd: UInt64 = 896 << 20
    /// *Kernel counterpart:* `__VMALLOC_RESERVE` where `vmalloc=` does not say.
    private static let usualReserve: UInt64 = 128 << 20
    /// What `vmalloc=` adds as a gap. *Kernel counterpart:* `VMALLOC_OFFSET`.
    private static let reserveGap: UInt64 = 8 << 20
    /// `highmem=` must leave so much to the direct map.
    private static let leastEnd: UInt64 = 64 << 20

    /// - Parameter end: one past the last byte of memory.
    init(_ spec: MachineSpec, end memoryEnd: UInt64, _ parameters: KernelParameters) {
        let most = Self.most(spec, parameters)
        guard let wanted = parameters.highMemBytes, spec.configuration.hasHighMem else {
            (end, highMemEnd) = (most, memoryEnd)
            return
        }
        if memoryEnd > most {
            // More than there is, is passed over.
            (end, highMemEnd) = (most, wanted <= memoryEnd - most ? most + wanted : memoryEnd)
        } else {
            let rest = wanted < memoryEnd ? memoryEnd - wanted : 0
            (end, highMemEnd) = (rest >= Self.leastEnd ? rest : most, memoryEnd)
        }
    }

    /// What the direct map could reach. *Kernel counterpart:* `MAXMEM`.
    static func most(_ spec: MachineSpec, _ parameters: KernelParameters) -> UInt64 {
        if let known = spec.lowmemBytes { return UInt64(max(0, known.rawValue)) }
        guard let reserve = parameters.vmallocBytes else { return classicEnd }
        let all = classicEnd + usualReserve
        let (sum, overflow) = reserve.addingReportingOverflow(reserveGap)
        return overflow || sum > all ? 0 : all - sum
    }

    /// How many bytes fewer the direct map reaches for `vmalloc=`.
    static func loss(_ parameters: KernelParameters) -> Int {
        parameters.vmallocBytes.map { Int(clamping: $0) - Int(usualReserve - reserveGap) } ?? 0
    }
}

extension MachineSpec {
    /// Adds kernel parameters behind those that are there. ``lowmemBytes`` follows a new `vmalloc=`.
    public mutating func append(parameters: String) {
        let before = LowMemory.loss(KernelParameters(commandLine))
        commandLine += commandLine.isEmpty ? parameters : " " + parameters
        let more = LowMemory.loss(KernelParameters(commandLine)).subtractingReportingOverflow(before)
        guard let low = lowmemBytes, !more.overflow else { return }
        lowmemBytes = ByteCount(max(0, low.rawValue.subtractingReportingOverflow(more.partialValue).partialValue))
    }
}

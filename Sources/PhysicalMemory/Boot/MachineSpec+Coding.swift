/// The JSON form: every key may be missing and then takes its property's default; a key that nobody knows is an error,
/// so that a misspelled one is noticed. Errors carry the path to the key.
extension MachineSpec {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, architecture, kernel, pageSize, configuration, memory, affinity, nodes, possibleNodes
        case memoryIsAsBooted, nodesAreAsBooted, hasLegacyFirmwareArea, kernelRanges, commandLine, sysctls
        case lowmemBytes, dmaLimitBytes, zoneInputs, contiguousRanges
    }

    /// Reads the JSON form. Throws `DecodingError`, with the path to the key, where it is something
    /// else.
    public init(from decoder: any Decoder) throws {
        let keys = try decoder.knownKeys(CodingKeys.self)
        let architecture = try keys.value(.architecture, or: Architecture.x86_64)
        // Left to boot where the file does not say.
        var usual = Configuration(usualFor: architecture)
        usual.memoryMap = nil
        self.init(
            name: try keys.value(.name, or: "machine"), architecture: architecture,
            kernel: try keys.value(.kernel, or: .reference), pageSize: try keys.value(.pageSize, or: 4096),
            configuration: usual, memory: try keys.value(.memory, or: []),
            nodes: try keys.value(.nodes, or: []), commandLine: try keys.value(.commandLine, or: ""),
            sysctls: try keys.value(.sysctls, or: [:]),
            lowmemBytes: try keys.decodeIfPresent(ByteCount.self, forKey: .lowmemBytes),
            zoneInputs: try keys.value(.zoneInputs, or: []))
        if keys.contains(.configuration) {
            try configuration.merge(from: keys.superDecoder(forKey: .configuration), architecture)
        }
        affinity = try keys.value(.affinity, or: [])
        possibleNodes = try keys.decodeIfPresent(NodeMask.self, forKey: .possibleNodes)
        memoryIsAsBooted = try keys.value(.memoryIsAsBooted, or: false)
        nodesAreAsBooted = try keys.value(.nodesAreAsBooted, or: false)
        hasLegacyFirmwareArea = try keys.value(.hasLegacyFirmwareArea, or: false)
        contiguousRanges = try keys.decodeIfPresent([ByteRange].self, forKey: .contiguousRanges)
        kernelRanges = try keys.value(.kernelRanges, or: [])
        dmaLimitBytes = try keys.decodeIfPresent(ByteCount.self, forKey: .dmaLimitBytes)
    }
}

extension MachineSpec.MemoryRange {
    enum CodingKeys: String, CodingKey, CaseIterable { case start, end, node, kind, isHotPluggable, isMirrored }

    /// Reads the JSON form. Throws `DecodingError`, with the path to the key, where it is something
    /// else.
    public init(from decoder: any Decoder) throws {
        let keys = try decoder.knownKeys(CodingKeys.self)
        self.init(
            start: try keys.decode(ByteCount.self, forKey: .start), end: try keys.decode(ByteCount.self, forKey: .end),
            node: try keys.value(.node, or: 0), kind: try keys.value(.kind, or: .usable),
            isHotPluggable: try keys.value(.isHotPluggable, or: false),
            isMirrored: try keys.value(.isMirrored, or: false))
    }
}

extension MachineSpec.AffinityRange {
    enum CodingKeys: String, CodingKey, CaseIterable { case start, end, node, isHotPluggable }

    /// Reads the JSON form. Throws `DecodingError`, with the path to the key, where it is something
    /// else.
    public init(from decoder: any Decoder) throws {
        let keys = try decoder.knownKeys(CodingKeys.self)
        self.init(
            start: try keys.decode(ByteCount.self, forKey: .start), end: try keys.decode(ByteCount.self, forKey: .end),
            node: try keys.decode(NodeID.self, forKey: .node),
            isHotPluggable: try keys.value(.isHotPluggable, or: false))
    }
}

extension MachineSpec.Node {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case id, cpus, distances, isGenericInitiator, structure, managedBytes
    }

    /// Reads the JSON form. Throws `DecodingError`, with the path to the key, where it is something
    /// else.
    public init(from decoder: any Decoder) throws {
        let keys = try decoder.knownKeys(CodingKeys.self)
        self.init(
            id: try keys.decode(NodeID.self, forKey: .id), cpus: try keys.value(.cpus, or: []),
            distances: try keys.value(.distances, or: []),
            isGenericInitiator: try keys.value(.isGenericInitiator, or: false))
        structure = try keys.decodeIfPresent(MachineSpec.ByteRange.self, forKey: .structure)
        managedBytes = try keys.decodeIfPresent(ByteCount.self, forKey: .managedBytes)
    }
}

extension MachineSpec.ZoneInput {
    enum CodingKeys: String, CodingKey, CaseIterable { case node, zone, managedPages, extent }

    /// Reads the JSON form. Throws `DecodingError`, with the path to the key, where it is something
    /// else.
    public init(from decoder: any Decoder) throws {
        let keys = try decoder.knownKeys(CodingKeys.self)
        let name = try keys.decode(String.self, forKey: .zone)
        guard let zone = ZoneType(kernelName: name) else {
            throw DecodingError.dataCorruptedError(
                forKey: .zone, in: keys, debugDescription: "there is no zone named “\(name)”")
        }
        self.init(
            node: try keys.value(.node, or: 0), zone: zone,
            managedPages: try keys.decode(PageCount.self, forKey: .managedPages),
            extent: try keys.decodeIfPresent(MachineSpec.ZoneExtent.self, forKey: .extent))
    }

    /// Writes the form that ``init(from:)`` reads.
    public func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: CodingKeys.self)
        try keys.encode(node, forKey: .node)
        try keys.encode(zone.kernelName, forKey: .zone)
        try keys.encode(managedPages, forKey: .managedPages)
        try keys.encodeIfPresent(extent, forKey: .extent)
    }
}

extension MachineSpec.Configuration {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case hasNUMA, hasZoneDMA, hasZoneDMA32, hasHighMem, hasZoneDevice, hasTransparentHugePages
        case transparentHugePagesAreEnabled, pageblockOrder, maxOrder, memoryMap
        case hasNUMAEmulation
    }

    /// What distributions configure on `architecture` with 4 KiB pages (ppc64: 64 KiB).
    public init(usualFor architecture: MachineSpec.Architecture) {
        self.init()
        memoryMap = MemoryMapOptions(usualFor: architecture)
        switch architecture {
        case .x86_64, .arm64, .other: break
        case .i386, .i386PAE:
            hasNUMA = false
            hasZoneDMA32 = false
            hasHighMem = true
            hasZoneDevice = false
            if architecture == .i386 { pageblockOrder = 10 }
        case .riscv64: hasZoneDMA = false
        case .ppc64:
            hasZoneDMA = false
            hasZoneDMA32 = false
            pageblockOrder = 5
            maxOrder = 8
        case .s390x:
            hasNUMA = false
            hasZoneDMA32 = false
            hasZoneDevice = false
            pageblockOrder = 8
        }
    }

    /// Reads the JSON form. Throws `DecodingError`, with the path to the key, where it is something
    /// else.
    public init(from decoder: any Decoder) throws {
        self.init()
        try merge(from: decoder, .x86_64)
    }

    /// Takes over the keys that are there.
    mutating func merge(from decoder: any Decoder, _ architecture: MachineSpec.Architecture) throws {
        let keys = try decoder.knownKeys(CodingKeys.self)
        hasNUMA = try keys.value(.hasNUMA, or: hasNUMA)
        hasNUMAEmulation = try keys.value(.hasNUMAEmulation, or: hasNUMAEmulation)
        hasZoneDMA = try keys.value(.hasZoneDMA, or: hasZoneDMA)
        hasZoneDMA32 = try keys.value(.hasZoneDMA32, or: hasZoneDMA32)
        hasHighMem = try keys.value(.hasHighMem, or: hasHighMem)
        hasZoneDevice = try keys.value(.hasZoneDevice, or: hasZoneDevice)
        hasTransparentHugePages = try keys.value(.hasTransparentHugePages, or: hasTransparentHugePages)
        transparentHugePagesAreEnabled = try keys.value(
            .transparentHugePagesAreEnabled, or: transparentHugePagesAreEnabled)
        pageblockOrder = try keys.value(.pageblockOrder, or: pageblockOrder)
        maxOrder = try keys.value(.maxOrder, or: maxOrder)
        if keys.contains(.memoryMap) {
            var options = memoryMap ?? MemoryMapOptions(usualFor: architecture)
            try options.merge(from: keys.superDecoder(forKey: .memoryMap))
            memoryMap = options
        }
    }
}

private struct AnyKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension Decoder {
    /// The container with these keys and no others; at the top, `schema` is the file's business.
    func knownKeys<Key: CodingKey & CaseIterable>(_: Key.Type) throws -> KeyedDecodingContainer<Key> {
        let known = Set(Key.allCases.map(\.stringValue))
        for key in try container(keyedBy: AnyKey.self).allKeys where !known.contains(key.stringValue) {
            if codingPath.isEmpty, key.stringValue == "schema" { continue }
            throw DecodingError.dataCorrupted(
                .init(codingPath: codingPath + [key], debugDescription: "no such key"))
        }
        return try container(keyedBy: Key.self)
    }
}

extension KeyedDecodingContainer {
    /// The value at `key`, or `missing` where there is no such key or `null`.
    func value<Value: Decodable>(_ key: Key, or missing: Value) throws -> Value {
        try decodeIfPresent(Value.self, forKey: key) ?? missing
    }
}

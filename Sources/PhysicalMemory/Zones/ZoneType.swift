/// What a zone's memory can be used for. Declared in the kernel's order, lowest first.
///
/// Not every machine has every type: ``MachineLayout/zoneTypes`` says which are configured, and a type's place in
/// that list is the kernel's `zone_idx()`.
///
/// *Kernel counterpart:* `enum zone_type`.
public enum ZoneType: UInt8, CaseIterable, Hashable, Comparable, Sendable, Codable {
    /// For devices that reach little: 16 MiB on x86. `ZONE_DMA`.
    case dma
    /// For devices that reach 4 GiB. `ZONE_DMA32`.
    case dma32
    /// What the kernel always has mapped. `ZONE_NORMAL`.
    case normal
    /// What it has not: 32-bit machines only. `ZONE_HIGHMEM`.
    case highMem
    /// For what can be moved or given back. `ZONE_MOVABLE`.
    case movable
    /// Memory of devices, not handed out by the page allocator. `ZONE_DEVICE`.
    case device

    /// The name that the kernel prints: `DMA`, `DMA32`, `Normal`, `HighMem`, `Movable`, `Device`.
    public var kernelName: String {
        switch self {
        case .dma: "DMA"
        case .dma32: "DMA32"
        case .normal: "Normal"
        case .highMem: "HighMem"
        case .movable: "Movable"
        case .device: "Device"
        }
    }

    /// The type with this kernel name, in any case; `nil` if there is none.
    public init?(kernelName: some StringProtocol) {
        guard let match = Self.allCases.first(where: { $0.kernelName.lowercased() == kernelName.lowercased() })
        else { return nil }
        self = match
    }

    /// Whether `a` comes before `b`.
    @inlinable public static func < (a: ZoneType, b: ZoneType) -> Bool { a.rawValue < b.rawValue }
}

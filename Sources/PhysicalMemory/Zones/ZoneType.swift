/// What a zone's memory can be used for. Declared in the kernel's order, lowest first.
///
/// Not every machine has every type: ``MachineLayout/zoneTypes`` says which are configured, and a type's place in
/// that list is the kernel's `zone_idx()`.
///
/// *Kernel counterpart:* `enum zone_type`.
public enum ZoneType: UInt8, CaseIterable, Hashable, Comparable, Sendable, Codable {
    case dma, dma32, normal, highMem, movable, device

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

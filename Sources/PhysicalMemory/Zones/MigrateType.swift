/// How easily the frames of a pageblock can be moved or given back.
///
/// *Kernel counterpart:* `enum migratetype`, with `MIGRATE_CMA` and `MIGRATE_ISOLATE` configured.
public enum MigrateType: UInt8, CaseIterable, Hashable, Sendable, Codable {
    /// Stays where it is. `MIGRATE_UNMOVABLE`.
    case unmovable
    /// Can be moved elsewhere. `MIGRATE_MOVABLE`.
    case movable
    /// Cannot be moved, but given back. `MIGRATE_RECLAIMABLE`.
    case reclaimable
    /// Kept for urgent requests of high order. `MIGRATE_HIGHATOMIC`.
    case highatomic
    /// Of a contiguous area, lent to movable requests. `MIGRATE_CMA`.
    case cma
    /// Taken out of use. `MIGRATE_ISOLATE`.
    case isolate

    /// The number of types that per-CPU lists keep apart. *Kernel counterpart:* `MIGRATE_PCPTYPES`.
    public static let perCPUCount = 3

    /// The name in `/proc/pagetypeinfo`.
    public var kernelName: String {
        switch self {
        case .unmovable: "Unmovable"
        case .movable: "Movable"
        case .reclaimable: "Reclaimable"
        case .highatomic: "HighAtomic"
        case .cma: "CMA"
        case .isolate: "Isolate"
        }
    }
}

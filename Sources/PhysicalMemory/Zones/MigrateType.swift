/// How easily the frames of a pageblock can be moved or given back.
///
/// *Kernel counterpart:* `enum migratetype`, with `MIGRATE_CMA` and `MIGRATE_ISOLATE` configured.
public enum MigrateType: UInt8, CaseIterable, Hashable, Sendable, Codable {
    case unmovable, movable, reclaimable, highatomic, cma, isolate

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

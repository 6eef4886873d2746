/// What is measured, by the name that a report gives it.
enum Pattern: String, CaseIterable, Codable {
    case lifo, lifoOrder3, lifoOrder9, lifoAllCPUs, batch, pool, handover, outAndBack

    var title: String {
        switch self {
        case .lifo: "last in first out, order 0"
        case .lifoOrder3: "last in first out, order 3"
        case .lifoOrder9: "last in first out, order 9"
        case .lifoAllCPUs: "last in first out, 2 CPUs at once"
        case .batch: "batches of 512"
        case .pool: "pool of 65,536, random ones replaced"
        case .handover: "allocated on one CPU, freed on another"
        case .outAndBack: "4 GiB of blocks out and back"
        }
    }

    var order: UInt32 {
        switch self {
        case .lifoOrder3: 3
        case .lifoOrder9: 9
        default: 0
        }
    }

    var needsTwoCPUs: Bool { self == .lifoAllCPUs || self == .handover }
    /// Allocations and as many frees in one go.
    var pairs: Int {
        switch self {
        case .batch: 2000 * 512
        case .handover: 500_000
        case .outAndBack: 1 << 20
        default: 1_000_000
        }
    }
}

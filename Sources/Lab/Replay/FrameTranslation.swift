import PhysicalMemory

/// Which frame of the model stands for which of the trace, where the two go different ways.
///
/// Frames that were allocated before the trace began stand for themselves.
struct FrameTranslation {
    private var frames: [UInt64: UInt64] = [:]

    mutating func allocated(_ traced: PFN, _ order: Order, as modelled: PFN) {
        for offset in 0..<UInt64(order.pageCount.rawValue) {
            frames[traced.rawValue &+ offset] = modelled == .none ? PFN.none.rawValue : modelled.rawValue &+ offset
        }
    }

    mutating func freed(_ traced: PFN, _ order: Order) {
        for offset in 0..<UInt64(order.pageCount.rawValue) { frames[traced.rawValue &+ offset] = nil }
    }

    func model(_ traced: PFN) -> PFN { frames[traced.rawValue].map { PFN($0) } ?? traced }
}

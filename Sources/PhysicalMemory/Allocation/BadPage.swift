/// A free that the allocator refused: the frame keeps its place, so nothing is lost.
///
/// Two frees of the same frame at the very same moment on two CPUs can both pass the check, as no atomic operation is
/// spent on it; the audit shows such a frame as duplicated.
///
/// *Kernel counterpart:* `bad_page()`'s report.
public struct BadPage: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with the free.
    public enum Reason: UInt8, CaseIterable, Hashable, Sendable {
        /// Nobody holds the frame: it is free already, inside a block, or never was handed out.
        case notAllocated
        /// The block was allocated with another order.
        case wrongOrder
        /// The frame is a tail of a compound page: only the head can be freed.
        case tail
        /// A tail of the compound page does not point at its head.
        case corruptTail
        /// Somebody else holds a reference.
        case stillReferenced
        /// The frame is not a multiple of the block's size.
        case misaligned
        /// The frame is outside the memory map.
        case beyondMap
        /// The frame lies in a hole or was never given to the allocator.
        case notInitialized
        /// No block has an order as large as that.
        case orderTooLarge
        /// The machine has no CPU of that number to free on.
        case noSuchCPU
    }

    /// The frame that was to be freed.
    public var pfn: PFN
    /// The order that it was to be freed with.
    public var order: Order
    /// What is wrong with it.
    public var reason: Reason

    /// A refused free of the block of `order` that begins at `pfn`.
    public init(pfn: PFN, order: Order, reason: Reason) {
        self.pfn = pfn
        self.order = order
        self.reason = reason
    }

    /// What is wrong, in words for people.
    public var description: String {
        let what =
            switch reason {
            case .notAllocated: "nobody holds it (freed twice?)"
            case .wrongOrder: "it was allocated with another order"
            case .tail: "it is a tail of a compound page"
            case .corruptTail: "a tail of its compound page points elsewhere"
            case .stillReferenced: "somebody else holds a reference"
            case .misaligned: "it is not a multiple of the block's size"
            case .beyondMap: "it is beyond the memory map"
            case .notInitialized: "it was never given to the allocator"
            case .orderTooLarge: "no block has such an order"
            case .noSuchCPU: "the machine has no such CPU"
            }
        return "bad page: pfn \(pfn), order \(order): \(what)"
    }
}

/// Why a request got nothing.
public enum AllocationFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// Every zone that the request may use is below its watermark, or has no block that is large enough.
    case outOfMemory(order: Order, gfp: GFP)
    /// The order is above the machine's highest.
    case orderTooLarge(order: Order, highest: Order)
    /// No zone with memory satisfies both the gfp and the allowed nodes.
    case noZone(gfp: GFP)
    /// The machine has no CPU of that number.
    case noSuchCPU(CPUID)
    /// The machine has no node of that number.
    case noSuchNode(NodeID)

    /// Why the request failed, in words for people.
    public var description: String {
        switch self {
        case .outOfMemory(let order, let gfp):
            "out of memory: order \(order), gfp 0x\(String(gfp.rawValue, radix: 16))"
        case .orderTooLarge(let order, let highest): "order \(order) is above the highest, \(highest)"
        case .noZone(let gfp): "no zone for gfp 0x\(String(gfp.rawValue, radix: 16)) on the allowed nodes"
        case .noSuchCPU(let cpu): "this machine has no CPU \(cpu)"
        case .noSuchNode(let node): "this machine has no node \(node)"
        }
    }
}

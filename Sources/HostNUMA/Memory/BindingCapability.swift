import CHostShims
import Glibc

/// What of NUMA this process may really do: containers' system call filters forbid some of it.
public struct BindingCapability: Hashable, Sendable {
    /// Whether one call works here.
    public enum Ability: Hashable, Sendable, CustomStringConvertible {
        case works
        /// `reason` names the call and the kernel's answer.
        case refused(reason: String)

        public var works: Bool { self == .works }
        public var description: String {
            switch self {
            case .works: "works"
            case .refused(let reason): reason
            }
        }
    }

    /// `mbind`: binding memory to a node.
    public let mbind: Ability
    /// `move_pages`: asking where many pages are.
    public let movePages: Ability
    /// `get_mempolicy`: asking where one page is.
    public let getMempolicy: Ability
    /// `sched_setaffinity`: pinning a thread.
    public let setAffinity: Ability

    /// Tries each call once, on a page and a thread of its own, with the filters of the calling thread.
    ///
    /// `topology` names a node to bind to. Throws `HostError` if not even a page or a thread can be had.
    public init(probing topology: HostTopology) throws(HostError) {
        let size = MemoryCalls.pageSize
        let page = try MemoryCalls.reserve(size)
        defer { MemoryCalls.unmap(page, size) }
        if let node = topology.nodes.first(where: \.hasUsableMemory), topology.hasNUMA {
            mbind = Self.ability { () throws(HostError) in try MemoryCalls.bind(page, size, to: node.id) }
        } else {
            mbind = .refused(reason: topology.hasNUMA ? "no node has memory for this process" : "no NUMA nodes")
        }
        page.storeBytes(of: 1, as: UInt8.self)
        movePages = Self.ability { () throws(HostError) in
            let node = try MemoryCalls.nodes(of: [page])[0]
            if node < 0 { throw .systemCall(name: "move_pages", code: Int32(-node)) }
        }
        getMempolicy = Self.ability { () throws(HostError) in _ = try MemoryCalls.node(of: page) }
        // A mask that was set stays set, so the caller's own thread must not be asked.
        let thread = try PinnedExecutor(.anywhere, name: "probe")
        setAffinity = thread.runBlocking {
            guard let cpu = HostCPU.permittedToThread().first else {
                return .refused(reason: "sched_getaffinity names no CPU")
            }
            switch ThreadPlace.cpu(cpu).pinCallingThread() {
            case .refused(let reason): return .refused(reason: reason)
            case .pinned, .notAsked: return .works
            }
        }
    }

    private static func ability(_ call: () throws(HostError) -> Void) -> Ability {
        do throws(HostError) {
            try call()
            return .works
        } catch {
            return .refused(reason: "\(error)")
        }
    }
}

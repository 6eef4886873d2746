import CHostShims
import Glibc

/// Where a thread should run.
public enum ThreadPlace: Hashable, Sendable {
    /// On this CPU alone.
    case cpu(HostCPU)
    /// On any of the node's CPUs that this process may use.
    case node(HostNode)
    /// Wherever the scheduler likes.
    case anywhere

    /// The CPUs the thread may be seen on; nil if any.
    public var cpus: [HostCPU]? {
        switch self {
        case .cpu(let cpu): [cpu]
        case .node(let node): node.cpus
        case .anywhere: nil
        }
    }
}

/// What became of the wish to run in a place.
public enum Pinning: Hashable, Sendable, CustomStringConvertible {
    /// The thread runs on the CPUs asked for.
    case pinned
    /// Nobody asked.
    case notAsked
    /// The kernel said no: the thread runs wherever the scheduler likes.
    case refused(reason: String)

    public var isPinned: Bool { self == .pinned }

    public var description: String {
        switch self {
        case .pinned: "pinned"
        case .notAsked: "not pinned"
        case .refused(let reason): "not pinned: \(reason)"
        }
    }
}

extension ThreadPlace {
    /// Pins the calling thread for good. Never call it on the main thread: later threads inherit its mask.
    ///
    /// Through libnuma where it works, else by `sched_setaffinity` directly.
    func pinCallingThread() -> Pinning {
        switch self {
        case .anywhere:
            return .notAsked
        case .cpu(let cpu):
            return Self.setAffinity([cpu])
        case .node(let node):
            guard !node.cpus.isEmpty else { return .refused(reason: "\(node.id) has no CPU this process may use") }
            // numa_run_on_node takes every CPU of the node: right only if this process may use them all.
            if node.cpus == node.onlineCPUs, Libnuma.isAvailable, Libnuma.runOnNode(node.id) == 0 { return .pinned }
            return Self.setAffinity(node.cpus)
        }
    }

    private static func setAffinity(_ cpus: [HostCPU]) -> Pinning {
        if Libnuma.isAvailable, Libnuma.setAffinity(to: cpus) == 0 { return .pinned }
        let numbers = cpus.map { UInt32($0.rawValue) }
        let code = chost_set_affinity(numbers, numbers.count)
        return code == 0 ? .pinned : .refused(reason: "sched_setaffinity: \(errorText(code))")
    }
}

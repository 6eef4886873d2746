/// One online NUMA node of the host, as this process may use it.
public struct HostNode: Hashable, Sendable, Codable {
    public let id: HostNodeID
    /// The node's online CPUs, whoever may use them. Ascending.
    public let onlineCPUs: [HostCPU]
    /// Those of `onlineCPUs` that this process may run on (affinity and cpuset). Ascending.
    public let cpus: [HostCPU]
    /// All memory of the node, in bytes. *Kernel counterpart:* `MemTotal` in the node's meminfo.
    public let memoryTotal: Int
    /// Memory of the node that nobody used when the topology was read, in bytes.
    public let memoryFree: Int
    /// File pages of the node that nobody used lately, in bytes: the kernel drops them when memory is asked for.
    /// *Kernel counterpart:* `Inactive(file)` in the node's meminfo.
    public let memoryInactiveFile: Int
    /// Whether this process may have memory of the node (`Mems_allowed`).
    public let isMemoryAllowed: Bool

    public init(
        id: HostNodeID, onlineCPUs: [HostCPU], cpus: [HostCPU],
        memoryTotal: Int, memoryFree: Int, memoryInactiveFile: Int = 0, isMemoryAllowed: Bool
    ) {
        self.id = id
        self.onlineCPUs = onlineCPUs
        self.cpus = cpus
        self.memoryTotal = memoryTotal
        self.memoryFree = memoryFree
        self.memoryInactiveFile = memoryInactiveFile
        self.isMemoryAllowed = isMemoryAllowed
    }

    /// What could be had without swapping, in bytes: an estimate, never more than there is.
    public var memoryAvailable: Int {
        // Both parts are at most Int.max: only their sum can overflow.
        let (sum, overflow) = memoryFree.addingReportingOverflow(memoryInactiveFile)
        return overflow ? memoryTotal : min(memoryTotal, sum)
    }

    /// Memory without an online CPU, such as a CXL expander.
    public var isMemoryOnly: Bool { onlineCPUs.isEmpty && memoryTotal > 0 }
    /// CPUs without memory.
    public var isCPUOnly: Bool { !onlineCPUs.isEmpty && memoryTotal == 0 }
    /// Whether this process can have memory here at all.
    public var hasUsableMemory: Bool { memoryTotal > 0 && isMemoryAllowed }
}

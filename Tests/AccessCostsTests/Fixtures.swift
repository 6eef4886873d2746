import HostNUMA

@testable import AccessCosts

/// Foundation has a `Host` of its own.
typealias Host = HostNUMA.Host

func node(_ id: Int, online: [Int], cpus: [Int], total: Int, free: Int, allowed: Bool = true) -> HostNode {
    HostNode(
        id: HostNodeID(rawValue: id)!, onlineCPUs: online.map { HostCPU(rawValue: $0)! },
        cpus: cpus.map { HostCPU(rawValue: $0)! }, memoryTotal: total, memoryFree: free, isMemoryAllowed: allowed)
}

func topology(_ nodes: [HostNode]) -> HostTopology {
    let unknown: [Int?] = Array(repeating: nil, count: nodes.count)
    return HostTopology(
        source: .sysfs, hasNUMA: true, nodes: nodes, distances: Array(repeating: unknown, count: nodes.count), note: nil
    )
}

import HostNUMA

extension MeasuredHost {
    init(_ plan: MeasurePlan) throws(HostError) {
        let topology = plan.host.topology
        let settings = plan.settings
        self.init(
            kernel: settings.kernelRelease, architecture: settings.architecture, cpuModel: settings.cpuModel,
            pageBytes: ReservedMemory.pageSize,
            nodes: topology.nodes.map { node in
                Node(
                    id: node.id.rawValue, cpus: node.onlineCPUs.map(\.rawValue), usableCPUs: node.cpus.map(\.rawValue),
                    memoryBytes: node.memoryTotal, availableBytes: plan.host.availableBytes(on: node),
                    isMemoryAllowed: node.isMemoryAllowed)
            },
            offlineCPUs: settings.offlineCPUs.map(\.rawValue),
            caches: try topology.cpus.first.map { cpu throws(HostError) in try HostCache.all(of: cpu) } ?? [],
            hypervisor: plan.hypervisor?.name, isEmulated: plan.hypervisor?.isEmulator ?? false, note: topology.note)
    }
}

extension MeasuringConditions {
    init(_ plan: MeasurePlan) {
        let (settings, binding) = (plan.settings, plan.host.binding)
        var isDebugBuild = false
        #if DEBUG
        isDebugBuild = true
        #endif
        self.init(
            numaBalancing: settings.numaBalancing, zoneReclaimMode: settings.zoneReclaimMode,
            governors: settings.governors, transparentHugePages: settings.transparentHugePages,
            hugePagePools: settings.hugePagePools.map {
                HugePagePool(node: $0.node.rawValue, pageBytes: $0.pageBytes, total: $0.total, free: $0.free)
            },
            smtActive: settings.isSMTActive, cgroupRemainingBytes: plan.host.memoryLimit.remainingBytes,
            loadAverage: settings.loadAverage, binding: "\(binding.mbind)", pinning: "\(binding.setAffinity)",
            placementMethod: binding.movePages.works
                ? "move_pages" : binding.getMempolicy.works ? "get_mempolicy" : nil,
            isDebugBuild: isDebugBuild)
    }
}

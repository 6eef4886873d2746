import Testing

@testable import HostNUMA

@Suite struct HostSettingsTests {
    private func topology() -> HostTopology {
        HostTopology(
            source: .sysfs, hasNUMA: true,
            nodes: [
                HostNode(
                    id: HostNodeID(rawValue: 0)!, onlineCPUs: [HostCPU(rawValue: 0)!, HostCPU(rawValue: 1)!], cpus: [],
                    memoryTotal: 1 << 30, memoryFree: 0, isMemoryAllowed: true)
            ], distances: [[10]], note: nil)
    }

    @Test func whatTheKernelSaysIsRead() throws {
        let cpus = "sys/devices/system/cpu"
        let tree = try FixtureTree([
            "proc/cpuinfo": "processor\t: 0\nmodel name\t: Some CPU: fast\n",
            "\(cpus)/offline": "2-3\n", "\(cpus)/smt/active": "1\n",
            "\(cpus)/cpu0/cpufreq/scaling_governor": "powersave\n",
            "\(cpus)/cpu1/cpufreq/scaling_governor": "powersave\n",
            "proc/sys/kernel/numa_balancing": "1\n", "proc/sys/vm/zone_reclaim_mode": "0\n",
            "sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never\n",
            "sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages": "8\n",
            "sys/devices/system/node/node0/hugepages/hugepages-2048kB/free_hugepages": "5\n",
            "sys/devices/system/node/node0/hugepages/hugepages-1048576kB/nr_hugepages": "0\n",
            "proc/loadavg": "0.25 0.10 0.05 1/100 4242\n",
        ])
        let settings = HostSettings(of: topology(), root: tree.root)
        #expect(settings.cpuModel == "Some CPU: fast")
        #expect(settings.offlineCPUs.map(\.rawValue) == [2, 3])
        #expect(settings.governors == ["powersave"])
        #expect(settings.numaBalancing == 1 && settings.zoneReclaimMode == 0 && settings.isSMTActive == true)
        #expect(settings.transparentHugePages == "madvise" && settings.loadAverage == 0.25)
        #expect(settings.hugePagePools.map(\.free) == [5] && settings.hugePagePools[0].pageBytes == 2 << 20)
    }

    @Test func whatIsNotThereOrNonsenseIsNil() throws {
        let tree = try FixtureTree([
            "proc/sys/kernel/numa_balancing": "-1\n", "sys/kernel/mm/transparent_hugepage/enabled": "\n",
            "sys/devices/system/cpu/offline": "x-9\n",
        ])
        let settings = HostSettings(of: topology(), root: tree.root)
        #expect(settings.numaBalancing == nil && settings.transparentHugePages == nil && settings.cpuModel == nil)
        #expect(settings.offlineCPUs.isEmpty && settings.governors.isEmpty && settings.hugePagePools.isEmpty)
        #expect(!settings.kernelRelease.isEmpty && !settings.architecture.isEmpty)
    }

    @Test(arguments: [
        ("KVMKVMKVM", "KVM", false), ("TCGTCGTCGTCG", "TCG", true), ("SomethingElse", "SomethingElse", false),
    ])
    func aSignatureNamesItsHypervisor(_ signature: String, _ name: String, _ isEmulator: Bool) {
        let hypervisor = Hypervisor(signature: signature)
        #expect(hypervisor.name == name && hypervisor.isEmulator == isEmulator)
    }
}

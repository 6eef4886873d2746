import Glibc

/// What this host's kernel and processor say of themselves, as far as it bears on memory's figures.
///
/// Nil or empty where the kernel does not say: settings are for reports, and none of them must be there.
public struct HostSettings: Hashable, Sendable {
    /// A node's huge pages of one size, set aside by the administrator.
    public struct HugePagePool: Hashable, Sendable {
        public let node: HostNodeID
        public let pageBytes: Int
        public let total: Int
        public let free: Int
    }

    /// `uname -r`.
    public let kernelRelease: String
    /// `uname -m`.
    public let architecture: String
    /// *Kernel counterpart:* `model name` in /proc/cpuinfo.
    public let cpuModel: String?
    /// CPUs that are there but offline.
    public let offlineCPUs: [HostCPU]
    /// *Kernel counterpart:* `kernel.numa_balancing`.
    public let numaBalancing: Int?
    /// *Kernel counterpart:* `vm.zone_reclaim_mode`.
    public let zoneReclaimMode: Int?
    /// The CPUs' frequency governors, each once, ascending.
    public let governors: [String]
    /// The word in brackets in `transparent_hugepage/enabled`.
    public let transparentHugePages: String?
    /// Pools that have any page.
    public let hugePagePools: [HugePagePool]
    /// Whether CPUs share cores now.
    public let isSMTActive: Bool?
    /// The load of the last minute.
    public let loadAverage: Double?

    /// Reads the files under `root`, "" for this host; never fails.
    public init(of topology: HostTopology, root: String = "") {
        var name = utsname()
        uname(&name)
        kernelRelease = withUnsafeBytes(of: &name.release) { Self.text($0) }
        architecture = withUnsafeBytes(of: &name.machine) { Self.text($0) }
        cpuModel = Self.file(root + "/proc/cpuinfo")?.lines.first { $0.text.hasPrefix("model name") }
            .flatMap { $0.text.split(separator: ":", maxSplits: 1).last.map { String($0.trimmed) } }
        offlineCPUs = (try? Self.file(root + "/sys/devices/system/cpu/offline")?.cpuList()) ?? []
        numaBalancing = Self.number(root + "/proc/sys/kernel/numa_balancing")
        zoneReclaimMode = Self.number(root + "/proc/sys/vm/zone_reclaim_mode")
        governors = Set(
            topology.nodes.flatMap(\.onlineCPUs).compactMap { cpu in
                Self.file("\(root)/sys/devices/system/cpu/cpu\(cpu.rawValue)/cpufreq/scaling_governor")
                    .map { String($0.firstLine.trimmed.prefix(32)) }
            }
        ).sorted()
        transparentHugePages = Self.file(root + "/sys/kernel/mm/transparent_hugepage/enabled")?.firstLine.words
            .first { $0.hasPrefix("[") && $0.hasSuffix("]") }.map { String($0.dropFirst().dropLast()) }
        hugePagePools = topology.nodes.flatMap { node in
            [2 << 20, 1 << 30].compactMap { size -> HugePagePool? in
                let kilobytes = size / 1024
                let folder =
                    "\(root)/sys/devices/system/node/node\(node.id.rawValue)/hugepages/hugepages-\(kilobytes)kB"
                guard let total = Self.number(folder + "/nr_hugepages"), total > 0 else { return nil }
                return HugePagePool(
                    node: node.id, pageBytes: size, total: total,
                    free: Self.number(folder + "/free_hugepages") ?? 0)
            }
        }
        isSMTActive = Self.number(root + "/sys/devices/system/cpu/smt/active").map { $0 != 0 }
        loadAverage = Self.file(root + "/proc/loadavg")?.firstLine.words.first.flatMap { Double($0) }
    }

    private static func file(_ path: String) -> HostFile? { (try? HostFile(path)) ?? nil }

    private static func number(_ path: String) -> Int? {
        file(path).flatMap { HostFile.number($0.firstLine.trimmed) }
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}

import CHostShims

extension HostCPU {
    /// The CPU the calling thread is on at this instant; nil if the kernel won't say.
    ///
    /// The corresponding C function is `sched_getcpu`.
    public static var current: HostCPU? { HostCPU(rawValue: Int(chost_current_cpu())) }

    /// The CPUs the calling thread may run on, ascending; empty if the kernel won't say.
    ///
    /// The corresponding C function is `sched_getaffinity`.
    public static func permittedToThread() -> [HostCPU] {
        var numbers = [UInt32](repeating: 0, count: HostCPU.limit)
        let count = chost_get_affinity(&numbers, numbers.count)
        guard count > 0 else { return [] }
        return numbers.prefix(count).compactMap { HostCPU(rawValue: Int($0)) }
    }
}

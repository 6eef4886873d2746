import CHostShims

/// Who runs this machine, if it is a virtual one.
public struct Hypervisor: Hashable, Sendable {
    /// `KVM`, `TCG`, `Xen` …, or the signature as the processor gives it.
    public let name: String
    /// QEMU's own translator: timings are those of a program that plays a processor.
    public var isEmulator: Bool { name == "TCG" }

    /// Nil on the bare machine, or where nothing tells.
    ///
    /// On x86 by the processor's CPUID leaf 0x40000000, elsewhere by the firmware's names under `root`, which do not
    /// tell a virtual machine of QEMU's from an emulated one.
    public static func current(root: String = "") -> Hypervisor? {
        var bytes = [CChar](repeating: 0, count: 13)
        chost_hypervisor(&bytes)
        let signature = String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if !signature.isEmpty { return Hypervisor(signature: signature) }
        for path in ["/sys/class/dmi/id/sys_vendor", "/sys/firmware/devicetree/base/hypervisor/compatible"] {
            guard let file = try? HostFile(root + path) else { continue }
            let vendor = file.firstLine.trimmed
            if ["QEMU", "linux,kvm", "xen,xen"].contains(where: vendor.hasPrefix) {
                return Hypervisor(name: String(vendor.prefix(32)))
            }
        }
        return nil
    }

    public init(name: String) { self.name = name }

    init(signature: String) {
        let known = [
            "KVMKVMKVM": "KVM", "TCGTCGTCGTCG": "TCG", "Microsoft Hv": "Hyper-V", "VMwareVMware": "VMware",
            "XenVMMXenVMM": "Xen", "bhyve bhyve ": "bhyve", "ACRNACRNACRN": "ACRN",
        ]
        name = known[signature] ?? signature
    }
}

import PhysicalMemory

/// What `/proc/cpuinfo` says of a machine's CPUs, and `/sys/devices/system/cpu/online` of which of them run.
public struct Processors: Hashable, Sendable {
    /// By the fields that only one architecture prints; `nil`: none of those.
    public var architecture: MachineSpec.Architecture?
    /// The CPUs that run, ascending; empty: neither text says.
    public var online: [CPUID] = []

    /// `nil` where both texts say nothing.
    init?(_ info: [TextLine], folder: [TextLine], problems: inout SkippedRecords) {
        let fields = info.map { line -> (key: Substring, value: Substring) in
            let parts = line.text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (parts[0].trimmed, parts.count > 1 ? parts[1].trimmed : "")
        }
        architecture = Self.architecture(fields)
        // x86, ARM and RISC-V print a paragraph for each CPU, s390 a line `processor 0: …`.
        let numbers = fields.compactMap { key, value -> CPUID? in
            key == "processor" ? Numbers.cpu(value) : key.after("processor ").flatMap { Numbers.cpu($0.trimmed) }
        }
        online = Set(numbers).sorted()
        for line in folder where line.words.first == "online" {
            let text = line.text.after("online")?.trimmed ?? ""
            guard let list = Numbers.list(text, limit: CPUID.limit) else {
                problems.add(line.error(.badValue(field: "online", text: String(text.prefix(40)))))
                continue
            }
            online = list.map { CPUID($0) }
        }
        if architecture == nil && online.isEmpty { return nil }
    }

    private static func architecture(_ fields: [(key: Substring, value: Substring)]) -> MachineSpec.Architecture? {
        for (key, value) in fields {
            switch key {
            case "vendor_id":
                if value == "IBM/S390" { return .s390x }
            case "flags":
                // Long mode.
                return value.split(separator: " ").contains("lm") ? .x86_64 : .i386
            case "CPU architecture":
                return value == "8" || value == "AArch64" ? .arm64 : .other
            case "isa": if value.hasPrefix("rv64") { return .riscv64 }
            case "cpu":
                if ["POWER", "PPC970", "Cell"].contains(where: { value.hasPrefix($0) }) { return .ppc64 }
            case "archrev": return .other
            default: continue
            }
        }
        return nil
    }
}

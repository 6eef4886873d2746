import PhysicalMemory

/// A kernel's `.config`, the lines that are there.
public struct KernelConfiguration: Hashable, Sendable {
    /// Values by name without `CONFIG_`; quotes are taken off. An option that is not set is missing, or `n` where the
    /// file says so.
    public var values: [String: String] = [:]

    init?(_ lines: some Sequence<TextLine>) {
        for line in lines {
            let text = line.text.trimmed
            if text.hasPrefix("CONFIG_"), let equals = text.firstIndex(of: "=") {
                let value = text[text.index(after: equals)...]
                let plain = value.first == "\"" && value.count > 1 ? value.dropFirst().dropLast() : value
                values[String(text[..<equals].dropFirst(7))] = String(plain)
            } else if text.hasPrefix("# CONFIG_"), text.hasSuffix(" is not set"), let name = text.before(" is not") {
                values[String(name.dropFirst(9))] = "n"
            }
        }
        if values.isEmpty { return nil }
    }

    private static let marks = [
        "ZONE", "NUMA", "HIGHMEM", "PAGE", "MEMORY", "SPARSE", "CMA", "X86_64", "X86_32", "X86_PAE", "ARM64", "PPC64",
        "RISCV", "S390", "NODES_SHIFT", "MAX_ORDER", "SMP", "NR_CPUS", "COMPACTION", "DEV_DAX", "PCP_BATCH",
        "FLATMEM", "KASAN", "LRU_GEN", "DEFERRED", "MEM_ALLOC", "X86_5LEVEL",
    ]

    /// Whether a line of a configuration is about memory or the architecture.
    static func matters(_ line: String) -> Bool { marks.contains { line.after($0) != nil } }

    /// Whether the option is built in.
    public func isSet(_ name: String) -> Bool { values[name] == "y" }

    /// The option's number.
    public func number(_ name: String) -> Int? { values[name].flatMap(Numbers.count) }
}

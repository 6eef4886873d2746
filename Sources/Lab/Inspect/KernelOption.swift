import PhysicalMemory

/// A configuration option that decides whether a kernel has a field.
public enum KernelOption: String, CaseIterable, Hashable, Sendable {
    case numa = "CONFIG_NUMA"
    case flatMemory = "CONFIG_FLATMEM"
    case sparseMemory = "CONFIG_SPARSEMEM"
    case pageExtension = "CONFIG_PAGE_EXTENSION"
    case memoryHotplug = "CONFIG_MEMORY_HOTPLUG"
    case deferredPages = "CONFIG_DEFERRED_STRUCT_PAGE_INIT"
    case hugePages = "CONFIG_TRANSPARENT_HUGEPAGE"
    case compaction = "CONFIG_COMPACTION"
    case contiguousMemory = "CONFIG_CMA"
    case isolation = "CONFIG_MEMORY_ISOLATION"
    case unacceptedMemory = "CONFIG_UNACCEPTED_MEMORY"
    case memoryGroups = "CONFIG_MEMCG"
    case smp = "CONFIG_SMP"

    /// Whether a machine's kernel has it: by the layout where that tells, else as Debian configures its kernels (read
    /// off the configurations that came with real boots).
    public func isSet(on layout: MachineLayout) -> Bool {
        let is32Bit = layout.architecture == .i386 || layout.architecture == .i386PAE
        return switch self {
        case .numa: layout.hasNUMA
        case .flatMemory: layout.memoryMap.model == .flat
        case .sparseMemory: layout.memoryMap.model != .flat
        case .memoryHotplug: !is32Bit
        case .deferredPages: layout.memoryMap.defersInitialization
        case .contiguousMemory: layout.memoryMap.hasContiguousMemory
        case .pageExtension: layout.memoryMap.hasPageExtensions
        case .unacceptedMemory: layout.architecture == .x86_64 && layout.kernel >= KernelVersion(6, 5)
        case .hugePages, .compaction, .isolation, .memoryGroups, .smp: true
        }
    }
}

/// What a kernel needs to have a field.
struct Requirement {
    /// As a condition of the kernel's source.
    var text: String
    var isMet: (MachineLayout) -> Bool

    static func all(_ options: KernelOption...) -> Requirement {
        Requirement(text: options.map(\.rawValue).joined(separator: " && ")) { layout in
            options.allSatisfy { $0.isSet(on: layout) }
        }
    }

    static func any(_ options: KernelOption...) -> Requirement {
        Requirement(text: options.map(\.rawValue).joined(separator: " || ")) { layout in
            options.contains { $0.isSet(on: layout) }
        }
    }

    static func not(_ option: KernelOption) -> Requirement {
        Requirement(text: "!\(option.rawValue)") { !option.isSet(on: $0) }
    }

    static func since(_ version: KernelVersion) -> Requirement {
        Requirement(text: "Linux \(version) or later") { $0.kernel >= version }
    }
}

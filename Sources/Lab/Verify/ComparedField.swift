import PhysicalMemory

import PhysicalMemory

/// One field of a machine as the kernel reported it and as the model computed it.
struct ComparedField {
    /// What makes the kernel compute a field again.
    enum Group: Hashable, CaseIterable {
        /// Only a change of the machine.
        case layout
        case minFree
        case watermarks
        case protection
        case perCPU
        case threshold
    }

    var name: String
    var group: Group
    var expected: FieldValue
    var predicted: FieldValue

    var isEqual: Bool { expected == predicted }
}

/// Which groups of fields still show what boot computed, from `managed` values that grew afterwards.
struct StaleGroups {
    private(set) var groups: Set<ComparedField.Group> = [.minFree, .watermarks, .protection, .perCPU, .threshold]

    /// Those that size the CPUs' lists when they are written.
    static let sizingSysctls: Set = ["min_free_kbytes", "watermark_scale_factor", "percpu_pagelist_high_fraction"]

    /// Writing `sysctl` made the kernel compute some again.
    mutating func refresh(after sysctl: String) {
        switch sysctl {
        case "min_free_kbytes": groups.subtract([.minFree, .watermarks, .perCPU])
        case "watermark_scale_factor": groups.subtract([.watermarks, .perCPU])
        case "lowmem_reserve_ratio": groups.remove(.protection)
        case "percpu_pagelist_high_fraction": groups.remove(.perCPU)
        default: break
        }
    }

    /// A CPU came or went.
    mutating func refreshAfterCPUs() { groups.subtract([.perCPU, .threshold]) }

    /// Newer kernels compute protections whenever boot gives memory back.
    /// *Kernel counterpart:* `setup_per_zone_lowmem_reserve` in `adjust_managed_page_count`.
    init(_ kernel: KernelVersion) {
        if kernel >= KernelVersion(6, 16) { groups.remove(.protection) }
    }

    func contains(_ group: ComparedField.Group) -> Bool { groups.contains(group) }
}

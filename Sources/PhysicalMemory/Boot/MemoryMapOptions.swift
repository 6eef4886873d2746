/// Build options that decide how a kernel keeps what it knows of each frame.
///
/// They move no border of any zone. *Kernel counterpart:* the options that `page-flags-layout.h`, `mmzone.h` and
/// `page_ext.c` ask for.
public struct MemoryMapOptions: Hashable, Sendable, Codable {
    /// How a frame's page is found.
    public enum Model: String, CaseIterable, Hashable, Sendable, Codable {
        /// One array for all frames of a node, holes included. *Kernel counterpart:* `CONFIG_FLATMEM`.
        case flat
        /// An array for each section that has memory; a page says which section it is of.
        /// *Kernel counterpart:* `CONFIG_SPARSEMEM` without `CONFIG_SPARSEMEM_VMEMMAP`.
        case sparse
        /// Sections' arrays mapped side by side, so that a page's place says its frame.
        /// *Kernel counterpart:* `CONFIG_SPARSEMEM_VMEMMAP`.
        case sparseVirtual
    }

    /// How a frame's page is found.
    public var model = Model.sparseVirtual
    /// Section roots are allocated as they are needed. *Kernel counterpart:* `CONFIG_SPARSEMEM_EXTREME`.
    public var hasDynamicRoots = true
    /// log₂ of the nodes that the kernel has room for. *Kernel counterpart:* `CONFIG_NODES_SHIFT`.
    public var nodesShift = 10
    /// *Kernel counterpart:* `CONFIG_NR_CPUS`.
    public var cpuLimit = 8192
    /// Pages remember which CPU and process used them last. *Kernel counterpart:* `CONFIG_NUMA_BALANCING`.
    public var hasNUMABalancing = true
    /// *Kernel counterpart:* `CONFIG_KASAN_SW_TAGS` or `CONFIG_KASAN_HW_TAGS`.
    public var hasKASANTags = false
    /// *Kernel counterpart:* `CONFIG_LRU_GEN`.
    public var hasGenerationalLRU = true
    /// *Kernel counterpart:* `CONFIG_DEFERRED_STRUCT_PAGE_INIT`.
    public var defersInitialization = true
    /// *Kernel counterpart:* `CONFIG_CMA`.
    public var hasContiguousMemory = false
    /// Of them, what drivers get where `cma=` does not say. *Kernel counterpart:* `CONFIG_CMA_SIZE_MBYTES`.
    public var contiguousBytes = 0
    /// *Kernel counterpart:* `CONFIG_PAGE_EXTENSION`.
    public var hasPageExtensions = false
    /// *Kernel counterpart:* `CONFIG_PAGE_OWNER`.
    public var hasPageOwner = false
    /// *Kernel counterpart:* `CONFIG_PAGE_TABLE_CHECK`.
    public var hasPageTableCheck = false
    /// *Kernel counterpart:* `CONFIG_MEM_ALLOC_PROFILING`.
    public var hasAllocationProfiling = false
    /// The flags that a page may have. *Kernel counterpart:* `NR_PAGEFLAGS`.
    public var flagCount = 24
    /// Address bits of physical memory that sections are numbered for. *Kernel counterpart:* `MAX_PHYSMEM_BITS`.
    public var physicalBits = 52

    /// All at its default.
    public init() {}

    /// What distributions configure on `architecture`; widths and flags as read off the logs of Debian's kernels.
    public init(usualFor architecture: MachineSpec.Architecture) {
        self.init()
        switch architecture {
        case .x86_64: hasPageExtensions = true
        case .other: break
        case .i386, .i386PAE:
            model = .flat
            hasDynamicRoots = false
            nodesShift = 0
            cpuLimit = 32
            hasNUMABalancing = false
            defersInitialization = false
            hasPageExtensions = true
            physicalBits = architecture == .i386 ? 32 : 36
        case .arm64:
            nodesShift = 4
            cpuLimit = 512
            hasContiguousMemory = true
            contiguousBytes = 64 << 20
            flagCount = 25
        case .riscv64:
            nodesShift = 2
            cpuLimit = 128
            hasPageExtensions = true
            flagCount = 22
            physicalBits = 56
        case .ppc64:
            nodesShift = 8
            cpuLimit = 2048
            hasContiguousMemory = true
            hasPageExtensions = true
            flagCount = 23
            physicalBits = 51
        case .s390x:
            nodesShift = 0
            cpuLimit = 256
            hasNUMABalancing = false
            hasContiguousMemory = true
            hasPageExtensions = true
            flagCount = 22
            physicalBits = 46
        }
    }
}

extension MemoryMapOptions {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case model, hasDynamicRoots, nodesShift, cpuLimit, hasNUMABalancing, hasKASANTags, hasGenerationalLRU
        case defersInitialization, hasContiguousMemory, contiguousBytes, hasPageExtensions, hasPageOwner,
            hasPageTableCheck
        case hasAllocationProfiling, flagCount, physicalBits
    }

    /// Reads the JSON form. Throws `DecodingError`, with the path to the key, where it is something
    /// else.
    public init(from decoder: any Decoder) throws {
        self.init()
        try merge(from: decoder)
    }

    /// Takes over the keys that are there.
    mutating func merge(from decoder: any Decoder) throws {
        let keys = try decoder.knownKeys(CodingKeys.self)
        model = try keys.value(.model, or: model)
        hasDynamicRoots = try keys.value(.hasDynamicRoots, or: hasDynamicRoots)
        nodesShift = try keys.value(.nodesShift, or: nodesShift)
        cpuLimit = try keys.value(.cpuLimit, or: cpuLimit)
        hasNUMABalancing = try keys.value(.hasNUMABalancing, or: hasNUMABalancing)
        hasKASANTags = try keys.value(.hasKASANTags, or: hasKASANTags)
        hasGenerationalLRU = try keys.value(.hasGenerationalLRU, or: hasGenerationalLRU)
        defersInitialization = try keys.value(.defersInitialization, or: defersInitialization)
        hasContiguousMemory = try keys.value(.hasContiguousMemory, or: hasContiguousMemory)
        contiguousBytes = try keys.value(.contiguousBytes, or: contiguousBytes)
        hasPageExtensions = try keys.value(.hasPageExtensions, or: hasPageExtensions)
        hasPageOwner = try keys.value(.hasPageOwner, or: hasPageOwner)
        hasPageTableCheck = try keys.value(.hasPageTableCheck, or: hasPageTableCheck)
        hasAllocationProfiling = try keys.value(.hasAllocationProfiling, or: hasAllocationProfiling)
        flagCount = try keys.value(.flagCount, or: flagCount)
        physicalBits = try keys.value(.physicalBits, or: physicalBits)
    }
}

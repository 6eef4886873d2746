import PhysicalMemory

/// Which kernel it was, and how it was built.
extension Capture {
    /// As `uname -r` prints it.
    public var kernelRelease: String? {
        machine["kernel"] ?? bootLog.kernel
            ?? version.flatMap { $0.after("Linux version ")?.split(separator: " ").first.map(String.init) }
    }

    /// The version that rules depend on, if it is known.
    var kernelVersion: KernelVersion? {
        guard let numbers = kernelRelease?.split(separator: ".").prefix(2).map({ $0.prefix { $0.isNumber } }),
            numbers.count == 2, let major = Int(numbers[0]), let minor = Int(numbers[1]), major < 1000, minor < 1000
        else { return nil }
        return KernelVersion(major, minor)
    }

    /// About which version it is, by what zoneinfo prints, where no text names it. `nil`: nothing speaks against the
    /// reference.
    var kernelVersionByFields: KernelVersion? {
        let zones = pictures[0].zoneInfo?.zones.filter { $0.isPopulated && $0.min != nil && $0.spanned != nil } ?? []
        guard let zone = zones.first, zone.promo == nil else { return nil }
        if zone.boost != nil { return KernelVersion(6, 1) }
        if zone.cma != nil { return KernelVersion(5, 12) }
        // Counters of pages in lists moved from zones to nodes with 4.8.
        return KernelVersion(4, zone.counters["nr_zone_inactive_anon"] != nil ? 18 : 4)
    }

    /// The architecture, if anything tells it.
    var architecture: MachineSpec.Architecture? {
        let isPAE =
            configuration?.isSet("X86_PAE") == true || kernelRelease?.after("pae") != nil
            || configuration == nil
                && bootLog.zoneRanges.contains { ($0.addresses?.upperBound.rawValue ?? 0) > 1 << 32 }
        if let arch = machine["arch"] {
            switch arch {
            case "x86_64", "amd64": return .x86_64
            case "i386", "i486", "i586", "i686": return isPAE ? .i386PAE : .i386
            case "aarch64", "arm64": return .arm64
            case "ppc64", "ppc64le": return .ppc64
            case "riscv64": return .riscv64
            case "s390x": return .s390x
            default: return .other
            }
        }
        if let configuration {
            if configuration.isSet("X86_64") { return .x86_64 }
            if configuration.isSet("X86_32") { return isPAE ? .i386PAE : .i386 }
            if configuration.isSet("ARM64") { return .arm64 }
            if configuration.isSet("PPC64") { return .ppc64 }
            if configuration.isSet("RISCV") { return .riscv64 }
            if configuration.isSet("S390") { return .s390x }
        }
        return architectureOfLog(isPAE: isPAE)
    }

    private func architectureOfLog(isPAE: Bool) -> MachineSpec.Architecture? {
        let text = (bootLog.banner ?? "") + " " + (version ?? "")
        let marks: [(String, MachineSpec.Architecture)] = [
            ("x86_64", .x86_64), ("amd64", .x86_64), ("aarch64", .arm64), ("arm64", .arm64), ("powerpc64", .ppc64),
            ("ppc64", .ppc64), ("riscv64", .riscv64), ("s390x", .s390x), ("i686", .i386), ("i386", .i386),
            ("mips", .other), ("ia64", .other), ("powerpc", .other), ("sparc", .other), ("loongarch", .other),
        ]
        let hasHighMem = bootLog.mappedLowRAM != nil || bootLog.zoneRanges.contains { $0.zone == .highMem }
        if !bootLog.firmwareMap.isEmpty {
            return hasHighMem ? (isPAE ? .i386PAE : .i386) : .x86_64
        }
        for (mark, architecture) in marks where text.after(mark) != nil {
            return architecture == .i386 && isPAE ? .i386PAE : architecture
        }
        if let known = processors?.architecture {
            // A 64-bit processor may run a 32-bit kernel, whose room for vmalloc is below 4 GiB.
            let is32Bit = known == .x86_64 && (pictures[0].memInfo["VmallocTotal"].map { $0 < 4 << 20 } ?? false)
            return known == .i386 || is32Bit ? (isPAE ? .i386PAE : .i386) : known
        }
        if hasHighMem { return .other }
        if let mark = bootLog.architectureMark { return mark }
        let zones = Set(bootLog.zoneRanges.map(\.zone))
        let start = bootLog.zoneRanges.first?.addresses?.lowerBound.rawValue
        // A DMA zone of 16 MiB is x86's.
        if bootLog.zoneRanges.first?.zone == .dma,
            bootLog.zoneRanges.first?.addresses?.upperBound == ByteCount.mebibytes(16)
        {
            return .x86_64
        }
        if zones.contains(.dma32), start ?? 0 >= 1 << 29 { return .arm64 }
        guard let info = pictures[0].zoneInfo, bootLog.zoneRanges.isEmpty else {
            return bootLog.zoneRanges.isEmpty ? nil : .other
        }
        let isX86 = info.zones.contains { $0.type == .dma && ($0.spanned ?? 0) == 4095 }
        let isWide = info.zones.contains { $0.type == .dma32 }
        if isX86 { return isWide ? .x86_64 : .i386 }
        return info.zones.contains { $0.type == .dma && $0.startPFN == PFN(1) } && isWide ? .x86_64 : .other
    }

    /// The page size, if anything tells it.
    public var pageSize: ByteCount? {
        if let size = machine["page_size"].flatMap(Numbers.count), size >= 4096, size <= 1 << 20,
            size & (size - 1) == 0
        {
            return ByteCount(size)
        }
        if let shift = configuration?.number("PAGE_SHIFT"), 12...20 ~= shift { return ByteCount(1 << shift) }
        if let configuration {
            for (mark, size) in [("4K", 4), ("16K", 16), ("64K", 64)]
            where configuration.isSet("ARM64_\(mark)_PAGES") || configuration.isSet("PPC_\(mark)_PAGES")
                || configuration.isSet("PAGE_SIZE_\(mark)B")
            {
                return .kibibytes(size)
            }
        }
        return pageSizeOfCounts
    }

    /// A node's total in KiB over the frames that its zones manage.
    private var pageSizeOfCounts: ByteCount? {
        guard let zones = pictures[0].zoneInfo?.zones else { return nil }
        var total = pictures[0].memInfo["MemTotal"] ?? 0
        var managed = zones.reduce(0) { $0 + min($1.managed?.rawValue ?? 0, 1 << 40) }
        if total == 0 {
            for (node, entry) in pictures[0].nodes?.nodes ?? [:] {
                guard let kibibytes = entry.totalKibibytes, kibibytes > 0 else { continue }
                total = kibibytes
                managed = zones.filter { $0.node == node }.reduce(0) { $0 + min($1.managed?.rawValue ?? 0, 1 << 40) }
            }
        }
        guard total > 0, managed > 0, total < 1 << 50 else { return nil }
        let kibibytes = Double(total) / Double(managed)
        return [4, 8, 16, 64].first { abs(kibibytes / Double($0) - 1) < 0.01 }.map { .kibibytes($0) }
    }

    /// Build options: from the configuration, else from what the kernel printed, else the usual ones.
    func kernelConfiguration(
        _ architecture: MachineSpec.Architecture, pageSize: ByteCount, kernel: KernelVersion
    ) -> MachineSpec.Configuration {
        var result = MachineSpec.Configuration()
        result.memoryMap = memoryMapOptions(architecture)
        if let configuration {
            result.hasNUMA = configuration.isSet("NUMA")
            result.hasZoneDMA = configuration.isSet("ZONE_DMA")
            result.hasZoneDMA32 = configuration.isSet("ZONE_DMA32")
            result.hasHighMem = ["HIGHMEM", "HIGHMEM4G", "HIGHMEM64G"].contains { configuration.isSet($0) }
            result.hasZoneDevice = configuration.isSet("ZONE_DEVICE")
            result.hasTransparentHugePages = configuration.isSet("TRANSPARENT_HUGEPAGE")
            result.transparentHugePagesAreEnabled = !configuration.isSet("TRANSPARENT_HUGEPAGE_NEVER")
        } else {
            guessZones(&result, architecture)
        }
        // Where no configuration tells whether nodes can be emulated, the log tells whether they were.
        if let emulation = configuration?.values["NUMA_EMU"] {
            result.hasNUMAEmulation = emulation == "y"
        } else if !bootLog.earlyRanges.isEmpty {
            result.hasNUMAEmulation = bootLog.hasFakeNodes
        }
        if bootLog.lacksHugePages { result.hasTransparentHugePages = false }
        setOrders(&result, architecture, pageSize: pageSize, kernel: kernel)
        return result
    }

    private func guessZones(_ result: inout MachineSpec.Configuration, _ architecture: MachineSpec.Architecture) {
        let printed = Set(bootLog.zoneRanges.map(\.zone))
        let listed = Set(pictures[0].zoneInfo?.zones.map(\.type) ?? [])
        let known = printed.union(listed)
        let isWide = architecture == .x86_64 || architecture == .arm64
        result.hasZoneDMA = known.isEmpty ? architecture != .riscv64 : known.contains(.dma)
        result.hasZoneDMA32 = known.isEmpty ? isWide || architecture == .riscv64 : known.contains(.dma32)
        result.hasHighMem =
            known.contains(.highMem) || bootLog.mappedLowRAM != nil || pictures[0].memInfo["HighTotal"] ?? 0 > 0
        // zoneinfo's protections have one number for each configured zone.
        let columns = pictures[0].zoneInfo?.zones.map(\.protection.count).max() ?? 0
        let types = [result.hasZoneDMA, result.hasZoneDMA32, result.hasHighMem].count { $0 } + 2
        result.hasZoneDevice = known.contains(.device) || columns > types || known.isEmpty && isWide
        let nodes = pictures[0].nodes
        let is32Bit = [.i386, .i386PAE].contains(architecture)
        result.hasNUMA =
            bootLog.policyZone != nil || !bootLog.fallbackOrders.isEmpty || nodes?.isEmpty == false
            || bootLog.earlyRanges.contains { $0.node != 0 } || !is32Bit && architecture != .other
        result.hasTransparentHugePages = architecture != .other
    }

    private func setOrders(
        _ result: inout MachineSpec.Configuration, _ architecture: MachineSpec.Architecture, pageSize: ByteCount,
        kernel: KernelVersion
    ) {
        let kibibytes = pageSize.rawValue >> 10
        switch (architecture, kibibytes) {
        case (.arm64, 16): result.maxOrder = 11
        case (.arm64, 64): result.maxOrder = 13
        case (.ppc64, 64): result.maxOrder = 8
        default: result.maxOrder = 10
        }
        if let forced = configuration?.number("ARCH_FORCE_MAX_ORDER"), 1...20 ~= forced {
            // Until 6.3 the option counted the lists, then it is the highest order.
            result.maxOrder = Order(kernel < KernelVersion(6, 4) ? forced - 1 : forced)
        }
        if let printed = pictures[0].buddyInfo?.maxOrder, 4...20 ~= printed.rawValue { result.maxOrder = printed }
        // The order of a huge page: what one entry of the second lowest table covers.
        switch (architecture, kibibytes) {
        case (.i386, _): result.pageblockOrder = 10
        case (.arm64, 16): result.pageblockOrder = 11
        case (.arm64, 64): result.pageblockOrder = 13
        case (.ppc64, 64): result.pageblockOrder = 5
        case (.s390x, _): result.pageblockOrder = 8
        default: result.pageblockOrder = 9
        }
        if let printed = pictures[0].pageTypeInfo?.pageblockOrder { result.pageblockOrder = printed }
        result.pageblockOrder = min(result.pageblockOrder, result.maxOrder)
    }
}

extension Capture {
    /// How the kernel keeps its pages: from the configuration, else as distributions have it.
    private func memoryMapOptions(_ architecture: MachineSpec.Architecture) -> MemoryMapOptions {
        var options = MemoryMapOptions(usualFor: architecture)
        if let count = bootLog.pageFlagCount { options.flagCount = count }
        guard let configuration else { return options }
        if configuration.values["SPARSEMEM"] != nil || configuration.values["FLATMEM"] != nil {
            options.model =
                !configuration.isSet("SPARSEMEM")
                ? .flat : configuration.isSet("SPARSEMEM_VMEMMAP") ? .sparseVirtual : .sparse
            options.hasDynamicRoots = configuration.isSet("SPARSEMEM_EXTREME")
        }
        options.nodesShift = configuration.isSet("NUMA") ? configuration.number("NODES_SHIFT") ?? options.nodesShift : 0
        options.nodesShift = min(options.nodesShift, 16)
        if let limit = configuration.number("NR_CPUS"), 1...1 << 20 ~= limit { options.cpuLimit = limit }
        if let bits = configuration.number("ARM64_PA_BITS"), 32...56 ~= bits { options.physicalBits = bits }
        if configuration.values["X86_5LEVEL"] == "n" { options.physicalBits = 46 }
        options.hasNUMABalancing = configuration.isSet("NUMA_BALANCING")
        options.hasKASANTags = configuration.isSet("KASAN_SW_TAGS") || configuration.isSet("KASAN_HW_TAGS")
        options.defersInitialization = configuration.isSet("DEFERRED_STRUCT_PAGE_INIT")
        options.hasContiguousMemory = configuration.isSet("CMA")
        if let size = configuration.number("CMA_SIZE_MBYTES"), 0...1 << 20 ~= size {
            options.contiguousBytes = size << 20
        }
        options.hasPageExtensions = configuration.isSet("PAGE_EXTENSION")
        options.hasPageOwner = configuration.isSet("PAGE_OWNER")
        options.hasPageTableCheck = configuration.isSet("PAGE_TABLE_CHECK")
        options.hasAllocationProfiling = configuration.isSet("MEM_ALLOC_PROFILING")
        // Part of a configuration may leave the option out.
        if let generations = configuration.values["LRU_GEN"] { options.hasGenerationalLRU = generations == "y" }
        return options
    }
}

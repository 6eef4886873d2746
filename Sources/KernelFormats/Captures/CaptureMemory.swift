import PhysicalMemory

/// Finds out where a capture's machine has memory, from the best source that there is.
struct CaptureMemory {
    enum Source: Hashable {
        /// `BIOS-e820` and the affinity table.
        case firmware
        /// debugfs' memblock.
        case memblock
        /// `Early memory node ranges`.
        case earlyRanges
        /// `System RAM` in iomem, nodes by memory block or zone.
        case ioMemory
        /// Where zoneinfo's zones lie.
        case zones
        /// The nodes' sizes, at made-up addresses.
        case sizes
    }

    private let capture: Capture
    private let picture: Capture.Picture
    private let pageSize: ByteCount
    private let log: BootLog
    private(set) var notes: [String] = []
    private(set) var source = Source.sizes
    private(set) var ranges: [MachineSpec.MemoryRange] = []
    private var affinity: [MachineSpec.AffinityRange] = []
    /// What nodes manage, where only that is known.
    private(set) var managedBytes: [NodeID: ByteCount] = [:]

    /// Made-up ranges are multiples of it: 1 MiB, which fits every page size.
    private static let sizeUnit = 1 << 20

    init(_ capture: Capture, _ picture: Capture.Picture, pageSize: ByteCount) {
        self.capture = capture
        self.picture = picture
        self.pageSize = pageSize
        log = capture.bootLog
    }

    /// Chooses the source. Throws where there is none.
    mutating func choose() throws(FormatError) {
        if takeFirmware() { return }
        if takeMemblock() { return }
        if takeEarlyRanges() { return }
        if takeIOMemory() { return }
        if takeZones() { return }
        if takeSizes() { return }
        throw FormatError(file: capture.name, reason: .noMemory)
    }

    func describe(_ spec: inout MachineSpec) {
        spec.memory = ranges
        spec.affinity = affinity
        spec.memoryIsAsBooted = source != .firmware
        spec.hasLegacyFirmwareArea = source == .firmware
        spec.kernelRanges = kernelRanges
    }

    private var kernelRanges: [MachineSpec.ByteRange] {
        var result: [Range<ByteCount>] = log.ramdisk.map { [$0] } ?? []
        for resource in picture.ioMemory?.resources ?? [] where resource.name.hasPrefix("Kernel ") {
            result.append(resource.addresses)
        }
        return result.filter { $0.lowerBound > 0 }.map {
            MachineSpec.ByteRange(start: $0.lowerBound, end: $0.upperBound)
        }
    }

    // MARK: Sources

    private mutating func takeFirmware() -> Bool {
        guard !log.firmwareMap.isEmpty else { return false }
        // Persistent memory is zone Device's once a namespace or a device is made of it, and nobody's before.
        let resources = picture.ioMemory?.resources ?? []
        let inUse = resources.filter { $0.name.hasPrefix("namespace") || $0.name.hasPrefix("dax") }.map(\.addresses)
        ranges = log.firmwareMap.map { entry in
            let isDevice = entry.isPersistent && inUse.contains { $0.overlaps(entry.addresses) }
            return MachineSpec.MemoryRange(
                start: entry.addresses.lowerBound, end: entry.addresses.upperBound, node: 0,
                kind: entry.isUsable ? .usable : isDevice ? .persistent : .reserved)
        }
        for range in log.withheld {
            ranges.append(.init(start: range.lowerBound, end: range.upperBound, node: 0, kind: .reserved))
        }
        affinity = affinityTable
        let parameters = KernelParameters(capture.commandLine ?? "")
        guard parameters.mapChanges.isEmpty, parameters.fakeNodes == nil, !parameters.numaIsOff else {
            source = .firmware
            return true
        }
        guard coversEarlyRanges else {
            notes.append("the firmware's map or affinity table is cut: node ranges of the kernel are used")
            ranges = []
            affinity = []
            return false
        }
        source = .firmware
        return true
    }

    private var affinityTable: [MachineSpec.AffinityRange] {
        if !log.affinity.isEmpty {
            return log.affinity.map {
                .init(
                    start: $0.addresses.lowerBound, end: $0.addresses.upperBound, node: $0.node,
                    isHotPluggable: $0.isHotPluggable)
            }
        }
        // A kernel that prints no table: what was asked of the emulator.
        let lines = capture.machine.filter { $0.key.hasPrefix("affinity.memory.") }.sorted { $0.key < $1.key }
        return lines.compactMap { _, text in
            let words = text.split(separator: " ")
            func value(_ key: String) -> Substring? {
                words.firstIndex(of: key[...]).flatMap { $0 + 1 < words.count ? words[$0 + 1] : nil }
            }
            guard let start = value("start").flatMap(Numbers.address), start < 1 << 56,
                let end = value("end").flatMap(Numbers.address), start < end, end <= 1 << 56,
                let node = value("node").flatMap(Numbers.node)
            else { return nil }
            return .init(
                start: ByteCount(start), end: ByteCount(end), node: node, isHotPluggable: value("hotpluggable") == "1")
        }
    }

    /// Every node range of the kernel lies in usable memory and on the node that the affinity table gives it.
    private var coversEarlyRanges: Bool {
        let usable = log.firmwareMap.filter(\.isUsable).map(\.addresses).sorted { $0.lowerBound < $1.lowerBound }
        var joined: [Range<ByteCount>] = []
        for range in usable {
            if let last = joined.last, range.lowerBound <= last.upperBound {
                joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                joined.append(range)
            }
        }
        return log.earlyRanges.allSatisfy { early in
            // The kernel's ranges are rounded to pages.
            let isUsable = joined.contains {
                $0.lowerBound.rawValue <= early.addresses.lowerBound.rawValue
                    && early.addresses.upperBound.rawValue <= $0.upperBound.rawValue + pageSize.rawValue
            }
            guard isUsable else { return false }
            if affinity.isEmpty { return early.node == 0 }
            return affinity.contains {
                $0.node == early.node && $0.start < early.addresses.upperBound
                    && early.addresses.lowerBound < $0.end
            }
        }
    }

    private mutating func takeMemblock() -> Bool {
        guard !capture.memblockMemory.isEmpty else { return false }
        // Before 6.2 memblock shows addresses alone; then the log knows more.
        if !log.earlyRanges.isEmpty, capture.memblockMemory.contains(where: { $0.node == nil }) { return false }
        ranges = capture.memblockMemory.map {
            .init(
                start: $0.addresses.lowerBound, end: $0.addresses.upperBound, node: $0.node ?? 0,
                isHotPluggable: $0.isHotPluggable, isMirrored: $0.isMirrored)
        }
        source = .memblock
        return true
    }

    private mutating func takeEarlyRanges() -> Bool {
        guard !log.earlyRanges.isEmpty else { return false }
        let hotPluggable = log.affinity.filter(\.isHotPluggable).map(\.addresses)
        ranges = log.earlyRanges.map { early in
            .init(
                start: early.addresses.lowerBound, end: early.addresses.upperBound, node: early.node,
                isHotPluggable: hotPluggable.contains { $0.overlaps(early.addresses) },
                isMirrored: isMirrored(early.addresses))
        }
        source = .earlyRanges
        return true
    }

    /// No log names mirrored ranges; what was asked of the emulator does.
    private func isMirrored(_ addresses: Range<ByteCount>) -> Bool {
        capture.machine.contains { key, text in
            guard key.hasPrefix("firmware_memory."), text.hasSuffix("mirrored 1"),
                let start = text.after("start ")?.split(separator: " ").first.flatMap(Numbers.address),
                let end = text.after("end ")?.split(separator: " ").first.flatMap(Numbers.address)
            else { return false }
            return start <= addresses.lowerBound.rawValue && addresses.lowerBound.rawValue < end
        }
    }

    private mutating func takeIOMemory() -> Bool {
        guard let resources = picture.ioMemory, resources.isReadable else { return false }
        let memory = resources.resources.filter { $0.name.hasPrefix("System RAM") }.map(\.addresses)
        guard !memory.isEmpty else { return false }
        for range in memory { append(range) }
        ranges.sort { $0.start < $1.start }
        notes.append("memory is taken from iomem, its nodes from the memory blocks or zones")
        source = .ioMemory
        return true
    }

    /// Splits `range` where another node's memory begins.
    private mutating func append(_ range: Range<ByteCount>) {
        let homes = homes.filter { $0.0.overlaps(range) }.sorted { $0.0.lowerBound < $1.0.lowerBound }
        var start = range.lowerBound
        for (index, home) in homes.enumerated() {
            let isLast = index == homes.count - 1
            let end = isLast ? range.upperBound : min(range.upperBound, homes[index + 1].0.lowerBound)
            if end <= start { continue }
            if let last = ranges.last, last.end == start, last.node == home.1 {
                ranges[ranges.count - 1].end = end
            } else {
                ranges.append(.init(start: start, end: end, node: home.1))
            }
            start = end
        }
        if homes.isEmpty { ranges.append(.init(start: range.lowerBound, end: range.upperBound, node: 0)) }
    }

    /// Which addresses are said to be whose: the zones' spans, and where those overlap the memory blocks.
    private var homes: [(Range<ByteCount>, NodeID)] {
        let nodes = Set(picture.zoneInfo?.zones.filter(\.isPopulated).map(\.node) ?? [])
        if nodes.count < 2, let only = nodes.first { return [(0..<ByteCount(1 << 56), only)] }
        if let blocks = picture.memoryBlocks, let size = blocks.blockSize?.rawValue {
            let known = blocks.blocks.compactMap { block -> (Range<ByteCount>, NodeID)? in
                guard block.isOnline, let node = block.node, block.index < (1 << 56) / size else { return nil }
                return (ByteCount(block.index * size)..<ByteCount((block.index + 1) * size), node)
            }
            if !known.isEmpty { return known }
        }
        return zoneSpans.map { ($0.span, $0.zone.node) }
    }

    private var zoneSpans: [(span: Range<ByteCount>, zone: ZoneInfo.Zone)] {
        (picture.zoneInfo?.zones ?? []).compactMap { zone in
            guard zone.isPopulated, let start = zone.startPFN?.rawValue,
                let spanned = zone.spanned?.rawValue ?? zone.present?.rawValue ?? zone.managed?.rawValue, spanned > 0
            else { return nil }
            let limit = UInt64(1 << 56) / UInt64(pageSize.rawValue)
            guard start < limit, UInt64(spanned) <= limit - start else { return nil }
            let first = Int(start) * pageSize.rawValue
            return (ByteCount(first)..<ByteCount(first + spanned * pageSize.rawValue), zone)
        }
    }

    private mutating func takeZones() -> Bool {
        let spans = zoneSpans
        guard !spans.isEmpty else { return false }
        for (span, zone) in spans {
            let spanned = (span.upperBound.rawValue - span.lowerBound.rawValue) / pageSize.rawValue
            let frames = min(zone.present?.rawValue ?? spanned, spanned)
            guard frames < spanned, frames > 2 else {
                ranges.append(.init(start: span.lowerBound, end: span.upperBound, node: zone.node))
                continue
            }
            // Where in the span the hole is nobody says; both ends have memory.
            let last = span.upperBound - pageSize
            let end = span.lowerBound + ByteCount((frames - 1) * pageSize.rawValue)
            ranges.append(.init(start: span.lowerBound, end: end, node: zone.node))
            ranges.append(.init(start: last, end: span.upperBound, node: zone.node))
        }
        notes.append("memory is taken from the zones' spans: where their holes are is not known")
        source = .zones
        return true
    }

    private mutating func takeSizes() -> Bool {
        var start = ByteCount(0)
        var sizes = (picture.nodes?.nodes ?? [:]).compactMapValues { $0.totalKibibytes }.filter { $0.value > 0 }
        if sizes.isEmpty, let total = picture.memInfo["MemTotal"], total > 0 { sizes = [0: total] }
        for (node, kibibytes) in sizes.sorted(by: { $0.key < $1.key }) {
            guard start.rawValue < 1 << 55 else { continue }
            let managed = ByteCount(min(kibibytes, 1 << 44) << 10)
            managedBytes[node] = managed
            // A little more, so that the lowest node's zones have it without their first page, too.
            let bytes = ByteCount(
                (managed.rawValue + Self.sizeUnit - 1) / Self.sizeUnit * Self.sizeUnit + Self.sizeUnit)
            ranges.append(.init(start: start, end: start + bytes, node: node))
            start = start + bytes
        }
        guard !ranges.isEmpty else { return false }
        notes.append("only the nodes' sizes are known: their addresses are made up, one node after the other")
        notes.append(
            "a node's size is what its zones manage; how many pages are present is not known, and a little more")
        source = .sizes
        return true
    }
}

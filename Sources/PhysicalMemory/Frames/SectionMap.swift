/// The sections that the frames of a machine lie in, as the sparse memory model counts them.
///
/// A section is there if any of its frames is. *Kernel counterpart:* `mem_section`, `sparse_init`.
public struct SectionMap: Hashable, Sendable {
    /// log₂ of a section's bytes. *Kernel counterpart:* `SECTION_SIZE_BITS`.
    public let sizeBits: Int
    /// log₂ of the sections that numbers exist for. *Kernel counterpart:* `SECTIONS_SHIFT`.
    public let numberBits: Int
    /// *Kernel counterpart:* `PAGES_PER_SECTION`.
    public let pagesPerSection: PageCount
    /// Frames whose pages may come and go by themselves, in a virtually mapped memory map.
    /// *Kernel counterpart:* `PAGES_PER_SUBSECTION`.
    public let pagesPerSubsection: PageCount
    /// Sections that one page of roots describes; 1 without ``MemoryMapOptions/hasDynamicRoots``.
    /// *Kernel counterpart:* `SECTIONS_PER_ROOT`.
    public let sectionsPerRoot: Int
    /// Section numbers that are there, ascending, neighbours of one node joined.
    public let runs: [Run]

    /// Neighbouring sections of one node.
    public struct Run: Hashable, Sendable {
        /// The node.
        public var node: NodeID
        /// Section numbers, end exclusive.
        public var sections: Range<Int>
        /// Subsections that have memory.
        public var subsections: Int
    }

    /// Sections with memory.
    public var count: Int { runs.reduce(0) { $0 + $1.sections.count } }
    /// Subsections with memory.
    public var subsectionCount: Int { runs.reduce(0) { $0 + $1.subsections } }

    /// Roots with sections that are there. Complexity: O(runs).
    public var rootCount: Int {
        var count = 0
        var last = -1
        for run in runs {
            let first = max(run.sections.lowerBound / sectionsPerRoot, last + 1)
            let end = (run.sections.upperBound - 1) / sectionsPerRoot
            if end >= first { count += end - first + 1 }
            last = max(last, end)
        }
        return count
    }

    /// The section of a frame. *Kernel counterpart:* `pfn_to_section_nr`.
    public func section(of pfn: PFN) -> Int { Int(clamping: pfn.rawValue / UInt64(pagesPerSection.rawValue)) }

    /// 2 MiB, or a section where that is less. *Kernel counterpart:* `SUBSECTION_SHIFT`.
    private static let subsectionBits = 21
    /// The bytes that describe a section, without and with page extensions. *Kernel counterpart:*
    /// `struct mem_section`.
    private static let sectionBytes = (plain: 16, extended: 32)

    /// - Parameter frames: each node's frames, ascending.
    init(
        architecture: MachineSpec.Architecture, pageSize: ByteCount, options: MemoryMapOptions,
        frames: [(node: NodeID, ranges: [Range<PFN>])]
    ) {
        let bits = Self.sizeBits(architecture, pageSize: pageSize)
        sizeBits = bits
        numberBits = max(0, options.physicalBits - bits)
        let pages = max(1, (1 << bits) / pageSize.rawValue)
        pagesPerSection = PageCount(pages)
        let part = min(pages, max(1, (1 << Self.subsectionBits) / pageSize.rawValue))
        pagesPerSubsection = PageCount(part)
        let bytes = options.hasPageExtensions ? Self.sectionBytes.extended : Self.sectionBytes.plain
        sectionsPerRoot = options.hasDynamicRoots ? max(1, pageSize.rawValue / bytes) : 1
        guard options.model != .flat else {
            runs = []
            return
        }
        runs = frames.flatMap { Self.runs($0.node, $0.ranges, pages: pages, part: part) }
            .sorted { $0.sections.lowerBound < $1.sections.lowerBound }
    }

    private static func runs(_ node: NodeID, _ ranges: [Range<PFN>], pages: Int, part: Int) -> [Run] {
        var runs: [Run] = []
        var lastPart = -1
        for range in ranges where !range.isEmpty {
            let first = Int(clamping: range.lowerBound.rawValue)
            let last = Int(clamping: range.upperBound.rawValue) - 1
            // A subsection or section that two ranges share counts once.
            let firstPart = max(first / part, lastPart + 1)
            let parts = max(0, last / part - firstPart + 1)
            lastPart = max(lastPart, last / part)
            if let previous = runs.last, first / pages <= previous.sections.upperBound {
                runs[runs.count - 1].sections =
                    previous.sections.lowerBound..<max(previous.sections.upperBound, last / pages + 1)
                runs[runs.count - 1].subsections += parts
            } else {
                runs.append(Run(node: node, sections: first / pages..<last / pages + 1, subsections: parts))
            }
        }
        return runs
    }

    /// *Kernel counterpart:* `SECTION_SIZE_BITS` of each architecture's `sparsemem.h`.
    static func sizeBits(_ architecture: MachineSpec.Architecture, pageSize: ByteCount) -> Int {
        switch architecture {
        case .i386: 26
        case .i386PAE: 29
        case .ppc64: 24
        case .s390x: 28
        case .arm64 where pageSize.rawValue == 65536: 29
        case .x86_64, .arm64, .riscv64, .other: 27
        }
    }
}

extension MachineLayout {
    /// The sections that this machine's frames lie in; none where memory is flat. Complexity: O(ranges log ranges).
    public var sections: SectionMap {
        SectionMap(
            architecture: architecture, pageSize: pageSize, options: memoryMap,
            frames: nodes.map { node in
                (node.id, node.zones.flatMap(\.presentRanges).sorted { $0.lowerBound < $1.lowerBound })
            })
    }

    /// Where pages keep their section, node and zone.
    public var pageFlags: PageFlagsLayout {
        let is32Bit = architecture == .i386 || architecture == .i386PAE
        let bits = SectionMap.sizeBits(architecture, pageSize: pageSize)
        return PageFlagsLayout(
            memoryMap, wordBits: is32Bit ? 32 : 64, zoneCount: zoneTypes.count,
            sectionBits: max(0, memoryMap.physicalBits - bits))
    }
}

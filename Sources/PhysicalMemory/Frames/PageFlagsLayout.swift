/// Where in a page's flags word the kernel keeps section, node, zone and other small numbers.
///
/// They stand at the word's top, one below the other, above the flags themselves. What does not fit is kept elsewhere:
/// the node in a table by section, the last CPU and process in the page beside the word.
///
/// *Kernel counterpart:* `page-flags-layout.h`; a kernel with `mminit_loglevel=4` prints it as
/// `mminit::pageflags_layout_widths`.
public struct PageFlagsLayout: Hashable, Sendable {
    /// A number kept in the word.
    public enum Field: String, CaseIterable, Hashable, Sendable {
        /// *Kernel counterpart:* `SECTIONS_WIDTH`.
        case section
        /// *Kernel counterpart:* `NODES_WIDTH`.
        case node
        /// *Kernel counterpart:* `ZONES_WIDTH`.
        case zone
        /// *Kernel counterpart:* `LAST_CPUPID_WIDTH`.
        case lastCPUPID
        /// *Kernel counterpart:* `KASAN_TAG_WIDTH`.
        case kasanTag
        /// *Kernel counterpart:* `LRU_GEN_WIDTH`.
        case generation
        /// *Kernel counterpart:* `LRU_REFS_WIDTH`.
        case tier
    }

    /// Bits of the word: 64, or 32.
    public let wordBits: Int
    /// *Kernel counterpart:* `NR_PAGEFLAGS`.
    public let flagCount: Int
    /// Bits that each field has in the word; 0: none.
    public private(set) var widths: [Field: Int] = [:]
    /// Bits that the field's numbers need, in the word or elsewhere.
    public private(set) var needed: [Field: Int] = [:]

    /// Process numbers keep so many bits. *Kernel counterpart:* `LAST__PID_SHIFT`.
    private static let processBits = 8

    /// - Parameters:
    ///   - zoneCount: the configured zone types. *Kernel counterpart:* `MAX_NR_ZONES`.
    ///   - sectionBits: bits of a section's number. *Kernel counterpart:* `SECTIONS_SHIFT`.
    init(_ options: MemoryMapOptions, wordBits: Int, zoneCount: Int, sectionBits: Int) {
        self.wordBits = wordBits
        flagCount = options.flagCount
        needed[.section] = options.model == .flat ? 0 : sectionBits
        needed[.node] = options.nodesShift
        needed[.zone] = Self.bits(for: zoneCount)
        needed[.lastCPUPID] = options.hasNUMABalancing ? Self.processBits + Self.bits(for: options.cpuLimit) : 0
        needed[.kasanTag] = options.hasKASANTags ? 8 : 0
        // Four generations and none, and what is left of four tiers.
        needed[.generation] = options.hasGenerationalLRU ? 3 : 0
        needed[.tier] = options.hasGenerationalLRU ? 2 : 0

        widths[.section] = options.model == .sparse ? sectionBits : 0
        widths[.zone] = needed[.zone]
        widths[.generation] = needed[.generation]
        widths[.node] = fitting(.node)
        widths[.kasanTag] = needed[.kasanTag]
        widths[.lastCPUPID] = fitting(.lastCPUPID)
        widths[.tier] = min(needed(.tier), max(0, wordBits - flagCount - used))
    }

    private func needed(_ field: Field) -> Int { needed[field] ?? 0 }

    /// Bits of all fields so far.
    private var used: Int { widths.values.reduce(0, +) }

    /// The field's bits where there is room for them beside the flags and the fields before, else none.
    private func fitting(_ field: Field) -> Int {
        used + needed(field) <= wordBits - flagCount ? needed(field) : 0
    }

    private static func bits(for count: Int) -> Int { count <= 1 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount }

    /// Bits of `field` in the word; 0: it is not there.
    public func width(_ field: Field) -> Int { widths[field] ?? 0 }

    /// The lowest bit of `field`, from 0. *Kernel counterpart:* `SECTIONS_PGSHIFT`, `NODES_PGSHIFT` …
    public func shift(_ field: Field) -> Int {
        var shift = wordBits
        for each in Field.allCases {
            shift -= width(each)
            if each == field { break }
        }
        return width(field) == 0 ? 0 : shift
    }

    /// Bits between the fields and the flags.
    public var unusedBits: Int { wordBits - flagCount - used }

    /// Where the kernel keeps what `field` says, if not in the word; `nil`: it is there, or not needed at all.
    public func elsewhere(_ field: Field) -> String? {
        guard width(field) == 0, needed(field) > 0 else { return nil }
        return switch field {
        case .section: "not needed: the page's place in the map tells it"
        case .node: "section_to_node_table"
        case .lastCPUPID: "page._last_cpupid"
        case .zone, .kasanTag, .generation, .tier: nil
        }
    }

    /// The flags word of a page as boot initialises it, with flags set: where the page is, used by no CPU yet, its tag
    /// the one that fits every pointer, which is 0.
    ///
    /// - Parameters:
    ///   - section: the number of the page's section.
    ///   - node: its node.
    ///   - zoneIndex: the place of its zone's type among ``MachineLayout/zoneTypes``.
    ///   - flags: names of set flags; they have the bits that 6.12 gives them, unknown ones are passed over.
    ///
    /// *Kernel counterpart:* `set_page_links`, `page_cpupid_reset_last`, `page_kasan_tag_reset`.
    public func word(section: Int, node: NodeID, zoneIndex: Int, flags: [String] = []) -> UInt64 {
        func part(_ field: Field, _ value: Int) -> UInt64 {
            let width = width(field)
            guard width > 0 else { return 0 }
            return (UInt64(truncatingIfNeeded: value) & (1 << UInt64(width) - 1)) << UInt64(shift(field))
        }
        let links = part(.section, section) | part(.node, node.rawValue) | part(.zone, zoneIndex)
        let set = flags.compactMap { Self.flagBits[$0] }.reduce(UInt64(0)) { $0 | 1 << $1 }
        return links | part(.lastCPUPID, -1) | set
    }

    /// *Kernel counterpart:* `enum pageflags` of 6.12, the flags that the model has.
    private static let flagBits: [String: UInt64] = ["PG_lru": 5, "PG_head": 6, "PG_reserved": 13]
}

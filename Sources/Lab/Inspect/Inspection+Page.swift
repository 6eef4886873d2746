import PhysicalMemory

extension Inspection {
    /// `struct page` of a frame.
    public init(_ page: PageStatus, of machine: Machine) {
        self.init(.page, "0x" + String(page.pfn.rawValue, radix: 16), of: machine)
        let place = page.place
        add(
            "flags", "flags",
            .object([
                "set": .list(page.flagNames.map { .text($0) }), "node": .int(page.zone.node.rawValue),
                "zone": .text(page.zone.zone.kernelName),
            ]), "flags that are set, with the frame's node and zone")
        addFlagsWord(page, machine.layout)
        add("lru", "next, previous", .null, "neighbours in the node's lists for reclaim; none: in no such list")
        var buddies = InspectedValue.null
        var lists = InspectedValue.null
        var order = InspectedValue.null
        switch place {
        case .free(page.pfn, let size):
            buddies = Self.links(page)
            order = .int(size.rawValue)
        case .perCPU(let cpu, let list, page.pfn, _):
            lists = .object(["cpu": .int(cpu.rawValue), "list": .int(list), "links": Self.links(page)])
        default: break
        }
        add("buddy_list", "next, previous", buddies, "neighbours in the zone's free list, if it heads a free block")
        add("pcp_list", "next, previous", lists, "CPU, list and neighbours, if it heads a block in a CPU's list")
        add(
            "compound_head", "compoundHead", .optional(page.compoundHead) { .unsigned($0.rawValue) },
            "the head, if it is a tail of a compound page")
        add("mapping", "mapping", .int(Int(page.mapping)), "the file or anonymous region that it belongs to; 0: none")
        let isMapped = page.mapping != 0
        add(
            "index", "index", isMapped ? .int(Int(page.index)) : .int(0),
            "its place in the mapping; shares its word with private")
        add("private", "index", order, "the order of the block, if it heads a free one")
        add(
            "page_type", "type", .optional(page.type) { .text("0x" + String($0, radix: 16)) },
            "what it is, if it has no mapcount: PGTY_buddy (0xf0000000) for a free block's head")
        add("_mapcount", "mapcount", .int(page.mapcount), "page tables that map it, less 1")
        add("_refcount", "refcount", .int(Int(page.refcount)), "users; 0 while the allocator has it")
        add(
            "memcg_data", "memoryGroup", .optional(page.memoryGroup) { .int($0) }, needs: .all(.memoryGroups),
            "the control group it is charged to")
        addDerived(page, machine)
    }

    /// The word as this configuration lays it out.
    private mutating func addFlagsWord(_ page: PageStatus, _ layout: MachineLayout) {
        let places = layout.pageFlags
        let section = layout.sections.section(of: page.pfn)
        let zone = layout.zoneTypes.firstIndex(of: page.zone.zone) ?? 0
        let word = places.word(section: section, node: page.zone.node, zoneIndex: zone, flags: page.flagNames)
        add(
            "flags (word)", "PageFlagsLayout.word", .text("0x" + String(word, radix: 16)),
            "the word that holds them, with the bits of 6.12")
        var fields: [String: InspectedValue] = ["flags": .text("0 to \(places.flagCount - 1)")]
        for field in PageFlagsLayout.Field.allCases where (places.needed[field] ?? 0) > 0 {
            let (shift, width) = (places.shift(field), places.width(field))
            fields[field.rawValue] = .text(
                width > 0 ? "\(shift) to \(shift + width - 1)" : places.elsewhere(field) ?? "left out")
        }
        add("flags (bits)", "PageFlagsLayout.shift(_:)", .object(fields), "where in the word each number stands")
        add(
            "pfn_to_section_nr()", "SectionMap.section(of:)", .int(section), needs: .all(.sparseMemory),
            "the section whose map has the page")
    }

    private static func links(_ page: PageStatus) -> InspectedValue {
        .object([
            "next": .optional(page.next) { .unsigned($0.rawValue) },
            "prev": .optional(page.previous) { .unsigned($0.rawValue) },
        ])
    }

    /// What follows from the frame's number and place.
    private mutating func addDerived(_ page: PageStatus, _ machine: Machine) {
        add("page_to_pfn()", "pfn", .unsigned(page.pfn.rawValue), "the frame's number")
        let (address, overflow) = page.pfn.rawValue.multipliedReportingOverflow(
            by: UInt64(machine.layout.pageSize.rawValue))
        add("page_to_phys()", "pfn", overflow ? .null : .unsigned(address), "its address in bytes")
        add("page_to_nid()", "zone.node", .int(page.zone.node.rawValue), "its node")
        add("page_zone()", "zone.zone", .text(page.zone.zone.kernelName), "its zone")
        add(
            "get_pageblock_migratetype()", "migrateType", .optional(page.migrateType) { .text($0.kernelName) },
            "the migrate type of its pageblock; none: not initialised yet")
        add("place", "place", .text(page.place.description), "where the frame is now")
    }
}

extension PageStatus.Place: CustomStringConvertible {
    public var description: String {
        return switch self {
        case .deferred: "free, its page not initialised yet"
        case .reserved: "reserved at boot"
        case .free(let head, let order): "free, in the block of order \(order) at \(head)"
        case .perCPU(let cpu, let list, let head, let order):
            "in list \(list) of CPU \(cpu), in the block of order \(order) at \(head)"
        case .allocated(_, nil): "allocated before the model began to look"
        case .allocated(let head, let order?): "allocated, in the block of order \(order) at \(head)"
        case .moving: "between two places"
        }
    }
}

import PhysicalMemory

extension AllocatorState {
    init(
        _ scanner: inout RecordScanner, machine: AllocationTrace.Machine, file: String, log: inout RecordLog
    ) throws(FormatError) {
        self.init()
        var parser = AllocatorStateParser(machine: machine)
        while scanner.nextRecord() {
            do throws(FormatError.Reason) {
                try parser.take(&scanner)
                if scanner.isUnterminated { throw .cutShort }
            } catch {
                try log.report(error, in: scanner)
            }
        }
        try parser.checkConsistency(&log)
        self = parser.state
    }
}

/// Builds an ``AllocatorState`` record by record, remembering on which line each block stands.
struct AllocatorStateParser {
    struct Block {
        var start: UInt64
        var end: UInt64
        var line: Int
        var zone: Int
        /// `nil`: a buddy list.
        var cpu: Int?
        /// The per-CPU list, or the order of a buddy list.
        var list: Int
        var type: Int
    }

    let machine: AllocationTrace.Machine
    var state = AllocatorState()
    var blocks: [Block] = []
    var zoneLines: [Int?]
    var perCPULines: [[Int?]]
    private var hasBlockTypes: [Bool]

    init(machine: AllocationTrace.Machine) {
        self.machine = machine
        zoneLines = Array(repeating: nil, count: machine.zones.count)
        perCPULines = Array(
            repeating: Array(repeating: nil, count: machine.cpuNodes.count), count: machine.zones.count)
        hasBlockTypes = Array(repeating: false, count: machine.zones.count)
        let orders = machine.maxOrder.rawValue + 1
        state.zones = machine.zones.map { _ in
            var zone = Zone()
            zone.differences = Array(repeating: 0, count: machine.cpuNodes.count)
            zone.freeLists = Array(
                repeating: Array(repeating: [], count: MigrateType.allCases.count), count: orders)
            zone.perCPU = Array(
                repeating: PerCPU(lists: Array(repeating: [], count: machine.perCPUListCount)),
                count: machine.cpuNodes.count)
            return zone
        }
    }

    typealias Zone = AllocatorState.Zone
    typealias PerCPU = AllocatorState.PerCPU

    mutating func take(_ scanner: inout RecordScanner) throws(FormatError.Reason) {
        let key = try scanner.word("record")
        switch key {
        case "counter": state.counter = try scanner.decimal(key, 0...(1 << 58))
        case "zone": try takeZone(&scanner)
        case "diff":
            let zone = try zoneNumber(&scanner)
            let cpu = try cpuNumber(&scanner)
            let limit = Int(Int32.max)
            state.zones[zone].differences[cpu] = PageCount(try scanner.decimal(key, -limit...limit))
        case "blocks": try takeBlocks(&scanner)
        case "free": try takeFreeList(&scanner)
        case "pcp": try takePerCPU(&scanner)
        case "pcplist": try takePerCPUList(&scanner)
        default: throw .unknownRecord(key)
        }
        try scanner.finish()
    }

    private mutating func takeZone(_ scanner: inout RecordScanner) throws(FormatError.Reason) {
        let number = try zoneNumber(&scanner)
        guard zoneLines[number] == nil else { throw .duplicate("zone \(number)") }
        try scanner.keyword("free")
        let limit = 1 << 52
        state.zones[number].free = PageCount(try scanner.decimal("free", -limit...limit))
        try scanner.keyword("flags")
        state.zones[number].flags = try scanner.decimal("flags")
        state.zones[number].boost = try scanner.pages("boost")
        state.zones[number].reservedHighatomic = try scanner.pages("reserved_highatomic")
        state.zones[number].freeHighatomic = try scanner.pages("free_highatomic")
        zoneLines[number] = scanner.line
    }

    private mutating func takeBlocks(_ scanner: inout RecordScanner) throws(FormatError.Reason) {
        let number = try zoneNumber(&scanner)
        guard !hasBlockTypes[number] else { throw .duplicate("blocks of zone \(number)") }
        let first = try scanner.decimal("pageblock", 0...(1 << 52))
        let letters = try scanner.word("types")
        var types: [MigrateType?] = []
        types.reserveCapacity(letters.utf8.count)
        for letter in letters.utf8 {
            let type = MigrateType(traceLetter: letter)
            guard type != nil || letter == UInt8(ascii: "-") else {
                throw .badValue(field: "type", text: String(UnicodeScalar(letter)))
            }
            types.append(type)
        }
        let shift = UInt64(machine.pageblockOrder.rawValue)
        let span = machine.zones[number].span
        let last = span.isEmpty ? span.lowerBound.rawValue : span.upperBound.rawValue - 1
        let expected = Int(last >> shift) - Int(span.lowerBound.rawValue >> shift) + 1
        guard first == Int(span.lowerBound.rawValue >> shift), types.count == expected else {
            throw .contradiction(
                what: "pageblocks of zone \(number)", stated: "\(span.lowerBound.rawValue >> shift), \(expected)",
                found: "\(first), \(types.count)")
        }
        state.zones[number].firstBlock = first
        state.zones[number].blockTypes = types
        hasBlockTypes[number] = true
    }

    private mutating func takeFreeList(_ scanner: inout RecordScanner) throws(FormatError.Reason) {
        let zone = try zoneNumber(&scanner)
        let order = try scanner.decimal("order", 0...machine.maxOrder.rawValue)
        let type = Int(try scanner.migrateType("type").rawValue)
        guard state.zones[zone].freeLists[order][type].isEmpty else { throw .duplicate("free list") }
        let list = Block(start: 0, end: 0, line: scanner.line, zone: zone, cpu: nil, list: order, type: type)
        state.zones[zone].freeLists[order][type] = try takeFrames(&scanner, Order(order), list)
    }

    private mutating func takePerCPU(_ scanner: inout RecordScanner) throws(FormatError.Reason) {
        let zone = try zoneNumber(&scanner)
        let cpu = try cpuNumber(&scanner)
        guard perCPULines[zone][cpu] == nil else { throw .duplicate("pcp of zone \(zone), cpu \(cpu)") }
        var pcp = state.zones[zone].perCPU[cpu]
        pcp.count = try scanner.pages("count")
        pcp.high = try scanner.pages("high")
        pcp.highMin = try scanner.pages("high_min")
        pcp.highMax = try scanner.pages("high_max")
        pcp.batch = try scanner.pages("batch")
        try scanner.keyword("flags")
        pcp.flags = try scanner.decimal("flags", 0...255)
        try scanner.keyword("alloc_factor")
        pcp.allocFactor = try scanner.decimal("alloc_factor", 0...255)
        try scanner.keyword("free_count")
        pcp.freeCount = try scanner.decimal("free_count", 0...Int(Int32.max))
        try scanner.keyword("expire")
        pcp.expire = try scanner.decimal("expire", -128...255)
        state.zones[zone].perCPU[cpu] = pcp
        perCPULines[zone][cpu] = scanner.line
    }

    private mutating func takePerCPUList(_ scanner: inout RecordScanner) throws(FormatError.Reason) {
        let zone = try zoneNumber(&scanner)
        let cpu = try cpuNumber(&scanner)
        let order = try scanner.decimal("order", 0...machine.maxOrder.rawValue)
        let isOther = scanner.takes(UInt8(ascii: "x"))
        let type = isOther ? .unmovable : try scanner.migrateType("type")
        guard !isOther || Order(order) == machine.pageblockOrder,
            let list = machine.perCPUList(order: Order(order), type: type)
        else { throw .badValue(field: "list", text: "order \(order)") }
        guard state.zones[zone].perCPU[cpu].lists[list].isEmpty else { throw .duplicate("pcp list") }
        let place = Block(start: 0, end: 0, line: scanner.line, zone: zone, cpu: cpu, list: list, type: 0)
        state.zones[zone].perCPU[cpu].lists[list] = try takeFrames(&scanner, Order(order), place)
    }

    private mutating func takeFrames(
        _ scanner: inout RecordScanner, _ order: Order, _ place: Block
    ) throws(FormatError.Reason) -> [PFN] {
        let span = machine.zones[place.zone].span
        var frames: [PFN] = []
        while !scanner.isAtEnd {
            let pfn = try scanner.pfn("frame")
            try machine.check(pfn, order, in: place.zone, span: span)
            frames.append(pfn)
        }
        let size = UInt64(order.pageCount.rawValue)
        for pfn in frames {
            var block = place
            block.start = pfn.rawValue
            block.end = pfn.rawValue + size
            blocks.append(block)
        }
        return frames
    }

    private func zoneNumber(_ scanner: inout RecordScanner) throws(FormatError.Reason) -> Int {
        let zone = try scanner.decimal("zone")
        guard zone < machine.zones.count else { throw .outOfRange(field: "zone", value: String(zone)) }
        return zone
    }

    private func cpuNumber(_ scanner: inout RecordScanner) throws(FormatError.Reason) -> Int {
        try scanner.keyword("cpu")
        let cpu = try scanner.decimal("cpu")
        guard cpu < machine.cpuNodes.count else { throw .outOfRange(field: "cpu", value: String(cpu)) }
        return cpu
    }
}

extension AllocationTrace.Machine {
    /// Throws unless `pfn` begins a block of `order` that lies in zone `zone`, whose frames are `span`.
    func check(
        _ pfn: PFN, _ order: Order, in zone: Int, span: Range<PFN>
    ) throws(FormatError.Reason) {
        let size = UInt64(order.pageCount.rawValue)
        guard pfn >= span.lowerBound, pfn < span.upperBound, span.upperBound.rawValue - pfn.rawValue >= size else {
            let isElsewhere = zones.contains { $0.span.contains(pfn) }
            throw .frameOutsideZone(pfn, zone: isElsewhere ? zone : nil)
        }
        guard pfn.rawValue & (size - 1) == 0 else { throw .misalignedBlock(pfn, order) }
    }
}

import PhysicalMemory

extension TraceEvents {
    init(
        _ scanner: inout RecordScanner, machine: AllocationTrace.Machine, file: String, log: inout RecordLog
    ) throws(FormatError) {
        var parser = TraceEventParser(machine: machine)
        // The lines of real traces have 45 bytes on average.
        parser.result.events.reserveCapacity(scanner.byteCount / 45)
        while scanner.nextRecord() {
            let frameCount = parser.result.frames.count
            do throws(FormatError.Reason) {
                guard scanner.line < Int32.max else { throw .tooLong(limit: Int(Int32.max)) }
                let event = try parser.event(&scanner)
                try scanner.finish()
                if scanner.isUnterminated { throw .cutShort }
                parser.result.events.append(event)
            } catch {
                parser.result.frames.removeLast(parser.result.frames.count - frameCount)
                try log.report(error, in: scanner)
            }
        }
        guard !parser.result.events.isEmpty else {
            throw FormatError(file: file, reason: .missingRecord("event"))
        }
        self = parser.result
    }
}

/// Reads events one by one. What a kernel answered may be any frame; what it was given (frees, pageblock changes,
/// compaction) must be a block of its zone.
private struct TraceEventParser {
    private let zoneCount: Int
    private let cpuCount: Int
    private let maxOrder: Int
    private let spans: [Range<PFN>]
    private let machine: AllocationTrace.Machine
    private var maskNumbers: [UInt64: Int32] = [:]
    var result = TraceEvents()

    init(machine: AllocationTrace.Machine) {
        self.machine = machine
        zoneCount = machine.zones.count
        cpuCount = machine.cpuNodes.count
        maxOrder = machine.maxOrder.rawValue
        spans = machine.zones.map(\.span)
    }

    mutating func event(_ scanner: inout RecordScanner) throws(FormatError.Reason) -> TraceEvent {
        var event = TraceEvent(kind: .mark, line: Int32(truncatingIfNeeded: scanner.line))
        let rest = scanner
        let letter = try scanner.letter("record")
        switch letter {
        case UInt8(ascii: "A"): try allocation(&event, .allocate, &scanner)
        case UInt8(ascii: "N"): try allocation(&event, .perCPUMiss, &scanner)
        case UInt8(ascii: "F"): try free(&event, &scanner)
        case UInt8(ascii: "G"): try freeToBuddy(&event, &scanner)
        case UInt8(ascii: "V"):
            event.kind = .statisticsWorker
            event.cpu = try cpu(&scanner)
            event.flag = try scanner.decimal("lists", 0...1) == 1
        case UInt8(ascii: "E"):
            event.kind = .statisticsZone
            event.cpu = try cpu(&scanner)
            event.zone = try zone(&scanner)
            event.amount = try scanner.decimal("expire", -128...255)
        case UInt8(ascii: "D"): try drain(&event, &scanner)
        case UInt8(ascii: "h"): try fallbackDetail(&event, &scanner)
        case UInt8(ascii: "Z"): try zoneReading(&event, &scanner)
        case UInt8(ascii: "W"):
            event.kind = .walkFailed
            event.cpu = try cpu(&scanner)
            event.orderValue = try order(&scanner)
            event.type = try scanner.migrateType("type")
            try request(&event, &scanner)
        case UInt8(ascii: "S"):
            event.kind = .statThreshold
            event.zone = try zone(&scanner)
            event.amount = try scanner.decimal("threshold", 0...127)
        case UInt8(ascii: "H"):
            event.kind = .blockTypeChanged
            event.cpu = try cpu(&scanner)
            event.zone = try zone(&scanner)
            event.pfn = try block(0, event.zone, &scanner)
            event.type = try scanner.migrateType("type")
            event.otherType = try scanner.migrateType("type")
        case UInt8(ascii: "X"): try context(&event, &scanner)
        case UInt8(ascii: "I"):
            event.kind = .compactionTake
            event.cpu = try cpu(&scanner)
            event.orderValue = try order(&scanner)
            event.pfn = try block(event.orderValue, nil, &scanner)
        case UInt8(ascii: "J"):
            event.kind = .compactionResult
            event.cpu = try cpu(&scanner)
            event.amount = try scanner.decimal("frames")
        case UInt8(ascii: "T"): try scanner.keyword("mark")
        default:
            throw .unknownRecord(rest.rest)
        }
        return event
    }

    private mutating func allocation(
        _ event: inout TraceEvent, _ kind: TraceEvent.Kind, _ scanner: inout RecordScanner
    ) throws(FormatError.Reason) {
        event.kind = kind
        event.cpu = try cpu(&scanner)
        event.zone = try zone(&scanner)
        event.orderValue = try order(&scanner)
        event.type = try scanner.migrateType("type")
        let via = try scanner.letter("via")
        switch via {
        case UInt8(ascii: "p"): event.route = .perCPU
        case UInt8(ascii: "b"): event.route = .buddy
        case UInt8(ascii: "k"): event.route = .bulk
        default: throw .badValue(field: "via", text: String(UnicodeScalar(via)))
        }
        try request(&event, &scanner)
        if kind == .allocate {
            event.pfn = try scanner.pfn("frame")
        } else {
            guard scanner.takes(UInt8(ascii: "-")) else { throw .badValue(field: "frame", text: scanner.rest) }
        }
        try check(&event, count: 4, isRequired: event.route != .buddy, &scanner)
        if scanner.takes(UInt8(ascii: "+")) { try frames(&event, &scanner) }
    }

    /// AFLAGS GFP NID MASK HI ATT.
    private mutating func request(
        _ event: inout TraceEvent, _ scanner: inout RecordScanner
    ) throws(FormatError.Reason) {
        event.allocationFlags = try mask32("allocation flags", &scanner)
        event.gfp = try mask32("gfp", &scanner)
        event.preferredNode = Int16(truncatingIfNeeded: try scanner.decimal("node", -1...(NodeID.limit - 1)))
        if !scanner.takes(UInt8(ascii: "-")) {
            event.nodeMask = maskNumber(try scanner.hexadecimal("node mask"))
        }
        event.highestZoneIndex = Int8(truncatingIfNeeded: try scanner.decimal("highest zone index", -1...5))
        event.attempt = Int16(truncatingIfNeeded: try scanner.decimal("attempt", 0...Int(Int16.max)))
    }

    private mutating func free(
        _ event: inout TraceEvent, _ scanner: inout RecordScanner
    ) throws(FormatError.Reason) {
        event.kind = .free
        event.cpu = try cpu(&scanner)
        event.zone = try zone(&scanner)
        event.orderValue = try order(&scanner)
        event.type = try scanner.migrateType("type")
        event.pfn = try block(event.orderValue, event.zone, &scanner)
        try check(&event, count: 5, isRequired: true, &scanner)
        guard machine.perCPUList(order: event.order, type: event.type) != nil else {
            throw .outOfRange(field: "order", value: String(event.orderValue))
        }
        if scanner.takes(UInt8(ascii: "-")) { try givenBack(&event, &scanner) }
    }

    private func freeToBuddy(
        _ event: inout TraceEvent, _ scanner: inout RecordScanner
    ) throws(FormatError.Reason) {
        event.kind = .freeToBuddy
        event.cpu = try cpu(&scanner)
        event.zone = try zone(&scanner)
        event.orderValue = try order(&scanner)
        event.flag = try scanner.decimal("fpi", 0...255) & 2 != 0
        event.pfn = try block(event.orderValue, event.zone, &scanner)
    }

    private mutating func drain(
        _ event: inout TraceEvent, _ scanner: inout RecordScanner
    ) throws(FormatError.Reason) {
        event.kind = .drain
        event.cpu = try cpu(&scanner)
        event.zone = try zone(&scanner)
        event.listCPU = try cpu(&scanner)
        let why = try scanner.word("reason")
        switch why {
        case "decay": event.reason = .decay
        case "drzp": event.reason = .remoteZone
        case "drpz": event.reason = .all
        default: throw .badValue(field: "reason", text: why)
        }
        try givenBack(&event, &scanner)
    }

    private mutating func givenBack(
        _ event: inout TraceEvent, _ scanner: inout RecordScanner
    ) throws(FormatError.Reason) {
        event.amount = try scanner.decimal("pages")
        event.detail = Int32(truncatingIfNeeded: try scanner.decimal("list", 0...(machine.perCPUListCount - 1)))
        try frames(&event, &scanner)
    }

    private func fallbackDetail(
        _ event: inout TraceEvent, _ scanner: inout RecordScanner
    ) throws(FormatError.Reason) {
        let what = try scanner.letter("detail")
        switch what {
        case UInt8(ascii: "s"):
            event.kind = .claimConsidered
            event.pfn = try scanner.pfn("frame")
            event.blockOrderValue = try order(&scanner)
            event.orderValue = try order(&scanner)
            event.type = try scanner.migrateType("type")
        case UInt8(ascii: "m"):
            event.kind = .claimScanned
            event.flag = try scanner.decimal("ok", 0...1) == 1
            event.amount = try scanner.decimal("free pages")
            event.detail = Int32(truncatingIfNeeded: try scanner.decimal("movable pages"))
        case UInt8(ascii: "f"):
            event.kind = .fallback
            event.pfn = try scanner.pfn("frame")
            event.orderValue = try order(&scanner)
            event.blockOrderValue = try order(&scanner)
            event.type = try scanner.migrateType("type")
            event.otherType = try scanner.migrateType("type")
            event.flag = try scanner.decimal("own", 0...1) == 1
        default: throw .badValue(field: "detail", text: String(UnicodeScalar(what)))
        }
    }

    private func zoneReading(
        _ event: inout TraceEvent, _ scanner: inout RecordScanner
    ) throws(FormatError.Reason) {
        event.kind = .zoneReading
        event.zone = try zone(&scanner)
        if scanner.takes(UInt8(ascii: "-")) {
            event.amount = TraceEvent.unread
        } else {
            event.amount = try scanner.decimal("free", -(1 << 52)...(1 << 52))
        }
        event.detail = Int32(truncatingIfNeeded: try scanner.decimal("flags"))
        event.boost = Int32(truncatingIfNeeded: try scanner.decimal("boost"))
    }

    private mutating func context(
        _ event: inout TraceEvent, _ scanner: inout RecordScanner
    ) throws(FormatError.Reason) {
        event.kind = .context
        event.cpu = try cpu(&scanner)
        var words: [String] = []
        while !scanner.isAtEnd { words.append(try scanner.word("context")) }
        result.contexts[result.events.count] = words.joined(separator: " ")
    }

    // MARK: Fields

    private func cpu(_ scanner: inout RecordScanner) throws(FormatError.Reason) -> Int16 {
        Int16(truncatingIfNeeded: try scanner.decimal("cpu", 0...(cpuCount - 1)))
    }

    private func zone(_ scanner: inout RecordScanner) throws(FormatError.Reason) -> Int16 {
        Int16(truncatingIfNeeded: try scanner.decimal("zone", 0...(zoneCount - 1)))
    }

    private func order(_ scanner: inout RecordScanner) throws(FormatError.Reason) -> UInt8 {
        UInt8(truncatingIfNeeded: try scanner.decimal("order", 0...maxOrder))
    }

    private func mask32(_ field: String, _ scanner: inout RecordScanner) throws(FormatError.Reason) -> UInt32 {
        let value = try scanner.hexadecimal(field)
        guard let mask = UInt32(exactly: value) else {
            throw .outOfRange(field: field, value: String(value, radix: 16))
        }
        return mask
    }

    private func block(
        _ order: UInt8, _ zone: Int16?, _ scanner: inout RecordScanner
    ) throws(FormatError.Reason) -> PFN {
        let pfn = try scanner.pfn("frame")
        if let zone {
            try machine.check(pfn, Order(Int(order)), in: Int(zone), span: spans[Int(zone)])
        } else {
            guard let home = spans.firstIndex(where: { $0.contains(pfn) }) else {
                throw .frameOutsideZone(pfn, zone: nil)
            }
            try machine.check(pfn, Order(Int(order)), in: home, span: spans[home])
        }
        return pfn
    }

    private mutating func frames(
        _ event: inout TraceEvent, _ scanner: inout RecordScanner
    ) throws(FormatError.Reason) {
        let start = result.frames.count
        while !scanner.isAtEnd { result.frames.append(try scanner.pfn("frame")) }
        guard let end = UInt32(exactly: result.frames.count) else { throw .tooLong(limit: Int(UInt32.max)) }
        event.frameStart = UInt32(start)
        event.frameCount = end - UInt32(start)
    }

    /// `c=COUNT,HIGH,AF,FC[,FLAGS]`.
    private func check(
        _ event: inout TraceEvent, count: Int, isRequired: Bool, _ scanner: inout RecordScanner
    ) throws(FormatError.Reason) {
        guard scanner.takesPrefix("c=") else {
            if isRequired { throw .missingField("c=") }
            return
        }
        event.check.count = try scanner.listedDecimal("count")
        event.check.high = try scanner.listedDecimal("high")
        event.check.allocFactor = try scanner.listedDecimal("alloc_factor")
        event.check.freeCount = try scanner.listedDecimal("free_count")
        if count == 5 { event.check.flags = try scanner.listedDecimal("flags") }
    }

    private mutating func maskNumber(_ mask: UInt64) -> Int32 {
        if let known = maskNumbers[mask] { return known }
        let number = Int32(truncatingIfNeeded: result.nodeMasks.count)
        maskNumbers[mask] = number
        result.nodeMasks.append(NodeMask((0..<64).filter { mask >> UInt64($0) & 1 == 1 }.map { NodeID($0) }))
        return number
    }
}

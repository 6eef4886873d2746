import PhysicalMemory

extension TraceEvents {
    /// Reads the kmem tracepoints out of the text that ftrace, `trace-cmd report` or `perf script` print.
    ///
    /// Five are read: `mm_page_alloc`, `mm_page_free`, `mm_page_free_batched`, `mm_page_alloc_zone_locked` and
    /// `mm_page_pcpu_drain`; all other lines are passed over. They say neither the zone nor the preferred node nor
    /// whether a page went to a per-CPU list, so these are −1 or ``TraceEvent/Route/unknown``; a failed allocation has no
    /// frame. Throws where one of the five makes no sense, unless `lenient`: then `skipped` counts it.
    public static func tracepoints(
        _ text: [UInt8], file: String, lenient: Bool = false
    ) throws(FormatError) -> (events: TraceEvents, skipped: SkippedRecords) {
        var log = RecordLog(file: file, lenient: lenient)
        var result = TraceEvents()
        try text.withUnsafeBufferPointer { bytes throws(FormatError) in
            var scanner = RecordScanner(bytes)
            while scanner.nextRecord() {
                guard scanner.contains("mm_page_") else { continue }
                do throws(FormatError.Reason) {
                    guard scanner.line < Int32.max else { throw .tooLong(limit: Int(Int32.max)) }
                    if let event = try tracepoint(scanner.restText[...], line: Int32(scanner.line)) {
                        if scanner.isUnterminated { throw .cutShort }
                        result.events.append(event)
                    }
                } catch {
                    try log.report(error, in: scanner)
                }
            }
        }
        guard !result.events.isEmpty else {
            throw FormatError(file: file, reason: .missingRecord("kmem tracepoint"))
        }
        return (result, log.skipped)
    }

    private static let kinds: [Substring: TraceEvent.Kind] = [
        "mm_page_alloc": .allocate, "mm_page_free": .free, "mm_page_free_batched": .tracedBatchedFree,
        "mm_page_alloc_zone_locked": .tracedBuddyAllocation, "mm_page_pcpu_drain": .tracedDrain,
    ]

    /// The event on a line `comm-pid [cpu] … time: name: page=… pfn=… order=…`; `nil`: another event.
    private static func tracepoint(_ text: Substring, line: Int32) throws(FormatError.Reason) -> TraceEvent? {
        let words = text.split { $0 == " " || $0 == "\t" }
        let names = words.enumerated().compactMap { index, word -> (Int, TraceEvent.Kind)? in
            guard word.last == ":" else { return nil }
            let name = word.dropLast()
            return kinds[name.hasPrefix("kmem:") ? name.dropFirst(5) : name].map { (index, $0) }
        }
        guard let (place, kind) = names.first else { return nil }
        var event = TraceEvent(kind: kind, line: line)
        guard let cpu = words[..<place].last(where: { $0.first == "[" && $0.last == "]" }),
            let number = Numbers.cpu(cpu.dropFirst().dropLast())
        else { throw .missingField("[cpu]") }
        event.cpu = Int16(number.rawValue)
        for word in words[(place + 1)...] {
            guard let equals = word.firstIndex(of: "=") else { continue }
            try take(word[..<equals], word[word.index(after: equals)...], &event)
        }
        let isFailed = kind == .allocate && text.after("(nil)") != nil || text.after("page=0 ") != nil
        guard event.pfn != .none || isFailed else { throw .missingField("pfn") }
        if isFailed { event.pfn = .none }
        return event
    }

    private static func take(
        _ key: Substring, _ value: Substring, _ event: inout TraceEvent
    ) throws(FormatError.Reason) {
        let reason = FormatError.Reason.badNumber(field: String(key), text: String(value.prefix(60)))
        switch key {
        case "pfn":
            // Older kernels print it decimal.
            let number = value.hasPrefix("0x") ? UInt64(value.dropFirst(2), radix: 16) : UInt64(value)
            guard let number, number < 1 << 52 else { throw reason }
            event.pfn = PFN(number)
        case "order":
            guard let order = UInt8(value), order <= 20 else { throw reason }
            event.orderValue = order
        case "migratetype":
            guard let number = UInt8(value), let type = MigrateType(rawValue: number) else { throw reason }
            event.type = type
        case "gfp_flags":
            guard let mask = GFPNames.mask(value) else {
                throw .badValue(field: "gfp_flags", text: String(value.prefix(60)))
            }
            event.gfp = mask
        case "percpu_refill": event.flag = value == "1"
        default: return
        }
    }
}

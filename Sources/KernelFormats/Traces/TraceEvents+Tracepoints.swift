import PhysicalMemory

extension TraceEvents {
    /// Reads the kmem tracepoints out of the text that ftrace, `trace-cmd report` or `perf script` print, or that stands
    /// in the comments of the function_graph tracer.
    ///
    /// Five are read: `mm_page_alloc`, `mm_page_free`, `mm_page_free_batched`, `mm_page_alloc_zone_locked` and
    /// `mm_page_pcpu_drain`, under their names before 3.3 too; other events of memory are counted by name, all other
    /// lines are passed over. The events say neither the zone nor the preferred node nor whether a page went to a per-CPU
    /// list, so these are −1 or ``TraceEvent/Route/unknown``; a failed allocation has no frame. Events that the tracer
    /// says it lost are counted. Throws where one of the five makes no sense, unless `lenient`: then `skipped` counts it.
    public static func tracepoints(
        _ text: [UInt8], file: String, lenient: Bool = false
    ) throws(FormatError) -> (events: TraceEvents, skipped: SkippedRecords) {
        var log = RecordLog(file: file, lenient: lenient)
        var result = TraceEvents()
        try text.withUnsafeBufferPointer { bytes throws(FormatError) in
            var scanner = RecordScanner(bytes)
            while scanner.nextRecord() {
                guard scanner.contains("mm_") else {
                    if scanner.contains("LOST ") || scanner.contains("entries-in-buffer") {
                        result.lostEvents += lostEvents(scanner.restText[...])
                    }
                    continue
                }
                do throws(FormatError.Reason) {
                    guard scanner.line < Int32.max else { throw .tooLong(limit: Int(Int32.max)) }
                    if let event = try tracepoint(scanner.restText[...], line: Int32(scanner.line)) {
                        if scanner.isUnterminated { throw .cutShort }
                        result.events.append(event)
                    } else if let name = otherEvent(scanner.restText[...]) {
                        result.otherEvents[name, default: 0] += 1
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
        // Their names before 3.3. A batch's pages had this event alone, where later kernels trace `mm_page_free` as well.
        "mm_page_free_direct": .free, "mm_pagevec_free": .free,
    ]

    /// `CPU:1 [LOST 12 EVENTS]`, perf's `LOST 12 events!`, or the tracer's own count of what it wrote and still had:
    /// `# entries-in-buffer/entries-written: 20/50   #P:2`.
    private static func lostEvents(_ text: Substring) -> Int {
        let words = text.split { " \t[]!".contains($0) }
        if let place = words.firstIndex(of: "LOST"), place + 2 < words.count, words[place + 2].lowercased() == "events"
        {
            return Numbers.count(words[place + 1]) ?? 0
        }
        guard
            let counts = text.after("entries-in-buffer/entries-written:")?.split(separator: " ").first?.split(
                separator: "/"),
            counts.count == 2, let kept = Numbers.count(counts[0]), let written = Numbers.count(counts[1])
        else { return 0 }
        return max(0, written - kept)
    }

    /// The name of an event of memory that is none of those read.
    private static func otherEvent(_ text: Substring) -> String? {
        for word in text.split(whereSeparator: { $0 == " " || $0 == "\t" }) where word.last == ":" {
            let name = word.dropLast().split(separator: ":").last ?? ""
            if name.hasPrefix("mm_"), kinds[name] == nil, name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) {
                return String(name)
            }
        }
        return nil
    }

    /// The event on a line `comm-pid [cpu] … time: name: page=… pfn=… order=…`, or function_graph's
    /// `time |   cpu)   |  /* name: page=… */`; `nil`: another event.
    private static func tracepoint(_ text: Substring, line: Int32) throws(FormatError.Reason) -> TraceEvent? {
        let words = text.split { $0 == " " || $0 == "\t" }
        let names = words.enumerated().compactMap { index, word -> (Int, TraceEvent.Kind)? in
            guard word.last == ":" else { return nil }
            let name = word.dropLast()
            return kinds[name.hasPrefix("kmem:") ? name.dropFirst(5) : name].map { (index, $0) }
        }
        guard let (place, kind) = names.first else { return nil }
        var event = TraceEvent(kind: kind, line: line)
        guard let cpu = cpu(before: words[..<place]) else { throw .missingField("[cpu]") }
        event.cpu = Int16(cpu.rawValue)
        for word in words[(place + 1)...] {
            guard let equals = word.firstIndex(of: "=") else { continue }
            try take(word[..<equals], word[word.index(after: equals)...], &event)
        }
        let isFailed = kind == .allocate && hasNoPage(text)
        guard event.pfn != .none || isFailed else { throw .missingField("pfn") }
        if isFailed { event.pfn = .none }
        return event
    }

    /// `[001]`, or `1)`.
    private static func cpu(before words: ArraySlice<Substring>) -> CPUID? {
        if let word = words.last(where: { $0.first == "[" && $0.last == "]" }) {
            return Numbers.cpu(word.dropFirst().dropLast())
        }
        return words.last { $0.last == ")" }.flatMap { Numbers.cpu($0.dropLast()) }
    }

    /// The request got nothing: `page=(nil)`, `page=          (null)`, `page=0000000000000000`. The frame number is then
    /// 0, which says nothing by itself.
    private static func hasNoPage(_ text: Substring) -> Bool {
        guard let value = text.after("page=")?.trimmed.prefix(while: { $0 != " " }), !value.isEmpty else {
            return false
        }
        if value == "(nil)" || value == "(null)" { return true }
        return (value.hasPrefix("0x") ? value.dropFirst(2) : value).allSatisfy { $0 == "0" }
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

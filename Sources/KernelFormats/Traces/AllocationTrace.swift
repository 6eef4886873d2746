import PhysicalMemory

/// What a real kernel's page allocator did between two quiet moments: the machine, the allocator's whole state at
/// both, and every operation between them in the order in which it took effect.
///
/// A folder of four text files, `machine.txt`, `state0.txt`, `events.txt` and `state1.txt`; each may be packed
/// (`.gz`).
public struct AllocationTrace: Sendable {
    public var machine: Machine
    /// The allocator before the first event.
    public var initial: AllocatorState
    /// The allocator after the last event; `nil` only where a lenient reader found none.
    public var final: AllocatorState?
    public var events: TraceEvents
    /// What a lenient reader passed over, in all four files.
    public var skipped: SkippedRecords

    /// The longest text of one file that is read, in bytes, unpacked: 1 GiB.
    public static let sizeLimit = 1 << 30

    public init(
        machine: Machine, initial: AllocatorState, final: AllocatorState?, events: TraceEvents,
        skipped: SkippedRecords = SkippedRecords()
    ) {
        self.machine = machine
        self.initial = initial
        self.final = final
        self.events = events
        self.skipped = skipped
    }

    /// Reads the trace in `folder`.
    ///
    /// Throws the first error with its file and line. A lenient reader passes over damaged records, surplus
    /// statements and contradictions and counts them in ``skipped``; it still throws where there is nothing to go on
    /// with: no machine, no first state, no events.
    public init(folder: String, lenient: Bool = false) throws(FormatError) {
        let machineFile = try TraceFile("machine.txt", in: folder)
        machine = try machineFile.parse(lenient) { scanner, log throws(FormatError) in
            try Machine(&scanner, file: machineFile.path, log: &log)
        }
        skipped = machineFile.skipped
        let machine = machine
        func state(_ name: String) throws(FormatError) -> (AllocatorState, SkippedRecords) {
            let file = try TraceFile(name, in: folder)
            let state = try file.parse(lenient) { scanner, log throws(FormatError) in
                try AllocatorState(&scanner, machine: machine, file: file.path, log: &log)
            }
            return (state, file.skipped)
        }
        let (first, skippedFirst) = try state("state0.txt")
        initial = first
        skipped.add(skippedFirst)
        let eventFile = try TraceFile("events.txt", in: folder)
        events = try eventFile.parse(lenient) { scanner, log throws(FormatError) in
            try TraceEvents(&scanner, machine: machine, file: eventFile.path, log: &log)
        }
        skipped.add(eventFile.skipped)
        do throws(FormatError) {
            let (last, skippedLast) = try state("state1.txt")
            final = last
            skipped.add(skippedLast)
        } catch {
            guard lenient else { throw error }
            final = nil
            skipped.add(error)
        }
    }
}

extension AllocationTrace.Machine {
    /// Reads the text of a `machine.txt`; `file` is what errors call it.
    public init(parsing text: [UInt8], file: String) throws(FormatError) {
        self = try TraceFile(text, path: file).parse(false) { scanner, log throws(FormatError) in
            try Self(&scanner, file: file, log: &log)
        }
    }
}

extension AllocatorState {
    /// Reads the text of a state file of `machine`; `file` is what errors call it.
    public init(
        parsing text: [UInt8], machine: AllocationTrace.Machine, file: String
    ) throws(FormatError) {
        self = try TraceFile(text, path: file).parse(false) { scanner, log throws(FormatError) in
            try Self(&scanner, machine: machine, file: file, log: &log)
        }
    }
}

extension TraceEvents {
    /// Reads the text of an events file of `machine`; `file` is what errors call it.
    public init(
        parsing text: [UInt8], machine: AllocationTrace.Machine, file: String
    ) throws(FormatError) {
        self = try TraceFile(text, path: file).parse(false) { scanner, log throws(FormatError) in
            try Self(&scanner, machine: machine, file: file, log: &log)
        }
    }
}

/// One file of a trace, in memory.
private final class TraceFile {
    let path: String
    private let bytes: [UInt8]
    private(set) var skipped = SkippedRecords()

    init(_ bytes: [UInt8], path: String) {
        self.bytes = bytes
        self.path = path
    }

    /// Loads `name` or `name.gz`.
    init(_ name: String, in folder: String) throws(FormatError) {
        let plain = folder.hasSuffix("/") ? folder + name : folder + "/" + name
        do throws(FormatError) {
            bytes = try InputFile.bytes(of: plain, limit: AllocationTrace.sizeLimit)
            path = plain
        } catch  where error.reason == .notFound {
            do throws(FormatError) {
                bytes = try InputFile.bytes(of: plain + ".gz", limit: AllocationTrace.sizeLimit)
                path = plain + ".gz"
            } catch  where error.reason == .notFound {
                throw FormatError(file: plain, reason: .notFound)
            }
        }
    }

    func parse<Value>(
        _ lenient: Bool, _ body: (inout RecordScanner, inout RecordLog) throws(FormatError) -> Value
    ) throws(FormatError) -> Value {
        var log = RecordLog(file: path, lenient: lenient)
        let value = try bytes.withUnsafeBufferPointer { text throws(FormatError) in
            var scanner = RecordScanner(text)
            return try body(&scanner, &log)
        }
        skipped = log.skipped
        return value
    }
}

/// Where a parser reports what is wrong: throws, or counts if lenient.
struct RecordLog {
    let file: String
    let lenient: Bool
    private(set) var skipped = SkippedRecords()

    init(file: String, lenient: Bool) {
        self.file = file
        self.lenient = lenient
    }

    mutating func report(_ reason: FormatError.Reason, line: Int?) throws(FormatError) {
        let error = FormatError(file: file, line: line, reason: reason)
        guard lenient else { throw error }
        skipped.add(error)
    }

    /// Reports what a record's parser threw: a record without its line feed counts as cut short, whatever else ails it.
    mutating func report(_ reason: FormatError.Reason, in scanner: RecordScanner) throws(FormatError) {
        try report(scanner.isUnterminated ? .cutShort : reason, line: scanner.line)
    }
}

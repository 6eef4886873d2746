extension TraceEvents {
    /// Reads the kmem tracepoints out of a file, which may be packed (`.gz`); see ``tracepoints(_:file:lenient:)``.
    public static func tracepoints(
        path: String, lenient: Bool = false
    ) throws(FormatError) -> (events: TraceEvents, skipped: SkippedRecords) {
        try tracepoints(
            InputFile.bytes(of: path, limit: AllocationTrace.sizeLimit), file: path, lenient: lenient)
    }
}

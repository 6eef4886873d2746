/// How much of a piece of memory is in huge pages: asking for them gives no right to them.
public enum HugePages {
    /// The bytes of transparent huge pages in the mappings within a range, by `/proc/self/smaps`.
    ///
    /// A mapping that is only partly within is not counted. Nil if the kernel has no such file. Throws `HostError`
    /// on what no kernel writes. Costs a walk over the process's page tables: some ms per GiB of base pages.
    public static func bytes(in start: UnsafeRawPointer, byteCount: Int) throws(HostError) -> Int? {
        let first = UInt(bitPattern: start)
        guard let file = try HostFile("/proc/self/smaps") else { return nil }
        return try bytes(in: first..<first + UInt(byteCount), file)
    }

    static func bytes(in range: Range<UInt>, _ file: HostFile) throws(HostError) -> Int {
        var sum = 0
        var isWithin = false
        for (number, line) in file.lines {
            // A mapping begins with `start-end flags …`, in lower-case hexadecimal; its figures follow, each
            // `Name:  value kB` with a capital. There are thousands of lines: look at one byte first.
            if let byte = line.utf8.first, !(0x41...0x5A).contains(byte),
                let ends = line.words.first?.split(separator: "-"), ends.count == 2,
                let start = UInt(ends[0], radix: 16), let end = UInt(ends[1], radix: 16)
            {
                isWithin = range.lowerBound <= start && end <= range.upperBound
            } else if isWithin, line.hasPrefix("AnonHugePages:") {
                let words = line.words
                guard words.count == 3, let kilobytes = HostFile.number(words[1]), kilobytes < 1 << 50 else {
                    throw .malformed(file: file.path, line: number, reason: "no number of kB")
                }
                sum += kilobytes * 1024
            }
        }
        return sum
    }
}

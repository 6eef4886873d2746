import Glibc
import PhysicalMemory

/// Walks a text of records, one a line, fields separated by one blank or more, without making a `String` of anything
/// that is well-formed.
///
/// Holds a pointer into the text: use it only within the `withUnsafeBufferPointer` that gave the pointer. `position`
/// and `end` stay within `0...text.count`, and each read is preceded by a check of `position` against `end`.
struct RecordScanner {
    private let text: UnsafeBufferPointer<UInt8>
    /// The next byte of the line.
    private(set) var position = 0
    /// The end of the line, without the line feed.
    private(set) var end = 0
    private var nextLineStart = 0
    /// The line's number, from 1.
    private(set) var line = 0
    /// Whether the line has no line feed, so that its last field may have lost something.
    private(set) var isUnterminated = false

    init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    /// Goes to the next line that is not empty; `false` at the end of the text.
    mutating func nextRecord() -> Bool {
        while nextLineStart < text.count {
            line += 1
            position = nextLineStart
            // base is not nil: count is at least 1.
            if let feed = memchr(text.baseAddress! + position, 10, text.count - position) {
                end = UnsafeRawPointer(feed) - UnsafeRawPointer(text.baseAddress!)
                nextLineStart = end + 1
            } else {
                end = text.count
                nextLineStart = end
                isUnterminated = true
            }
            if end > position, text[end - 1] == 13 { end -= 1 }
            skipBlanks()
            if position < end { return true }
        }
        return false
    }

    private mutating func skipBlanks() {
        while position < end, text[position] == 32 || text[position] == 9 { position += 1 }
    }

    /// The whole text's length.
    var byteCount: Int { text.count }

    var isAtEnd: Bool { position >= end }

    /// The next byte, without taking it.
    var peek: UInt8? { position < end ? text[position] : nil }

    /// What is left of the line, at most 60 bytes, for a message.
    var rest: String { String(decoding: text[position..<Swift.min(end, position + 60)], as: UTF8.self) }

    /// All that is left of the line.
    var restText: String { String(decoding: text[position..<end], as: UTF8.self) }

    /// Whether `mark`, ASCII, stands anywhere in what is left of the line.
    func contains(_ mark: StaticString) -> Bool {
        let count = mark.utf8CodeUnitCount
        var start = position
        while end - start >= count {
            var length = 0
            while length < count, text[start + length] == mark.utf8Start[length] { length += 1 }
            if length == count { return true }
            start += 1
        }
        return false
    }

    /// The next field as text.
    mutating func word(_ field: String) throws(FormatError.Reason) -> String {
        guard position < end else { throw .missingField(field) }
        return takeWord()
    }

    private mutating func takeWord() -> String {
        let start = position
        while position < end, text[position] != 32, text[position] != 9 { position += 1 }
        let word = String(decoding: text[start..<position], as: UTF8.self)
        skipBlanks()
        return word
    }

    /// The next field if it is one byte long.
    mutating func letter(_ field: String) throws(FormatError.Reason) -> UInt8 {
        guard position < end else { throw .missingField(field) }
        let letter = text[position]
        guard position + 1 == end || text[position + 1] == 32 else { throw .badValue(field: field, text: takeWord()) }
        position += 1
        skipBlanks()
        return letter
    }

    /// Takes the next field if it is `literal`, one byte.
    mutating func takes(_ literal: UInt8) -> Bool {
        guard position < end, text[position] == literal, position + 1 == end || text[position + 1] == 32 else {
            return false
        }
        position += 1
        skipBlanks()
        return true
    }

    /// Takes `prefix`, ASCII, if the line goes on with it.
    mutating func takesPrefix(_ prefix: StaticString) -> Bool {
        let count = prefix.utf8CodeUnitCount
        guard end - position >= count else { return false }
        for index in 0..<count where text[position + index] != prefix.utf8Start[index] { return false }
        position += count
        return true
    }

    /// Takes the next field, which must be `keyword`.
    mutating func keyword(_ keyword: String) throws(FormatError.Reason) {
        let word = try word(keyword)
        guard word == keyword else { throw .badValue(field: keyword, text: word) }
    }

    /// Throws unless the line is used up.
    func finish() throws(FormatError.Reason) {
        guard position >= end else { throw .surplusField(rest) }
    }

    // MARK: Numbers

    /// A decimal number of at most 18 digits, with a sign if `signed`, within `limits`.
    mutating func decimal(
        _ field: String, _ limits: ClosedRange<Int> = 0...Int(Int32.max)
    ) throws(FormatError.Reason) -> Int {
        let start = position
        let value = try digits(field)
        guard position == end || text[position] == 32 else { throw bad(field, from: start) }
        skipBlanks()
        guard limits.contains(value) else { throw .outOfRange(field: field, value: String(value)) }
        return value
    }

    /// A decimal number within a comma-separated field; takes the comma after it, if there is one.
    mutating func listedDecimal(_ field: String) throws(FormatError.Reason) -> Int32 {
        let start = position
        let value = try digits(field)
        guard let number = Int32(exactly: value) else { throw bad(field, from: start) }
        if position < end, text[position] == 44 {
            position += 1
        } else {
            guard position == end || text[position] == 32 else { throw bad(field, from: start) }
            skipBlanks()
        }
        return number
    }

    private mutating func digits(_ field: String) throws(FormatError.Reason) -> Int {
        guard position < end else { throw .missingField(field) }
        let start = position
        let isNegative = text[position] == 45
        if isNegative { position += 1 }
        let first = position
        var value = 0
        while position < end {
            let digit = text[position] &- 48
            guard digit < 10 else { break }
            guard position - first < 18 else { throw bad(field, from: start) }
            value = value &* 10 &+ Int(digit)
            position += 1
        }
        guard position > first else { throw bad(field, from: start) }
        return isNegative ? -value : value
    }

    /// A hexadecimal number of at most 16 digits.
    mutating func hexadecimal(_ field: String) throws(FormatError.Reason) -> UInt64 {
        guard position < end else { throw .missingField(field) }
        let start = position
        var value: UInt64 = 0
        while position < end {
            let byte = text[position]
            let digit: UInt8
            switch byte {
            case 48...57: digit = byte &- 48
            case 97...102: digit = byte &- 87
            case 65...70: digit = byte &- 55
            default: digit = 16
            }
            guard digit < 16 else { break }
            guard position - start < 16 else { throw bad(field, from: start) }
            value = value &<< 4 | UInt64(digit)
            position += 1
        }
        guard position > start, position == end || text[position] == 32 else { throw bad(field, from: start) }
        skipBlanks()
        return value
    }

    /// A hexadecimal frame number that leaves room for the largest block above it.
    mutating func pfn(_ field: String) throws(FormatError.Reason) -> PFN {
        let value = try hexadecimal(field)
        guard value < 1 << 52 else { throw .outOfRange(field: field, value: String(value, radix: 16)) }
        return PFN(value)
    }

    private mutating func bad(_ field: String, from start: Int) -> FormatError.Reason {
        position = start
        return .badNumber(field: field, text: String(takeWord().prefix(60)))
    }
}

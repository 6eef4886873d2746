import Glibc
import PhysicalMemory

/// One line of a text, with the place that it stands at.
struct TextLine: Hashable, Sendable {
    /// The file's path, or what the caller called the text.
    var file: String
    /// From 1.
    var number: Int
    /// Without the line end, and no longer than ``lengthLimit`` bytes.
    var text: String

    /// Longer lines are cut: no kernel prints longer ones.
    static let lengthLimit = 1 << 16

    func error(_ reason: FormatError.Reason) -> FormatError {
        FormatError(file: file, line: number, reason: reason)
    }

    /// The blank-separated words. Complexity: O(length).
    var words: [Substring] { text.split { $0 == " " || $0 == "\t" } }

    /// The lines of `bytes`; what is not UTF-8 is replaced.
    static func lines(of bytes: [UInt8], file: String) -> [TextLine] {
        bytes.withUnsafeBufferPointer { text in
            var lines: [TextLine] = []
            var start = 0
            while let base = text.baseAddress, start < text.count {
                // The search stays within the buffer: it is told how many bytes are left.
                let feed = memchr(base + start, 10, text.count - start)
                let end = feed.map { UnsafeRawPointer($0) - UnsafeRawPointer(base) } ?? text.count
                var last = end
                if last > start, text[last - 1] == 13 { last -= 1 }
                let part = text[start..<min(last, start + lengthLimit)]
                lines.append(
                    TextLine(file: file, number: lines.count + 1, text: String(decoding: part, as: UTF8.self)))
                start = end + 1
            }
            return lines
        }
    }
}

extension StringProtocol {
    /// Without blanks at either end; a NUL, which is what an empty file becomes in some archives, is one.
    var trimmed: SubSequence {
        var rest = self[...]
        while let first = rest.first, first == " " || first == "\t" || first == "\0" { rest.removeFirst() }
        while let last = rest.last, last == " " || last == "\t" || last == "\r" || last == "\0" { rest.removeLast() }
        return rest
    }

    /// What follows the first occurrence of `mark`, or `nil`.
    func after(_ mark: String) -> SubSequence? {
        guard let range = firstRange(of: mark) else { return nil }
        return self[range.upperBound...]
    }

    /// What stands before the first occurrence of `mark`, or `nil`.
    func before(_ mark: String) -> SubSequence? {
        guard let range = firstRange(of: mark) else { return nil }
        return self[..<range.lowerBound]
    }

    private func firstRange(of mark: String) -> Range<Index>? {
        let pattern = mark.utf8
        let text = utf8
        guard let first = pattern.first else { return nil }
        var start = text.startIndex
        while let candidate = text[start...].firstIndex(of: first) {
            var end = candidate
            var matches = true
            for byte in pattern {
                guard end < text.endIndex, text[end] == byte else {
                    matches = false
                    break
                }
                end = text.index(after: end)
            }
            if matches { return candidate..<end }
            start = text.index(after: candidate)
        }
        return nil
    }
}

/// Numbers as kernels print them, held to what a machine can have.
enum Numbers {
    /// A decimal number from 0 to 2⁵².
    static func count(_ text: some StringProtocol) -> Int? {
        guard let value = Int(text), 0...(1 << 52) ~= value else { return nil }
        return value
    }

    /// A hexadecimal address below 2⁶³, with or without `0x`.
    static func address(_ text: some StringProtocol) -> Int? {
        let digits = text.hasPrefix("0x") ? text.dropFirst(2) : text[...]
        guard !digits.isEmpty, digits.first != "+", digits.first != "-" else { return nil }
        return Int(digits, radix: 16)
    }

    /// `0xA-0xB` with B inclusive, as bytes; addresses from 2⁵⁶ on are cut off there. `nil` if it is no range or a
    /// reversed one.
    static func range(_ text: some StringProtocol) -> Range<ByteCount>? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let first = unsigned(parts[0].trimmed), let last = unsigned(parts[1].trimmed),
            first <= last
        else { return nil }
        let limit: UInt64 = 1 << 56
        guard first < limit else { return nil }
        return ByteCount(Int(first))..<ByteCount(Int(min(last, limit - 1)) + 1)
    }

    private static func unsigned(_ text: some StringProtocol) -> UInt64? {
        let digits = text.hasPrefix("0x") ? text.dropFirst(2) : text[...]
        guard let first = digits.first, first != "+" else { return nil }
        return UInt64(digits, radix: 16)
    }

    /// `0-3,8`: the numbers below `limit`, ascending. `nil` if it is no such list or goes beyond `limit`.
    static func list(_ text: some StringProtocol, limit: Int) -> [Int]? {
        var numbers = Set<Int>()
        for part in text.trimmed.split(separator: ",") {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
            guard ends.count <= 2, let first = Int(ends[0]), let last = Int(ends[ends.count - 1]), first >= 0,
                first <= last, last < limit
            else { return nil }
            numbers.formUnion(first...last)
        }
        return numbers.sorted()
    }

    /// A node list; an empty text is no node.
    static func nodes(_ text: some StringProtocol) -> NodeMask? {
        list(text, limit: NodeID.limit).map { NodeMask($0.map { NodeID($0) }) }
    }

    /// A mask of 32-bit words, the highest first: `00000000,000000f0`.
    static func mask(_ text: some StringProtocol, limit: Int) -> [Int]? {
        let words = text.trimmed.split(separator: ",")
        guard !words.isEmpty, words.count <= limit / 32 + 1 else { return nil }
        var numbers: [Int] = []
        for (index, word) in words.reversed().enumerated() {
            guard let bits = UInt32(word, radix: 16) else { return nil }
            for bit in 0..<32 where bits >> UInt32(bit) & 1 == 1 { numbers.append(index * 32 + bit) }
        }
        return numbers.allSatisfy { $0 < limit } ? numbers : nil
    }

    /// The number of a node, or `nil` if no machine can have it.
    static func node(_ text: some StringProtocol) -> NodeID? {
        guard let number = Int(text), 0..<NodeID.limit ~= number else { return nil }
        return NodeID(number)
    }

    /// The number of a CPU, or `nil` if no machine can have it.
    static func cpu(_ text: some StringProtocol) -> CPUID? {
        guard let number = Int(text), 0..<CPUID.limit ~= number else { return nil }
        return CPUID(number)
    }
}

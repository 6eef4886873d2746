/// Text of others made harmless: what a capture, a trace or a file name holds must not steer a terminal, turn the
/// reading direction of what follows, or end a line where a report does not.
public enum PrintableText {
    /// How a character that must not be printed is shown.
    public enum Form: Sendable {
        /// `\x1b`, `\u{202e}`.
        case visible
        /// `\u001b`, `\u202e`: the same text to whoever reads JSON.
        case json
    }

    /// `text` with every control character but the line feed and the tab, and every mark of reading direction, spelt
    /// out; with `isOneLine` line feeds and tabs as well. Complexity: O(bytes).
    public static func escaped(_ text: String, isOneLine: Bool = false) -> String {
        let bytes = Array(text.utf8)
        guard isSuspect(bytes, isOneLine: isOneLine) else { return text }
        return String(decoding: escaped(bytes, .visible, isOneLine: isOneLine), as: UTF8.self)
    }

    /// As ``escaped(_:isOneLine:)``, of UTF-8 in the given form.
    public static func escaped(_ bytes: [UInt8], _ form: Form, isOneLine: Bool = false) -> [UInt8] {
        guard isSuspect(bytes, isOneLine: isOneLine) else { return bytes }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 64)
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            if isHarmless(scalar, isOneLine: isOneLine) {
                result.append(contentsOf: UTF8.encode(scalar)!)
            } else {
                result.append(contentsOf: name(of: scalar, form).utf8)
            }
        }
        return result
    }

    private static func name(of scalar: Unicode.Scalar, _ form: Form) -> String {
        let digits = String(scalar.value, radix: 16)
        func padded(_ count: Int) -> String { String(repeating: "0", count: max(0, count - digits.count)) + digits }
        switch form {
        case .json: return "\\u" + padded(4)
        case .visible: return scalar.value < 0x80 ? "\\x" + padded(2) : "\\u{\(digits)}"
        }
    }

    private static func isHarmless(_ scalar: Unicode.Scalar, isOneLine: Bool) -> Bool {
        switch scalar.value {
        case 0x09, 0x0a: !isOneLine
        case 0..<0x20, 0x7f..<0xa0: false
        // Marks of direction, and separators that some programs take for line ends.
        case 0x061c, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069: false
        default: true
        }
    }

    /// Whether a byte may begin a character to escape; nearly no text has one.
    private static func isSuspect(_ bytes: [UInt8], isOneLine: Bool) -> Bool {
        bytes.contains { byte in
            switch byte {
            case 0x09, 0x0a: isOneLine
            case 0..<0x20, 0x7f, 0xc2, 0xd8, 0xe2: true
            // Not UTF-8.
            case 0x80...0xbf: false
            default: byte >= 0xf5
            }
        }
    }
}

/// JSON written as it is told, for reports of millions of values, which `JSONEncoder` would hold in memory first.
///
/// Invariant: what was written is the beginning of a JSON text.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false
    private var startsLine = false

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        if startsLine { bytes.append(UInt8(ascii: "\n")) }
        needsComma = true
        startsLine = false
    }

    private mutating func enclose(_ open: Unicode.Scalar, _ close: Unicode.Scalar, _ body: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(UInt8(ascii: open))
        needsComma = false
        body(&self)
        bytes.append(UInt8(ascii: close))
        needsComma = true
    }

    /// An object, whose members `body` writes, each a ``key(_:)`` and a value.
    mutating func object(_ body: (inout JSONWriter) -> Void) { enclose("{", "}", body) }

    /// An array with what `body` writes for each of `items`; on lines of their own if `isLong`.
    mutating func array<Items: Sequence>(
        _ items: Items, isLong: Bool = false, _ body: (inout JSONWriter, Items.Element) -> Void
    ) {
        enclose("[", "]") { writer in
            for item in items {
                writer.startsLine = isLong
                body(&writer, item)
            }
        }
    }

    /// A member's name, which needs no escapes.
    mutating func key(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// A member's name that is not known beforehand.
    mutating func key(named name: String) {
        value(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    mutating func value(_ number: Int) {
        separate()
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        digits(UInt64(number.magnitude))
    }

    mutating func value(_ number: UInt64) {
        separate()
        digits(number)
    }

    private mutating func digits(_ number: UInt64) {
        let start = bytes.count
        var rest = number
        repeat {
            bytes.append(UInt8(truncatingIfNeeded: rest % 10) + UInt8(ascii: "0"))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    mutating func value(_ isTrue: Bool) {
        separate()
        bytes.append(contentsOf: (isTrue ? "true" : "false").utf8)
    }

    mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
    }

    mutating func value(_ text: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20:
                let hex = String(byte, radix: 16)
                bytes.append(contentsOf: ("\\u00" + (hex.count == 1 ? "0" : "") + hex).utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    // MARK: Members

    mutating func member(_ name: StaticString, _ number: Int) {
        key(name)
        value(number)
    }

    mutating func member(_ name: StaticString, _ text: String) {
        key(name)
        value(text)
    }

    /// A member that is `null` where there is no value.
    mutating func member(_ name: StaticString, optional number: Int?) {
        key(name)
        if let number { value(number) } else { null() }
    }
}

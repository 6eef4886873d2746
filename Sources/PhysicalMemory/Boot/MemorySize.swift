/// Sizes as the kernel's command line writes them: `512M`, `0x100000`, `1G`.
///
/// *Kernel counterpart:* `memparse`.
enum MemorySize {
    /// The size at the head of `text`, and what follows it; `nil` where no number stands there or it is too great for
    /// 64 bits.
    static func parse(_ text: Substring) -> (bytes: UInt64, rest: Substring)? {
        var rest = text
        var radix: UInt64 = 10
        if rest.hasPrefix("0x") || rest.hasPrefix("0X") {
            radix = 16
            rest = rest.dropFirst(2)
        } else if rest.first == "0" {
            radix = 8
        }
        var bytes: UInt64 = 0
        var hasDigits = false
        while let digit = rest.first.flatMap({ $0.isASCII ? $0.hexDigitValue : nil }), digit < radix {
            let (product, tooGreat) = bytes.multipliedReportingOverflow(by: radix)
            let (sum, tooGreatStill) = product.addingReportingOverflow(UInt64(digit))
            guard !tooGreat, !tooGreatStill else { return nil }
            bytes = sum
            hasDigits = true
            rest = rest.dropFirst()
        }
        guard hasDigits else { return nil }
        if let unit = rest.first, let place = "kmgtpe".firstIndex(of: Character(unit.lowercased())) {
            let shift = 10 * ("kmgtpe".distance(from: "kmgtpe".startIndex, to: place) + 1)
            guard bytes.leadingZeroBitCount >= shift || bytes == 0 else { return nil }
            bytes <<= UInt64(shift)
            rest = rest.dropFirst()
        }
        return (bytes, rest)
    }
}

import ArgumentParser
import PhysicalMemory

/// Sizes on the command line: bytes, or with `K`, `M`, `G`, `T` (also `KiB` and so on) the power of 1024.
extension ByteCount: ExpressibleByArgument {
    public init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits) else { return nil }
        let shift: Int
        switch argument.dropFirst(digits.count).lowercased() {
        case "", "b": shift = 0
        case "k", "kb", "kib": shift = 10
        case "m", "mb", "mib": shift = 20
        case "g", "gb", "gib": shift = 30
        case "t", "tb", "tib": shift = 40
        default: return nil
        }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << shift)
        guard !overflow else { return nil }
        self.init(bytes)
    }
}

extension NodeID: ExpressibleByArgument {
    public init?(argument: String) {
        guard let number = Int(argument), 0..<NodeID.limit ~= number else { return nil }
        self.init(number)
    }
}

extension CPUID: ExpressibleByArgument {
    public init?(argument: String) {
        guard let number = Int(argument), 0..<CPUID.limit ~= number else { return nil }
        self.init(number)
    }
}

/// Frame numbers: decimal, or hexadecimal after `0x`.
extension PFN: ExpressibleByArgument {
    public init?(argument: String) {
        let isHexadecimal = argument.hasPrefix("0x") || argument.hasPrefix("0X")
        let digits = isHexadecimal ? argument.dropFirst(2) : argument[...]
        guard digits.first?.isHexDigit == true, let number = UInt64(digits, radix: isHexadecimal ? 16 : 10) else {
            return nil
        }
        self.init(number)
    }
}

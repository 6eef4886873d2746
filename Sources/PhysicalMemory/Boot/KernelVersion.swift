/// A kernel's version, as far as rules depend on it.
public struct KernelVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// 6 of 6.12.
    public var major: Int
    /// 12 of 6.12.
    public var minor: Int

    /// The version `major`.`minor`.
    public init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Reads `6.12`, and what may follow it in a release's name: `6.12.107+deb13-amd64`.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, let major = Int(parts[0]),
            let minor = Int(parts[1].prefix { $0.isASCII && $0.isNumber }), major >= 0
        else { return nil }
        self.init(major, minor)
    }

    /// The version whose semantics the model follows where a spec does not say: 6.12.
    public static let reference = KernelVersion(6, 12)

    /// Whether `a` comes before `b`.
    public static func < (a: KernelVersion, b: KernelVersion) -> Bool {
        (a.major, a.minor) < (b.major, b.minor)
    }
    /// As people write it: `6.12`.
    public var description: String { "\(major).\(minor)" }
}

extension KernelVersion: Codable {
    /// The version `major`.`minor`.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let version = KernelVersion(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "“\(text)” is no kernel version such as 6.12"))
        }
        self = version
    }

    /// Writes the form that ``init(from:)`` reads.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

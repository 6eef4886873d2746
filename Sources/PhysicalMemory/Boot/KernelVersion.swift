/// A kernel's version, as far as rules depend on it.
public struct KernelVersion: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    public var major: Int
    public var minor: Int

    public init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// The version whose semantics the model follows where a spec does not say: 6.12.
    public static let reference = KernelVersion(6, 12)

    public static func < (a: KernelVersion, b: KernelVersion) -> Bool {
        (a.major, a.minor) < (b.major, b.minor)
    }
    public var description: String { "\(major).\(minor)" }
}

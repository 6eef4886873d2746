import CHostShims

/// What this program was built from.
public enum Build {
    /// The version, as CHANGELOG.md counts.
    public static let version = "0.2.0"

    /// The commit; `nil` where the build was not told.
    public static var commit: String? {
        let text = String(cString: chost_commit())
        return text.isEmpty ? nil : text
    }
}

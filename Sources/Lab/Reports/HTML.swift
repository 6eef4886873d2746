import KernelFormats

/// HTML put together from parts that are closed when they should be: it is XML as well.
struct HTML: Sendable {
    private(set) var text = ""

    /// Text, in which nothing is a tag.
    mutating func add(_ words: String) { text += Self.escaped(words) }

    /// An element with what `body` adds.
    mutating func element(
        _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ body: (inout HTML) -> Void
    ) {
        text += "<\(name)\(Self.attributes(attributes))>"
        body(&self)
        text += "</\(name)>"
        if Self.blocks.contains(name) { text += "\n" }
    }

    mutating func element(_ name: String, _ attributes: KeyValuePairs<String, String>, _ words: String) {
        element(name, attributes) { $0.add(words) }
    }

    mutating func element(_ name: String, _ words: String) { element(name, [:], words) }

    /// An element without content.
    mutating func void(_ name: String, _ attributes: KeyValuePairs<String, String>) {
        text += "<\(name)\(Self.attributes(attributes))/>"
    }

    /// The style sheet, which is written here and has nothing to escape.
    mutating func style(_ sheet: String) { text += "<style>\n\(sheet)</style>\n" }

    private static let blocks: Set<String> = [
        "p", "h1", "h2", "h3", "table", "tr", "section", "details", "ul", "li", "svg", "head", "body", "figure",
    ]

    private static func attributes(_ pairs: KeyValuePairs<String, String>) -> String {
        pairs.map { " \($0.key)=\"\(escaped($0.value))\"" }.joined()
    }

    /// Text as it stands between tags and in quoted attributes.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in PrintableText.escaped(text).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            // Control characters are not allowed in either language.
            default: result.unicodeScalars.append(scalar.properties.generalCategory == .control ? "?" : scalar)
            }
        }
        return result
    }
}

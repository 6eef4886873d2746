/// Checks that a text is well-formed markup: every tag closed in its order, every attribute quoted, no stray `<`.
struct MarkupReader {
    struct Problem: Error, CustomStringConvertible {
        var description: String
    }

    struct Element: Hashable {
        var name: String
        var attributes: [String: String]
    }

    /// In the order of their opening tags.
    private(set) var elements: [Element] = []
    /// What is not tags, with the style sheet.
    private(set) var words = ""

    init(_ text: String) throws {
        var rest = Substring(text)
        guard rest.hasPrefix("<!DOCTYPE html>\n") else { throw Problem(description: "no doctype") }
        rest = rest.dropFirst("<!DOCTYPE html>\n".count)
        var open: [String] = []
        while let first = rest.first {
            guard first == "<" else {
                let part = rest.prefix { $0 != "<" }
                try checkEntities(part)
                words += part
                rest = rest.dropFirst(part.count)
                continue
            }
            guard let end = rest.firstIndex(of: ">") else { throw Problem(description: "a tag without end") }
            let tag = rest[rest.index(after: rest.startIndex)..<end]
            rest = rest[rest.index(after: end)...]
            if tag.hasPrefix("/") {
                guard open.popLast() == String(tag.dropFirst()) else {
                    throw Problem(description: "<\(tag)> out of order")
                }
                continue
            }
            let isVoid = tag.hasSuffix("/")
            let element = try Self.element(isVoid ? tag.dropLast() : tag)
            elements.append(element)
            if !isVoid { open.append(element.name) }
        }
        guard open.isEmpty else { throw Problem(description: "\(open) never closed") }
    }

    private static func element(_ tag: Substring) throws -> Element {
        let name = tag.prefix { $0.isLetter || $0.isNumber }
        guard !name.isEmpty else { throw Problem(description: "bad tag <\(tag)>") }
        var rest = tag.dropFirst(name.count)
        var attributes: [String: String] = [:]
        while !rest.isEmpty {
            guard rest.first == " ", let sign = rest.firstIndex(of: "=") else {
                throw Problem(description: "bad attribute in <\(tag)>")
            }
            let key = String(rest[..<sign].dropFirst())
            rest = rest[rest.index(after: sign)...]
            guard rest.first == "\"", let end = rest.dropFirst().firstIndex(of: "\""), !key.contains(" ") else {
                throw Problem(description: "unquoted attribute in <\(tag)>")
            }
            guard attributes.updateValue(String(rest.dropFirst()[..<end]), forKey: key) == nil else {
                throw Problem(description: "\(key) twice in <\(tag)>")
            }
            rest = rest[rest.index(after: end)...]
        }
        return Element(name: String(name), attributes: attributes)
    }

    private func checkEntities(_ part: Substring) throws {
        for piece in part.split(separator: "&", omittingEmptySubsequences: false).dropFirst() {
            guard ["amp;", "lt;", "gt;", "quot;"].contains(where: { piece.hasPrefix($0) }) else {
                throw Problem(description: "stray & before \(piece.prefix(10))")
            }
        }
    }
}

import Testing

/// A text checked against the rules of OpenMetrics 1.0.0 that pgdat's texts must keep.
struct OpenMetricsReader {
    struct Sample: Hashable {
        var name: String
        var labels: [String: String]
        var value: Double
    }

    struct Problem: Error, CustomStringConvertible {
        var description: String
    }

    private(set) var samples: [Sample] = []
    private(set) var types: [String: String] = [:]
    private var units: [String: String] = [:]
    private var helps: Set<String> = []
    private var family: String?

    init(_ text: String) throws {
        guard text.hasSuffix("\n# EOF\n") || text == "# EOF\n" else {
            throw Problem(description: "no # EOF at the end")
        }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast(2)
        for line in lines {
            if line.hasPrefix("# ") {
                try describe(line)
            } else {
                try sample(line)
            }
        }
        let keys = samples.map { "\($0.name)\($0.labels.sorted { $0.key < $1.key })" }
        guard Set(keys).count == keys.count else { throw Problem(description: "a sample twice") }
    }

    func value(_ name: String, _ labels: [String: String]) -> Double? {
        samples.first { $0.name == name && $0.labels == labels }?.value
    }

    private mutating func describe(_ line: Substring) throws {
        let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
        guard words.count == 4, Self.isName(words[2]) else { throw Problem(description: "bad line: \(line)") }
        let name = String(words[2])
        if family != name {
            guard types[name] == nil, !helps.contains(name) else { throw Problem(description: "\(name) in two places") }
            family = name
        }
        guard !samples.contains(where: { $0.name == name || $0.name == name + "_total" }) else {
            throw Problem(description: "\(line) after a sample")
        }
        switch words[1] {
        case "HELP": helps.insert(name)
        case "TYPE":
            guard ["gauge", "counter"].contains(words[3]), types[name] == nil else {
                throw Problem(description: "bad type: \(line)")
            }
            types[name] = String(words[3])
        case "UNIT":
            guard name.hasSuffix("_\(words[3])") else { throw Problem(description: "unit is no suffix: \(line)") }
            units[name] = String(words[3])
        default: throw Problem(description: "unknown: \(line)")
        }
    }

    private mutating func sample(_ line: Substring) throws {
        let name = line.prefix { $0 != "{" && $0 != " " }
        guard Self.isName(name), let family, let type = types[family] else {
            throw Problem(description: "a sample outside a family: \(line)")
        }
        guard name == (type == "counter" ? family + "_total" : family) else {
            throw Problem(description: "\(name) in family \(family)")
        }
        var rest = line.dropFirst(name.count)
        var labels: [String: String] = [:]
        if rest.first == "{" {
            rest.removeFirst()
            while true {
                let key = rest.prefix { $0 != "=" }
                rest = rest.dropFirst(key.count)
                guard Self.isName(key), rest.hasPrefix("=\"") else { throw Problem(description: "bad label: \(line)") }
                rest = rest.dropFirst(2)
                var value = ""
                while let next = rest.popFirst(), next != "\"" {
                    guard next == "\\" else {
                        value.append(next)
                        continue
                    }
                    switch rest.popFirst() {
                    case "n": value.append("\n")
                    case "\\": value.append("\\")
                    case "\"": value.append("\"")
                    default: throw Problem(description: "bad escape: \(line)")
                    }
                }
                guard labels.updateValue(value, forKey: String(key)) == nil else {
                    throw Problem(description: "label twice: \(line)")
                }
                let end = rest.popFirst()
                if end == "}" { break }
                guard end == "," else { throw Problem(description: "bad labels: \(line)") }
            }
        }
        // One blank and the number: nothing else, no time stamp.
        guard rest.first == " ", let value = Double(rest.dropFirst()), type == "gauge" || value >= 0 else {
            throw Problem(description: "bad value: \(line)")
        }
        samples.append(Sample(name: String(name), labels: labels, value: value))
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.first, first.isASCII, first.isLetter || first == "_" else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    }
}

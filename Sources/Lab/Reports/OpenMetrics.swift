/// A text in the OpenMetrics format, version 1.0.0, which Prometheus and node_exporter's textfile collector read.
///
/// Invariant: each family is written whole, with its HELP and TYPE first, and only once; no sample has a time stamp,
/// which the textfile collector would refuse.
///
/// Source: prometheus/OpenMetrics, `specification/OpenMetrics.md`.
public struct OpenMetrics: Sendable {
    public enum MetricType: String, Sendable {
        case gauge, counter
    }

    public struct Sample: Sendable {
        public var labels: [(name: String, value: String)]
        public var value: Double

        public init(_ labels: KeyValuePairs<String, String>, _ value: Double) {
            self.labels = labels.map { ($0.key, $0.value) }
            self.value = value
        }

        public init(_ labels: KeyValuePairs<String, String>, _ value: Int) { self.init(labels, Double(value)) }
    }

    private var body = ""

    public init() {}

    /// Adds a family; one without samples is left out.
    ///
    /// - Parameter name: without the unit, which is appended to it, as `_total` is to a counter's samples.
    public mutating func add(
        _ name: String, _ type: MetricType = .gauge, unit: String? = nil, help: String, _ samples: [Sample]
    ) {
        guard !samples.isEmpty else { return }
        let family = unit.map { "\(name)_\($0)" } ?? name
        body += "# HELP \(family) \(Self.escaped(help))\n# TYPE \(family) \(type.rawValue)\n"
        if let unit { body += "# UNIT \(family) \(unit)\n" }
        for sample in samples {
            body += family + (type == .counter ? "_total" : "")
            if !sample.labels.isEmpty {
                let labels = sample.labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
                body += "{" + labels.joined(separator: ",") + "}"
            }
            body += " \(Self.number(sample.value))\n"
        }
    }

    /// The whole text with its end mark.
    public var text: String { body + "# EOF\n" }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value == value.rounded() && value.magnitude < 0x1p53 ? String(Int(value)) : String(value)
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}

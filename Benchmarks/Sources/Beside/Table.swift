import Foundation

/// The least of all rounds, by allocator and pattern.
struct Table {
    private var best: [String: [String: Double]] = [:]
    private let names: [String]
    private var roundTrips: [Double] = []

    init(rounds: Int) throws {
        let contenders = Contender.all()
        names = contenders.map(\.name)
        for round in 0..<rounds {
            FileHandle.standardError.write(Data("round \(round + 1) of \(rounds)\n".utf8))
            for contender in contenders {
                let found = try contender.measure()
                roundTrips += [found["roundTripBefore"], found["roundTripAfter"]].compactMap(\.self).filter { $0 > 0 }
                best[contender.name, default: [:]].merge(found) { min($0, $1) }
            }
        }
    }

    var ratios: StoredRatios {
        StoredRatios(
            ratiosToC: Dictionary(
                uniqueKeysWithValues: Pattern.allCases.compactMap { pattern in
                    guard let ours = best["pgdat"]?[pattern.rawValue], let c = best["C"]?[pattern.rawValue] else {
                        return nil
                    }
                    return (pattern.rawValue, ours / c)
                }))
    }

    func text() -> String {
        var lines = ["nanoseconds per operation (an allocation or a free), the least of all rounds"]
        if let low = roundTrips.min(), let high = roundTrips.max() {
            lines.append(
                String(format: "a line's round trip between the two CPUs: %.0f to %.0f ns", low, high)
                    + (high > 2 * low ? "; they were near at times and far at others: two-CPU rows mix both" : ""))
        }
        lines.append(row("", names + ["pgdat/C"]))
        for pattern in Pattern.allCases where best["C"]?[pattern.rawValue] != nil {
            let cells = names.map { String(format: "%.2f", best[$0]?[pattern.rawValue] ?? .nan) }
            lines.append(
                row(pattern.title, cells + [String(format: "x%.2f", ratios.ratiosToC[pattern.rawValue] ?? .nan)]))
        }
        return lines.joined(separator: "\n")
    }

    func json() throws -> String {
        struct Report: Encodable {
            let nanosecondsPerOperation: [String: [String: Double]]
            let ratiosToC: [String: Double]
            let roundTripNanoseconds: [Double]
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let kept = best.mapValues { $0.filter { Pattern(rawValue: $0.key) != nil } }
        let report = Report(
            nanosecondsPerOperation: kept, ratiosToC: ratios.ratiosToC, roundTripNanoseconds: roundTrips)
        return String(decoding: try encoder.encode(report), as: UTF8.self)
    }

    private func row(_ title: String, _ cells: [String]) -> String {
        let head = title.padding(toLength: 40, withPad: " ", startingAt: 0)
        return head + cells.map { String(repeating: " ", count: max(1, 12 - $0.count)) + $0 }.joined()
    }
}

/// pgdat's time over C's, by pattern: what a baseline keeps, since nanoseconds depend on who else uses the machine.
struct StoredRatios: Codable {
    let ratiosToC: [String: Double]

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(self).write(to: URL(fileURLWithPath: path))
    }

    /// Says which patterns are worse than stored, and which could not be measured: with one CPU those of two.
    func holds(against path: String, tolerance: Double) throws -> Bool {
        let stored = try JSONDecoder().decode(Self.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        for pattern in stored.ratiosToC.keys.sorted() where ratiosToC[pattern] == nil {
            print("not measured here: \(pattern)")
        }
        let worse = stored.ratiosToC.filter { pattern, before in
            ratiosToC[pattern].map { $0 > before * (1 + tolerance) } ?? false
        }
        for (pattern, before) in worse.sorted(by: { $0.key < $1.key }) {
            print(
                String(format: "worse than stored: %@, x%.2f, was x%.2f", pattern, ratiosToC[pattern] ?? .nan, before))
        }
        return worse.isEmpty
    }
}

/// Damages a text as a bad copy, a cut or an enemy would.
public enum Mutator {
    private static let nasty = [
        "18446744073709551615", "9223372036854775807", "-9223372036854775808", "-1", "4294967296", "1000000000",
        "0x", "ffffffffffffffff", "", " ", "\n", "@@", "\u{0}", "255", "é", "-", ",", "0-", "0-1000000000", "%",
    ]

    public static func mutate(_ text: String, using random: inout some RandomNumberGenerator) -> String {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            guard !bytes.isEmpty else { break }
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<7, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.removeSubrange(place...)
            case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...40, using: &random)))
            case 3: bytes.insert(contentsOf: nasty.randomElement(using: &random)!.utf8, at: place)
            case 4: replaceNumber(&bytes, near: place, using: &random)
            case 5:
                let end = min(bytes.count, place + Int.random(in: 1...200, using: &random))
                bytes.insert(contentsOf: bytes[place..<end], at: place)
            default:
                let other = Int.random(in: 0..<bytes.count, using: &random)
                bytes.swapAt(place, other)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func replaceNumber(
        _ bytes: inout [UInt8], near place: Int, using random: inout some RandomNumberGenerator
    ) {
        let isDigit: (UInt8) -> Bool = { (48...57).contains($0) }
        guard let start = bytes[place...].firstIndex(where: isDigit) else { return }
        let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
        bytes.replaceSubrange(start..<end, with: nasty.randomElement(using: &random)!.utf8)
    }
}

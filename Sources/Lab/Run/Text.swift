import PhysicalMemory

/// Numbers for people.
public enum Text {
    /// `512 MiB`, `3.8 GiB`.
    public static func size(_ bytes: ByteCount) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        var value = Double(bytes.rawValue)
        var unit = 0
        while value.magnitude >= 1024 && unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return "\(decimal(value)) \(units[unit])"
    }

    /// `12345678` as `12.3 M`.
    public static func count(_ number: Int) -> String {
        let units = ["", " k", " M", " G", " T", " P"]
        var value = Double(number)
        var unit = 0
        while value.magnitude >= 10_000 && unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        return unit == 0 ? String(number) : decimal(value) + units[unit]
    }

    /// Three significant digits or all before the point; no zeros at the end.
    public static func decimal(_ value: Double) -> String {
        let places = value.magnitude >= 100 ? 0 : value.magnitude >= 10 ? 1 : 2
        let scale = [1.0, 10, 100][places]
        let rounded = (value * scale).rounded() / scale
        return rounded == rounded.rounded() && rounded.magnitude < 1e15 ? String(Int(rounded)) : String(rounded)
    }

    /// `text` with `?` for whatever would steer a terminal.
    public static func printable(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : Character($0) })
    }

    /// `text` at the right of a column.
    public static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// `text` at the left of a column.
    public static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// `0-3,8` for numbers in ascending order, as the kernel writes lists.
    public static func list(_ numbers: [Int]) -> String {
        var parts: [String] = []
        var index = 0
        while index < numbers.count {
            var last = index
            while last + 1 < numbers.count && numbers[last + 1] == numbers[last] + 1 { last += 1 }
            parts.append(last == index ? "\(numbers[index])" : "\(numbers[index])-\(numbers[last])")
            index = last + 1
        }
        return parts.joined(separator: ",")
    }
}

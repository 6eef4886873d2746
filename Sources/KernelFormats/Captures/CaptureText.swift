/// The text of a capture, sorted into sections whatever form it came in.
struct CaptureText {
    /// A section's name and the number of its picture, from 1.
    struct Key: Hashable {
        var name: String
        var picture: Int

        init(_ name: String, _ picture: Int = 1) {
            self.name = name
            self.picture = picture
        }
    }

    private(set) var sections: [Key: [TextLine]] = [:]
    /// Lines that belong to no section.
    private(set) var loose: [TextLine] = []
    private(set) var pictureCount = 1
    private(set) var problems = SkippedRecords()

    /// No capture has more pictures; a higher number is damage.
    private static let pictureLimit = 1000

    init() {}

    /// Sorts `lines` by `@@section` lines, or `## /path` headings, or not at all.
    init(_ lines: [TextLine]) {
        if lines.contains(where: { Self.title($0) != nil }) {
            sortBySections(lines)
        } else if lines.contains(where: { Self.path($0) != nil }) {
            sortByPaths(lines)
        } else {
            loose = lines
        }
    }

    /// The title in a line `@@title`; a patch's `@@ -1,7 +1,7 @@` is none.
    private static func title(_ line: TextLine) -> Substring? {
        guard line.text.hasPrefix("@@") else { return nil }
        let title = line.text.dropFirst(2).trimmed
        guard let first = title.first, first.isASCII, first.isLowercase, title.utf8.count < 60,
            title.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." })
        else { return nil }
        return title
    }

    private mutating func sortBySections(_ lines: [TextLine]) {
        var current: Key?
        var hasEnded = false
        for line in lines {
            guard let title = Self.title(line) else {
                if hasEnded { continue }
                if let current { sections[current, default: []].append(line) } else { loose.append(line) }
                continue
            }
            hasEnded = title == "end"
            if hasEnded { continue }
            var key = Key(String(title))
            if let dot = title.lastIndex(of: "."), let number = Int(title[title.index(after: dot)...]) {
                guard 1...Self.pictureLimit ~= number else {
                    problems.add(line.error(.outOfRange(field: "picture", value: String(number))))
                    current = Key("damaged")
                    continue
                }
                key = Key(String(title[..<dot]), number)
            }
            // A part in between that does not exist is an empty picture, so count only what is there.
            pictureCount = max(pictureCount, key.picture)
            if sections[key] != nil { problems.add(line.error(.duplicate(String(title.prefix(40))))) }
            sections[key] = []
            current = key
        }
        if !hasEnded, let last = lines.last { problems.add(last.error(.cutShort)) }
    }

    /// The path in a heading `## /proc/zoneinfo`, without the leading slash.
    private static func path(_ line: TextLine) -> Substring? {
        guard line.text.hasPrefix("## ") else { return nil }
        let path = line.text.dropFirst(3).trimmed
        guard path.contains("/"), !path.contains(" ") else { return nil }
        return path.first == "/" ? path.dropFirst() : path
    }

    private mutating func sortByPaths(_ lines: [TextLine]) {
        var path: Substring?
        var part: [TextLine] = []
        for line in lines {
            if let next = Self.path(line) {
                add(path: path, part)
                path = next
                part = []
            } else {
                part.append(line)
            }
        }
        add(path: path, part)
    }

    /// Adds the content of the file that is at `path` on a running machine.
    mutating func add(path: Substring?, _ lines: [TextLine]) {
        guard let path else {
            loose += lines
            return
        }
        let parts = path.split(separator: "/")
        guard let last = parts.last else { return }
        func append(_ section: String, _ lines: [TextLine]) { sections[Key(section), default: []] += lines }
        func named(_ name: String) -> [TextLine] {
            lines.filter { !$0.text.trimmed.isEmpty }.map {
                TextLine(file: $0.file, number: $0.number, text: "\(name) \($0.text)")
            }
        }
        if let node = parts.dropLast().last, node.hasPrefix("node"), Int(node.dropFirst(4)) != nil {
            append("nodes", named("\(node).\(last)"))
        } else if parts.dropLast().last == "node" {
            append("nodes", named(String(last)))
        } else if parts.dropLast().last == "cpu" {
            append("cpus", named(String(last)))
        } else if parts.dropLast().last == "vm" {
            append("sysctl", named(String(last)))
        } else if parts.count >= 2, parts[parts.count - 2] == "memblock" {
            append("memblock_\(last)", lines)
        } else {
            switch last {
            case "zoneinfo", "buddyinfo", "pagetypeinfo", "meminfo", "iomem", "cmdline", "version", "dmesg", "cpuinfo":
                append(String(last), lines)
            case "dmesg.txt", "kern.log": append("dmesg", lines)
            case "config", "config.gz": append("config", lines)
            default: append(String(path), lines)
            }
        }
    }

    /// Adds a line to the section that memory blocks are described in.
    mutating func addMemoryBlockLine(_ text: String, file: String) {
        sections[Key("memblocks"), default: []].append(TextLine(file: file, number: 1, text: text))
    }
}

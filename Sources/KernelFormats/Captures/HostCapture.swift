import PhysicalMemory

/// This host's capture, as one text.
public enum HostCapture {
    /// What the host says of its memory, in `@@section` form, as `Capture(parsing:name:)` reads it, and what could not
    /// be read. A reader without privilege gets no boot log and no addresses; the rest is there.
    ///
    /// Complexity: a read of each file; on hosts with many memory blocks most of the time goes to those.
    public static func text() -> (text: String, notes: [String]) {
        let folder = CaptureFolder("/")
        return (folder.text.sectionedText(), folder.notes)
    }
}

extension CaptureText {
    /// The order in which sections are written; others follow by name.
    private static let order = [
        "machine", "cmdline", "zoneinfo", "buddyinfo", "pagetypeinfo", "nodes", "cpus", "sysctl", "meminfo", "iomem",
        "memblocks", "memblock_memory", "version", "dmesg", "config",
    ]

    /// The first picture as one text of `@@` sections.
    func sectionedText() -> String {
        let names = sections.keys.filter { $0.picture == 1 }.map(\.name).sorted {
            (Self.order.firstIndex(of: $0) ?? Self.order.count, $0)
                < (Self.order.firstIndex(of: $1) ?? Self.order.count, $1)
        }
        var text = ""
        for name in names {
            text += "@@\(name)\n"
            for line in sections[Key(name)] ?? [] where name != "config" || KernelConfiguration.matters(line.text) {
                // A line of the host's own that looks like a section would end this one.
                text += line.text.hasPrefix("@@") ? " \(line.text)\n" : "\(line.text)\n"
            }
        }
        return text + "@@end\n"
    }
}

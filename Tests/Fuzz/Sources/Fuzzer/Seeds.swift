import FoundationEssentials
import KernelFormats
import PhysicalMemory

/// The inputs that fuzzing starts from: what real machines said, cut down to what is about memory.
struct Seeds {
    let folder: String

    func write(captures: some Sequence<String>) throws {
        for path in captures { try write(capture: path) }
        for preset in MachinePreset.allCases {
            try write(preset.spec.json(), .spec, preset.rawValue)
        }
        for (number, line) in Self.commandLines.enumerated() { try write(Array(line.utf8), .commandLine, "\(number)") }
    }

    private func write(capture path: String) throws {
        let name = String(path.split(separator: "/").last ?? "capture")
        let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        let sections = Self.sections(of: text)
        // A text without sections is a log, or what somebody sent to a mailing list.
        let log = sections["dmesg"] ?? (sections.isEmpty ? text : "")
        if !log.isEmpty { try write(Array(Self.memoryLines(log).utf8), .bootLog, name) }
        if let zones = sections["zoneinfo"] { try write(Array(zones.utf8), .zoneInfo, name) }
        if sections.isEmpty, text.contains("Node 0, zone") { try write(Array(text.utf8), .zoneInfo, name) }
        for target in [Target.capture, .verify] { try write(Array(Self.memoryLines(text).utf8), target, name) }
        if let spec = try? Capture(parsing: Array(text.utf8), name: name).machineSpec().spec {
            try write(spec.json(), .spec, name)
            if !spec.commandLine.isEmpty { try write(Array(spec.commandLine.utf8), .commandLine, name) }
        }
    }

    private func write(_ bytes: [UInt8], _ target: Target, _ name: String) throws {
        let above = "\(folder)/\(target.rawValue)"
        try FileManager.default.createDirectory(atPath: above, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: "\(above)/\(name)"))
    }

    /// The text under each `@@name` line; the first of each name.
    private static func sections(of text: String) -> [String: String] {
        var sections: [String: String] = [:]
        for part in ("\n" + text).components(separatedBy: "\n@@").dropFirst() {
            let name = part.prefix { $0 != "\n" }
            if sections[String(name)] == nil { sections[String(name)] = String(part.dropFirst(name.count + 1)) }
        }
        return sections
    }

    /// Without the log's lines about devices, which are most of it.
    private static func memoryLines(_ text: String) -> String {
        let words = ["mem", "Mem", "node", "Node", "NODE", "zone", "Zone", "SRAT", "DMA", "Normal", "pages", "Linux"]
        return text.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { line in !line.hasPrefix("[") || words.contains { line.contains($0) } }
            .joined(separator: "\n")
    }

    private static let commandLines = [
        "mem=3G memmap=512M$1G,1G!4G,64K#2G,16M@8G movablecore=80% kernelcore=1G numa=fake=2U cma=64M@1G",
        "hugepagesz=1G hugepages=1 hugepagesz=2M hugepages=0:4,1:8 default_hugepagesz=2M transparent_hugepage=never",
        "kernelcore=mirror movable_node numa=off sysctl.vm.min_free_kbytes=12345 hugetlb_cma=1G",
        "numa=fake=4*1G,512M numa=fake=8 kernelcore=30% memmap=exactmap",
        """
        quiet
        vm.min_free_kbytes=4096
        vm.watermark_scale_factor=500
        vm.lowmem_reserve_ratio=256 128 32 0 0
        vm.percpu_pagelist_high_fraction=8
        vm.watermark_boost_factor=15000
        vm.numa_zonelist_order=node
        """,
    ]
}

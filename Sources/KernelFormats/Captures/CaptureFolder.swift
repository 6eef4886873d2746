import FoundationEssentials
import Glibc
import PhysicalMemory

extension Capture {
    /// Reads the capture at `path`: a text file (`.gz` too), or a folder that mirrors a machine's `/proc` and `/sys`.
    /// `/` is the host itself.
    ///
    /// Throws where there is no such file or folder, or it cannot be read. Of a longer text only the first
    /// ``sizeLimit`` bytes are read; ``notes`` says so.
    public init(path: String) throws(FormatError) {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw FormatError(file: path, reason: .notFound)
        }
        if isFolder {
            let folder = CaptureFolder(path)
            self.init(folder.text, name: path)
            notes += folder.notes
            return
        }
        let (bytes, isWhole) = try InputFile.prefix(of: path, limit: Self.sizeLimit)
        self.init(parsing: bytes, name: path)
        if !isWhole { notes.append("\(path): only the first \(Self.sizeLimit) bytes were read") }
    }
}

extension Capture {
    /// Reads of this host only what changes while it runs: zones, free blocks, nodes and sysctls; not the boot log,
    /// the configuration and the memory blocks. Complexity: a read of a few files and five for each node.
    public static func hostState() -> Capture {
        let folder = CaptureFolder("/", onlyState: true)
        return Capture(folder.text, name: "host")
    }
}

/// Gathers the files of a folder that mirrors a machine.
struct CaptureFolder {
    private(set) var text = CaptureText()
    private(set) var notes: [String] = []
    private let root: String

    /// More memory blocks than this are not read.
    private static let blockLimit = 1 << 16
    private static let fileLimit = 1 << 24
    private static let procFiles = [
        "proc/zoneinfo", "proc/buddyinfo", "proc/pagetypeinfo", "proc/meminfo", "proc/iomem", "proc/cmdline",
        "proc/version", "proc/cpuinfo", "sys/kernel/debug/memblock/memory", "sys/devices/system/cpu/online",
    ]
    private static let logs = ["dmesg", "dmesg.txt", "var/log/dmesg", "var/log/kern.log"]
    private static let nodeFiles = ["cpulist", "cpumap", "distance", "meminfo", "numastat"]
    static let sysctls = [
        "min_free_kbytes", "watermark_scale_factor", "watermark_boost_factor", "lowmem_reserve_ratio",
        "percpu_pagelist_high_fraction", "percpu_pagelist_fraction", "numa_zonelist_order", "zone_reclaim_mode",
        "min_unmapped_ratio", "min_slab_ratio", "nr_hugepages",
    ]

    init(_ path: String, onlyState: Bool = false) {
        root = path.hasSuffix("/") ? path : path + "/"
        for file in Self.procFiles { add(file) }
        addNodes()
        for name in Self.sysctls { add("proc/sys/vm/\(name)") }
        if root == "/" { addKernelFacts() }
        if onlyState { return }
        addMemoryBlocks()
        if root == "/" {
            addHostFacts()
        } else {
            for log in Self.logs where text.sections[.init("dmesg")] == nil { add(log) }
            add("config")
            add("proc/config.gz")
        }
    }

    private func lines(_ file: String) -> [TextLine]? {
        let path = root + file
        guard let (bytes, _) = try? InputFile.prefix(of: path, limit: Self.fileLimit) else { return nil }
        return TextLine.lines(of: bytes, file: path)
    }

    private mutating func add(_ file: String) {
        guard let lines = lines(file) else { return }
        // `.gz` and the folder of a log are no part of what the file is.
        let path = file.hasPrefix("var/log/") ? String(file.dropFirst(8)) : file
        text.add(path: path[...], lines)
    }

    private func entries(_ folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: root + folder)) ?? []).sorted()
    }

    private mutating func addNodes() {
        let folder = "sys/devices/system/node"
        for entry in entries(folder) {
            if entry.hasPrefix("node"), Numbers.node(entry.dropFirst(4)) != nil {
                for file in Self.nodeFiles { add("\(folder)/\(entry)/\(file)") }
            } else if entry == "possible" || entry == "online" || entry.hasPrefix("has_") {
                add("\(folder)/\(entry)")
            }
        }
    }

    private mutating func addMemoryBlocks() {
        let folder = "sys/devices/system/memory"
        func value(_ file: String) -> String? {
            lines("\(folder)/\(file)")?.first.map { String($0.text.trimmed) }
        }
        guard let size = value("block_size_bytes") else { return }
        let file = root + folder
        text.addMemoryBlockLine("block_size_bytes \(size)", file: file)
        if let online = value("auto_online_blocks") {
            text.addMemoryBlockLine("auto_online_blocks \(online)", file: file)
        }
        let blocks = entries(folder).filter { $0.hasPrefix("memory") && Int($0.dropFirst(6)) != nil }
        if blocks.count > Self.blockLimit {
            notes.append("of \(blocks.count) memory blocks \(Self.blockLimit) were read")
        }
        for block in blocks.prefix(Self.blockLimit) {
            let node = entries("\(folder)/\(block)").first { $0.hasPrefix("node") && Int($0.dropFirst(4)) != nil }
            text.addMemoryBlockLine(
                "\(block) phys_index \(value("\(block)/phys_index") ?? "?")"
                    + " state \(value("\(block)/state") ?? "unknown")"
                    + " valid_zones \(value("\(block)/valid_zones") ?? "none") node \(node ?? "none")",
                file: file)
        }
    }

    /// What a running host says in other ways than by its files.
    private mutating func addHostFacts() {
        if let log = KernelLog.bytes(), !log.isEmpty {
            text.add(path: "dmesg", TextLine.lines(of: log, file: "dmesg"))
        } else {
            add("var/log/dmesg")
            if text.sections[.init("dmesg")] == nil { notes.append("the boot log is not readable") }
        }
        add("proc/config.gz")
        if text.sections[.init("config")] == nil, let release = Self.kernel?.release,
            let lines = lines("boot/config-\(release)")
        {
            text.add(path: "config", lines)
        }
    }

    private mutating func addKernelFacts() {
        guard let kernel = Self.kernel else { return }
        let facts = [
            "arch \(kernel.machine)", "kernel \(kernel.release)", "page_size \(sysconf(Int32(_SC_PAGESIZE)))",
        ]
        text.add(path: "machine", facts.map { TextLine(file: "uname", number: 1, text: $0) })
    }

    private static var kernel: (release: String, machine: String)? {
        var names = utsname()
        guard uname(&names) == 0 else { return nil }
        return (string(names.release), string(names.machine))
    }

    private static func string<Bytes>(_ bytes: Bytes) -> String {
        withUnsafeBytes(of: bytes) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

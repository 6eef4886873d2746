import Foundation
import KernelFormats
import PhysicalMemory
import TestSupport
import Testing

/// Texts as people published them: cut, re-wrapped, of all ages.
@Suite struct FieldCaptureTests {
    @Test func everyTextWithNodeRangesGivesAMachine() throws {
        guard let folder = Oracle.folder("field") else { return }
        let readme = try String(contentsOf: folder.appendingPathComponent("README.md"), encoding: .utf8)
        for text in Oracle.entries(of: folder, suffix: ".txt") {
            let name = text.deletingPathExtension().lastPathComponent
            let capture = try Capture(path: text.path)
            let row = readme.split(separator: "\n").first { $0.hasPrefix("| \(name) |") } ?? ""
            if ["node ranges", "zoneinfo", "SLIT"].contains(where: { row.contains($0) }) {
                #expect(try capture.machineSpec().spec.memory.isEmpty == false, "\(name)")
            } else {
                _ = try? capture.machineSpec()
            }
        }
    }

    @Test func aMailedLog() throws {
        let text = """
            > Dec 20 21:10:57 host kernel: Linux version 6.1.0 (x86_64-linux-gnu-gcc)
            > [    0.413031][    T0] Zone ranges:
            > [    0.414117][    T0]   DMA      [mem 0x0000000000001000-0x0000000000ffffff]
            > [    0.416522][    T0]   DMA32    [mem
            > 0x0000000001000000-0x00000000ffffffff]
            > [    0.418932][    T0]   Normal   empty
            > [    0.422454][    T0] Movable zone start for each node
            > [    0.424109][    T0] Early memory node ranges
            > [    0.425541][    T0]   node   0: [mem 0x0000000000001000-0x000000000009ffff]
            > [    0.428050][    T0]   node   3: [mem 0x000000001d000000-0x000000002cffffff]
            > [    0.435695][    T0] Initmem setup node 7 as memoryless
            @@ -1,7 +1,7 @@ a patch
            """
        let capture = Capture(parsing: Array(text.utf8), name: "mail")
        #expect(capture.problems.count == 0)
        #expect(capture.bootLog.zoneRanges.map(\.zone) == [.dma, .dma32, .normal])
        let spec = try capture.machineSpec().spec
        #expect(spec.memory.map(\.node) == [0, 3] && spec.nodes.map(\.id) == [0, 3, 7])
        #expect(spec.memoryIsAsBooted && spec.kernel == KernelVersion(6, 1))
        #expect(try capture.observed().movableStarts == [])
    }

    @Test func numactl() throws {
        let numactl = """
            available: 2 nodes (0,8)
            node 0 cpus: 0 1 2
            3 4
            node 0 size: 130210 MB
            node 8 cpus:
            node 8 size: 100 MB
            node distances:
            node   0   8
              0:  10  40
              8:  80  10
            """
        let spec = try Capture(parsing: Array(numactl.utf8), name: "n").machineSpec().spec
        #expect(spec.nodes.map(\.id) == [0, 8] && spec.nodes[0].cpus.count == 5)
        #expect(spec.nodes.map(\.distances) == [[10, 40], [80, 10]])
    }

    @Test func headingsWithPaths() throws {
        let headings = """
            ## /sys/devices/system/node/node0/cpumap
            00000000,0000000f
            ## /sys/devices/system/node/node0/distance
            10 255
            ## /sys/devices/system/node/node0/meminfo
            Node 0 MemTotal:     16554432 kB
            ## /sys/devices/system/node/node1/cpumap
            \0
            ## /sys/devices/system/node/node1/distance
            255 10
            ## /sys/devices/system/node/node1/meminfo
            Node 1 MemTotal:     16554432 kB
            """
        let capture = Capture(parsing: Array(headings.utf8), name: "h")
        let spec = try capture.machineSpec().spec
        #expect(capture.problems.count == 0)
        #expect(spec.nodes.map(\.cpus.count) == [4, 0] && spec.nodes[0].distances == [10, 255])
    }

    @Test func aFolderSaysWhatTheFileSays() throws {
        let name = "x86_64-6.12-n4-asym-b"
        let folder = try TemporaryFolder()
        for file in ["zoneinfo", "buddyinfo", "pagetypeinfo", "iomem", "meminfo", "cmdline"] {
            try folder.write(try Boots.section(file, of: name), "proc/\(file)")
        }
        try folder.write(try Boots.section("dmesg", of: name), "dmesg")
        try folder.write(try Boots.section("config", of: name), "config")
        for line in try Boots.section("sysctl", of: name).split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            if parts.count == 2, parts[1] != "absent" {
                try folder.write("\(parts[1])\n", "proc/sys/vm/\(parts[0])")
            }
        }
        var meminfo: [String: String] = [:]
        for line in try Boots.section("nodes", of: name).split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            let path = "sys/devices/system/node/" + parts[0].replacing(".", with: "/")
            let value = parts.count == 2 ? "\(parts[1])\n" : "\n"
            if path.hasSuffix("meminfo") {
                meminfo[path, default: ""] += value
            } else {
                try folder.write(value, path)
            }
        }
        for (path, text) in meminfo { try folder.write(text, path) }
        var spec = try Capture(path: folder.path).machineSpec().spec
        let expected = try Boots.capture(name).machineSpec().spec
        spec.name = expected.name
        #expect(spec == expected)
    }
}

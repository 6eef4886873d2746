import Foundation
import KernelFormats
import PhysicalMemory
import TestSupport
import Testing

/// Damage of every kind: what can be read is, the rest is named by file and line, nothing crashes.
@Suite struct DamagedCaptureTests {
    private func capture(_ text: String) -> Capture { Capture(parsing: Array(text.utf8), name: "damaged") }

    static let damages: [(String, Int)] = [
        ("@@nodes\nnode1000000000.cpulist 0-1\n@@end\n", 2),
        ("@@nodes\nnode0.cpulist 0-1000000000\n@@end\n", 2),
        ("@@nodes\nonline 0-99999\n@@end\n", 2),
        ("@@nodes\nnode0.distance 10 256\n@@end\n", 2),
        ("@@zoneinfo\nNode 1000000000, zone DMA\n@@end\n", 2),
        ("@@zoneinfo\nNode 0, zone Odd\n@@end\n", 2),
        ("@@zoneinfo\nNode 0, zone DMA\n  pages free 99999999999999999999\n@@end\n", 3),
        ("@@zoneinfo\nNode 0, zone DMA\n  protection: (0, 1\n@@end\n", 3),
        ("@@zoneinfo.1000000000\n@@end\n", 1),
        ("@@dmesg\nBIOS-e820: [mem 0x0000-0x00zz] usable\n@@end\n", 2),
        ("@@dmesg\nBIOS-e820: [mem 0x2000-0x1000] usable\n@@end\n", 2),
        ("@@dmesg\nACPI: SRAT: Node 4000 PXM 0 [mem 0x0-0xfff]\n@@end\n", 2),
        ("@@dmesg\nACPI: SRAT: Node 0 PXM 0 [mem 0x0-0x\n@@end\n", 2),
        ("@@memblocks\nblock_size_bytes 0\n@@end\n", 2),
        ("@@memblocks\nmemory0 phys_index zz state online\n@@end\n", 2),
        ("@@iomem\nzz-11 : System RAM\n@@end\n", 2),
        ("@@buddyinfo\nNode 0, zone DMA 1 2 x\n@@end\n", 2),
        ("@@memblock_memory\n 0: 0x0..zz 0 NONE\n@@end\n", 2),
        ("@@zoneinfo\n", 1),
    ]

    @Test(arguments: damages) func damageIsNamed(_ text: String, _ line: Int) throws {
        let problem = try #require(capture(text).problems.first.first)
        #expect(problem.file == "damaged" && problem.line == line)
        #expect(capture(text).problemNotes.count == 1 && capture(text).problemNotes[0].hasSuffix("\(problem)"))
    }

    @Test func emptyOrForeignTextIsNoMachine() {
        for text in ["", "\n", "@@", "@@end", "hello", "\u{0}\u{0}", "## /etc/passwd\nroot\n"] {
            #expect(throws: FormatError.self, "\(text)") { try capture(text).machineSpec() }
        }
    }

    @Test func missingSectionsLeaveTheRest() throws {
        let name = "x86_64-6.12-interleaved-4g"
        let whole = try Boots.text(name)
        for section in ["machine", "cmdline", "zoneinfo", "nodes", "config", "buddyinfo", "dmesg", "iomem"] {
            let text = whole.replacing("@@\(section)\n\(try Boots.section(section, of: name))", with: "")
            #expect(text.utf8.count < whole.utf8.count)
            let (spec, notes) = try capture(text).machineSpec()
            #expect(!spec.memory.isEmpty)
            // Another section says the same as these.
            let isReplaced = ["machine", "buddyinfo", "iomem", "cmdline"].contains(section)
            #expect(isReplaced || !notes.isEmpty, "\(section)")
        }
    }

    @Test func aCutFirmwareMapGivesWayToNodeRanges() throws {
        let lines = try Boots.text("x86_64-6.12-interleaved-4g").split(separator: "\n")
        let cut = lines.filter { !$0.contains("BIOS-e820: [mem 0x0000000100000000") }
        #expect(cut.count < lines.count)
        let spec = try capture(cut.joined(separator: "\n")).machineSpec().spec
        #expect(spec.memoryIsAsBooted && Set(spec.memory.map(\.node)) == [0, 1])
    }

    @Test func noiseIsReadUpToALimit() throws {
        let capture = try Capture(path: "/dev/zero")
        #expect(capture.notes.count == 1)
        #expect(throws: FormatError.self) { try Capture(path: "/nonexistent/capture.txt") }
    }

    @Test func addressesBeyondTheLimitDoNotOverflow() throws {
        let text = """
            BIOS-e820: [mem 0x0000000000000000-0xffffffffffffffff] usable
            Zone ranges:
              Normal [mem 0x0-0xffffffffffffffff]
            Early memory node ranges
              node 1023: [mem 0x0-0xffffffffffffffff]
            Node 0, zone Normal
              pages free 1
                spanned 4503599627370496
                present 4503599627370496
                managed 4503599627370496
              start_pfn: 4503599627370496
            """
        let spec = try capture(text).machineSpec().spec
        #expect(spec.memory.allSatisfy { $0.end.rawValue <= 1 << 56 })
    }

    @Test(arguments: ["spanned", "present", "managed", "start_pfn:", "free", "cma"])
    func greatNumbersDoNotOverflow(_ field: String) throws {
        let zones = """
            Node 0, zone Normal
              pages free 512
                spanned 1024
                present 1000
                managed 900
                cma 0
              start_pfn: 4096
            """
        for number in ["4503599627370496", "4503599627370495", "9223372036854775807", "-1", "0"] {
            let lines = zones.split(separator: "\n").map { line in
                line.contains("\(field) ") ? "  pages \(field) \(number)" : String(line)
            }
            guard let spec = try? capture(lines.joined(separator: "\n")).machineSpec().spec else { continue }
            _ = try? MachineLayout(booting: spec)
        }
    }

    @Test func mutationsNeverCrash() throws {
        var random = SeededGenerator(seed: 6)
        let names = ["i386-6.1-686-2g", "arm64-6.12-mirror-n2-2g-6g", "x86_64-6.12-uma-128m"]
        let texts = try names.map { name in
            // Most of a log is about devices.
            try Boots.text(name).split(separator: "\n").filter { !$0.hasPrefix("[") || $0.contains("mem") }
                .joined(separator: "\n")
        }
        for _ in 0..<60 {
            let mutated = capture(Mutator.mutate(texts.randomElement(using: &random)!, using: &random))
            for number in 1...min(3, mutated.pictures.count) {
                guard let spec = try? mutated.machineSpec(picture: number).spec else { continue }
                _ = try? MachineLayout(booting: spec)
                _ = try? mutated.pluggedMemory(picture: number)
                _ = try? mutated.observed(picture: number)
            }
        }
        let parts = try ["zoneinfo", "dmesg", "nodes"].map { try Boots.section($0, of: "x86_64-6.12-uma-128m") }
        for _ in 0..<100 {
            let mutated = capture(Mutator.mutate(parts.randomElement(using: &random)!, using: &random))
            if let spec = try? mutated.machineSpec().spec { _ = try? MachineLayout(booting: spec) }
        }
        for _ in 0..<300 {
            let line = "mem=3G memmap=512M$1G,1G!4G movablecore=80% kernelcore=1G numa=fake=2U cma=64M hugepages=4"
            _ = KernelParameters(Mutator.mutate(line, using: &random))
        }
    }
}

import Foundation
import KernelFormats
import PhysicalMemory
import TestSupport
import Testing

/// What is printed is what kernels print, and reads back.
@Suite struct PrinterTests {
    /// Lines that follow from the layout; the others are of the moment.
    private func fixedLines(_ zoneInfo: String) -> [String] {
        let keys = [
            "boost", "min", "low", "promo", "spanned", "present", "managed", "cma", "protection:", "cpu:", "batch:",
            "high_min:", "high_max:", "vm", "start_pfn:", "Node",
        ]
        return zoneInfo.split(separator: "\n").filter { line in
            keys.contains { line.split(separator: " ").first == $0[...] }
        }.map(String.init)
    }

    @Test(arguments: [
        ("x86_64-6.12-n2-memless0", 2), ("x86_64-6.12-n4-asym-b", 2), ("i386-6.1-pae-2g-movablecore-512m", 2),
    ])
    func zoneInfoIsTheKernels(_ name: String, _ picture: Int) throws {
        let capture = try Boots.capture(name)
        var spec = try capture.machineSpec(picture: picture).spec
        // What boot computed from less memory is not what is tested here.
        spec.sysctls["min_free_kbytes"] = capture.pictures[picture - 1].sysctls["min_free_kbytes"]
        let printed = fixedLines(try MachineLayout(booting: spec).zoneInfoText())
        let real = fixedLines(try Boots.section("zoneinfo.\(picture)", of: name))
        #expect(printed.count == real.count)
        for (ours, theirs) in zip(printed, real) { #expect(ours == theirs) }
    }

    @Test(arguments: [
        "x86_64-6.12-n2-2g-6g-movablecore-5g", "x86_64-6.12-n2-memless0", "x86_64-6.12-interleaved-4g",
        "riscv64-6.12-n2-2g-2g", "arm64-6.12-n2-16g-movablecore-80p",
    ])
    func everyLineOfTheBootLogIsTheKernels(_ name: String) throws {
        let log = try Boots.section("dmesg", of: name).split(separator: "\n").map { line in
            line.drop { $0 != "]" }.dropFirst(2).trimmingCharacters(in: .whitespaces)
        }
        let hasZonelists = log.contains { $0.hasPrefix("mminit::zonelist") }
        let text = try MachineLayout(booting: try Boots.capture(name).machineSpec().spec).bootLogText()
        for line in text.split(separator: "\n") {
            #expect(line.hasPrefix("[    0.000000] "))
            let message = line.dropFirst(15).trimmingCharacters(in: .whitespaces)
            if !hasZonelists, message.hasPrefix("mminit") { continue }
            #expect(log.contains(message), "\(message)")
        }
    }

    @Test(arguments: MachinePreset.allCases) func aPresetReadsBack(_ preset: MachinePreset) throws {
        let layout = try MachineLayout(booting: preset.spec)
        let text =
            "@@dmesg\n\(layout.bootLogText())@@zoneinfo\n\(layout.zoneInfoText())"
            + "@@buddyinfo\n\(layout.buddyInfoText())@@end\n"
        let capture = Capture(parsing: Array(text.utf8), name: "printed")
        #expect(capture.problems.count == 0, "\(capture.problems.first.prefix(2))")
        let observed = try capture.observed()
        for node in layout.nodes {
            for zone in node.zones {
                let read = try #require(observed.zones?.zone(node.id, zone.type))
                #expect(read.spanned == zone.spannedPages && read.managed == zone.managedPages)
                #expect(read.protection == zone.protection && read.low == zone.watermarks.low)
                #expect(zone.presentPages == 0 || read.startPFN == zone.startPFN)
                let blocks = capture.pictures[0].buddyInfo?.zones.first { $0.node == node.id && $0.type == zone.type }
                let frames = (blocks?.blocks ?? []).enumerated().reduce(0) { $0 + $1.element << $1.offset }
                #expect(frames == zone.managedPages.rawValue)
            }
        }
        #expect(observed.policyZone == layout.policyZone)
        #expect(observed.movableStarts?.map(\.node) == layout.movableStart.map(\.node))
        if layout.hasNUMA { #expect(observed.fallbackOrders[layout.nodes[0].id] == layout.nodes[0].fallbackOrder) }
    }

    @Test func liveCountsArePrinted() throws {
        let layout = try MachineLayout(booting: try Boots.capture("x86_64-6.12-uma-128m").machineSpec().spec)
        let text = layout.zoneInfoText { _, _ in
            LiveZone(
                freeBlocks: [7], free: 42, boost: 5, pagesets: [0: .init(count: 3, high: 9)],
                counters: [.init("nr_mlock", 6)])
        }
        let info = try #require(try Capture(parsing: Array(text.utf8), name: "live").observed().zones?.zones.first)
        #expect(info.free == 42 && info.boost == 5 && info.counters["nr_mlock"] == 6)
        #expect(info.pagesets[0].count == 3 && info.pagesets[0].high == 9)
        #expect(layout.buddyInfoText { _, _ in LiveZone(freeBlocks: [7, 1], free: 9) }.contains("      7      1 \n"))
    }

    @Test func freeBlocksFillTheirRangesExactly() {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<200 {
            var zone = ZoneLayout(type: .normal)
            let start = UInt64.random(in: 0..<5000, using: &random)
            let end = start + UInt64.random(in: 0..<5000, using: &random)
            zone.managedRanges = [PFN(start)..<PFN(end)]
            zone.managedPages = PageCount(Int(end - start))
            let blocks = LiveZone(booted: zone, maxOrder: 10).freeBlocks
            #expect(blocks.enumerated().reduce(0) { $0 + $1.element << $1.offset } == Int(end - start))
            // No two blocks could have been one.
            #expect(blocks.dropLast().allSatisfy { $0 <= 2 })
        }
    }
}

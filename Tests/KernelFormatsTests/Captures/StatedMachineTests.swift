import Foundation
import KernelFormats
import PhysicalMemory
import TestSupport
import Testing

/// What a text states of a machine is used, and never computed anew.
@Suite struct StatedMachineTests {
    private func layout(_ text: String) throws -> (layout: MachineLayout, notes: [String]) {
        let (spec, notes) = try Capture(parsing: Array(text.utf8), name: "text").machineSpec()
        return (try MachineLayout(booting: spec), notes)
    }

    private func section(_ name: String, of text: String) -> String? {
        guard let start = text.range(of: "@@\(name)\n") else { return nil }
        let rest = text[start.upperBound...]
        return String(rest[..<(rest.range(of: "\n@@")?.lowerBound ?? rest.endIndex)]) + "\n"
    }

    /// Of each boot, zoneinfo alone: each zone lies where it says, of as many frames as it says.
    @Test(arguments: Boots.paths) func zonesLieWhereZoneinfoSays(_ path: String) throws {
        let text = try #require(section("zoneinfo", of: String(contentsOfFile: path, encoding: .utf8)))
        let stated = try #require(Capture(parsing: Array(text.utf8), name: "zoneinfo").pictures[0].zoneInfo)
        let (layout, notes) = try layout(text)
        #expect(notes.contains { $0.contains("zones' spans") })
        for zone in stated.zones where zone.spanned ?? 0 > 0 {
            let found = try #require(layout.node(zone.node)?.zones.first { $0.type == zone.type })
            #expect(found.startPFN == zone.startPFN, "\(zone.node)/\(zone.type)")
            #expect(found.spannedPages == zone.spanned && found.presentPages == zone.present)
            #expect(found.managedPages == zone.managed)
        }
        let spanned = layout.nodes.flatMap(\.zones).count { $0.spannedPages > 0 }
        #expect(spanned == stated.zones.count { $0.spanned ?? 0 > 0 })
    }

    /// No frame is in two zones, even where spans overlap, so that the machine can be run.
    @Test func framesOfOverlappingSpansAreDisjoint() throws {
        let text = try #require(
            section(
                "zoneinfo",
                of: String(
                    contentsOfFile: Boots.paths.first { $0.contains("arm64-6.12-mirror") } ?? "", encoding: .utf8)))
        let ranges = try layout(text).layout.nodes.flatMap(\.zones).flatMap(\.presentRanges)
            .sorted { $0.lowerBound < $1.lowerBound }
        for (one, next) in zip(ranges, ranges.dropFirst()) { #expect(one.upperBound <= next.lowerBound) }
    }

    /// `MemTotal` of a node is what its zones manage; what is present is more, by how much nobody says.
    @Test func aNodesSizeIsWhatItsZonesManage() throws {
        let text = """
            ## /sys/devices/system/node/node0/meminfo
            Node 0 MemTotal:       12300016 kB
            ## /sys/devices/system/node/node1/meminfo
            Node 1 MemTotal:       16511064 kB

            """
        let (layout, notes) = try layout(text)
        let managed = layout.nodes.map { $0.zones.reduce(0) { $0 + $1.managedPages.rawValue } }
        #expect(managed == [12_300_016 / 4, 16_511_064 / 4])
        #expect(layout.nodes.allSatisfy { node in node.zones.allSatisfy { $0.managedPages <= $0.presentPages } })
        #expect(notes.contains { $0.contains("is what its zones manage") })
    }

    @Test(arguments: [
        ("processor : 0\nflags : fpu lm sse2\n", MachineSpec.Architecture.x86_64),
        ("processor : 0\nflags : fpu sse2\n", .i386),
        ("processor : 0\nCPU implementer : 0x41\nCPU architecture: 8\n", .arm64),
        ("Processor : ARMv7 Processor rev 10 (v7l)\nCPU architecture: 7\n", .other),
        ("processor : 0\ncpu : POWER9, altivec supported\n", .ppc64),
        ("vendor_id : IBM/S390\nprocessor 0: version = 00\n", .s390x),
        ("processor : 0\nhart : 0\nisa : rv64imafdc\n", .riscv64),
        ("processor : 0\nvendor : GenuineIntel\narchrev : 0\n", .other),
    ])
    func theArchitectureIsThatOfCpuinfo(_ text: String, _ architecture: MachineSpec.Architecture) throws {
        let folder = "## /proc/cpuinfo\n\(text)## /proc/meminfo\nMemTotal: 1048576 kB\n"
        #expect(try layout(folder).layout.architecture == architecture)
    }

    @Test func aMachineWithoutNodeFoldersHasTheCPUsThatRun() throws {
        let text = """
            ## /proc/cpuinfo
            processor : 0
            flags : lm
            ## /sys/devices/system/cpu/online
            0-2,5
            ## /proc/meminfo
            MemTotal: 1048576 kB

            """
        #expect(try layout(text).layout.nodes.map(\.cpus) == [[0, 1, 2, 5]])
    }

    @Test func cpusThatDoNotRunAreNotTheNodes() throws {
        let text = """
            ## /sys/devices/system/cpu/online
            0-1
            ## /sys/devices/system/node/node0/cpulist
            0-3
            ## /sys/devices/system/node/node0/meminfo
            Node 0 MemTotal: 1048576 kB

            """
        #expect(try layout(text).layout.nodes.map(\.cpus) == [[0, 1]])
    }

    /// EFI's setup data stay usable: such an update takes nothing away, one to another type does.
    @Test(arguments: [("usable", 0), ("reserved", 1)])
    func anUpdateThatLeavesMemoryUsableWithholdsNothing(_ type: String, _ count: Int) throws {
        let log = """
            [    0.000000] Linux version 6.12.0 (a@b) #1 SMP
            [    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff] usable
            [    0.000000] BIOS-e820: [mem 0x0000000000100000-0x000000007fffffff] usable
            [    0.000000] e820: update [mem 0x7e000000-0x7e00ffff] usable ==> \(type)

            """
        let (spec, _) = try Capture(parsing: Array(log.utf8), name: "log").machineSpec()
        #expect(spec.memory.count { $0.kind == .reserved } == count)
    }
}

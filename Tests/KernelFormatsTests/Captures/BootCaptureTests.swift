import Foundation
import KernelFormats
import PhysicalMemory
import TestSupport
import Testing

/// What is read of real kernels' captures.
@Suite struct BootCaptureTests {
    @Test(arguments: Boots.paths) func everyPictureOfTheCloneGivesAMachine(_ path: String) throws {
        let capture = try Capture(path: path)
        #expect(capture.problems.count == 0, "\(capture.problems.first.prefix(3))")
        for number in 1...capture.pictures.count {
            let (spec, _) = try capture.machineSpec(picture: number)
            #expect(spec.memory.contains { $0.kind == .usable } && !spec.nodes.isEmpty)
            #expect(spec.name == URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent)
            #expect(try capture.observed(picture: number).zones?.zones.isEmpty == false)
        }
        #expect(throws: FormatError.self) { try capture.machineSpec(picture: capture.pictures.count + 1) }
        #expect(throws: FormatError.self) { try capture.machineSpec(picture: 0) }
    }

    @Test func everyPictureOfTheOracleGivesAMachine() throws {
        guard let folder = Oracle.folder("boots") else { return }
        let readme = try String(contentsOf: folder.appendingPathComponent("README.md"), encoding: .utf8)
        for boot in Oracle.entries(of: folder, suffix: ".txt") {
            let name = boot.deletingPathExtension().lastPathComponent
            let capture = try Capture(path: boot.path)
            #expect(capture.problems.count == 0, "\(name): \(capture.problems.first.prefix(3))")
            let row = readme.split(separator: "\n").first { $0.hasPrefix("| `\(name)` |") } ?? ""
            let count = row.split(separator: "(").last.flatMap { Int($0.prefix { $0.isNumber }) }
            #expect(capture.pictures.count == (row.contains("pictures)") ? count : 1), "\(name)")
            for number in 1...capture.pictures.count { _ = try capture.machineSpec(picture: number) }
        }
    }

    @Test func twoNodesOfX86() throws {
        let capture = try Boots.capture("x86_64-6.12-n2-2g-6g-movablecore-5g")
        let (spec, notes) = try capture.machineSpec()
        #expect(notes == [])
        #expect(spec.architecture == .x86_64 && spec.kernel == KernelVersion(6, 12) && spec.pageSize == 4096)
        #expect(spec.commandLine.hasSuffix("movablecore=5G"))
        #expect(spec.affinity.map(\.node) == [0, 0, 1, 1])
        #expect(spec.nodes.map(\.cpus) == [[0, 1], [2, 3]])
        #expect(spec.nodes.map(\.distances) == [[10, 20], [20, 10]])
        #expect(spec.hasLegacyFirmwareArea && !spec.memoryIsAsBooted && spec.nodesAreAsBooted)
        #expect(spec.sysctls == [:])
        #expect(spec.configuration.hasNUMA && spec.configuration.hasZoneDevice && !spec.configuration.hasHighMem)
        #expect(spec.zoneInputs.first == .init(node: 0, zone: .dma, managedPages: 3840))
    }

    @Test func whatTheKernelReported() throws {
        let observed = try Boots.capture("x86_64-6.12-n2-2g-6g-movablecore-5g").observed()
        #expect(observed.zoneRanges.map(\.zone) == [.dma, .dma32, .normal, .device])
        #expect(observed.zoneRanges.last?.addresses == nil)
        #expect(observed.movableStarts?.isEmpty == false)
        #expect(observed.policyZone == .dma32)
        #expect(observed.fallbackOrders == [0: [0, 1], 1: [1, 0]])
        #expect(observed.zonelists.contains { !$0.isThisNode && $0.node == 1 && $0.zone == .movable })
        #expect(observed.states[.online] == [0, 1] && observed.states[.genericInitiator] == [])
        #expect(observed.freedKibibytes > 0)
        let zone = try #require(observed.zones?.zone(0, .dma))
        #expect(zone.spanned == 4095 && zone.present == 3998 && zone.startPFN == PFN(1))
        #expect(zone.protection.count == 5 && zone.pagesets.count == 4 && zone.pagesets[3].batch == 1)
        #expect(zone.promo != nil && zone.pagesets[0].highMin == nil && zone.pagesets[0].statThreshold != nil)
    }

    @Test func i386WithPAEAndWithout() throws {
        let spec = try Boots.capture("i386-6.1-pae-2g-movablecore-512m").machineSpec().spec
        #expect(spec.architecture == .i386PAE && spec.kernel == KernelVersion(6, 1))
        #expect(spec.lowmemBytes == ByteCount(225278 * 4096))
        #expect(spec.configuration.hasHighMem && !spec.configuration.hasNUMA && !spec.configuration.hasZoneDMA32)
        #expect(spec.nodes.count == 1 && spec.nodes[0].cpus == [0])
        let plain = try Boots.capture("i386-6.1-686-2g").machineSpec().spec
        #expect(plain.architecture == .i386 && plain.configuration.pageblockOrder == 10)
    }

    @Test func largePages() throws {
        let arm = try Boots.capture("arm64-6.12-16k-uma-1g").machineSpec().spec
        #expect(arm.pageSize == 16384 && arm.configuration.maxOrder == 11 && arm.configuration.pageblockOrder == 11)
        let power = try Boots.capture("ppc64le-6.12-64k-n2-2g-2g").machineSpec().spec
        #expect(power.pageSize == 65536 && power.configuration.maxOrder == 8 && power.architecture == .ppc64)
        #expect(power.configuration.pageblockOrder == 5)
    }

    @Test func mirroredMemory() throws {
        let spec = try Boots.capture("arm64-6.12-mirror-n2-2g-6g").machineSpec().spec
        #expect(spec.memory.map(\.isMirrored) == [true, false, false, true, false, true, false])
        #expect(spec.memory.map(\.node) == [0, 0, 1, 1, 1, 1, 1])
        #expect(spec.memoryIsAsBooted)
    }

    @Test func hotPluggableMemory() throws {
        let spec = try Boots.capture("x86_64-6.12-movable_node-n2").machineSpec().spec
        #expect(spec.affinity.contains { $0.node == 1 && $0.isHotPluggable })
        #expect(spec.affinity.allSatisfy { $0.node == 1 || !$0.isHotPluggable })
        #expect(!spec.kernelRanges.isEmpty)
    }

    @Test func aGenericInitiator() throws {
        let spec = try Boots.capture("x86_64-6.12-generic-initiator").machineSpec().spec
        #expect(spec.nodes.map(\.isGenericInitiator) == [false, false, true])
        #expect(spec.nodes[2].distances == [15, 25, 10])
    }

    @Test func writtenSysctlsAreInputs() throws {
        let capture = try Boots.capture("x86_64-6.12-sysctl-uma-min_free")
        #expect(capture.pictures.count == 8)
        let written = try capture.pictures.dropFirst().map { try #require($0.action?.sysctl) }
        for (offset, write) in written.enumerated() {
            #expect(try capture.machineSpec(picture: offset + 2).spec.sysctls["min_free_kbytes"] == write.value)
        }
        #expect(try capture.machineSpec(picture: 1).spec.sysctls == [:])
        let rewritten = try Boots.capture("x86_64-6.12-n4-asym-b")
        #expect(rewritten.pictures[1].action == .rewritten(["watermark_scale_factor", "lowmem_reserve_ratio"]))
        #expect(try rewritten.machineSpec(picture: 2).spec.sysctls == [:])
    }

    @Test func pluggedMemoryIsNamed() throws {
        let capture = try Boots.capture("x86_64-6.12-hotplug-manual")
        #expect(capture.pictures.count == 7)
        #expect(try capture.pluggedMemory(picture: 1) == [])
        let plugged = try capture.pluggedMemory(picture: 4)
        #expect(plugged.map(\.zone.zone) == [.normal, .normal, .movable, .movable])
        #expect(plugged[0].addresses == .gibibytes(4)..<ByteCount((4 << 30) + (128 << 20)))
        #expect(capture.pictures[2].action == .other("state online_kernel: memory32 memory33"))
        // The description stays that of boot.
        let zones = try capture.machineSpec(picture: 4).spec.zoneInputs.map(\.zone)
        #expect(zones == [.dma, .dma32])
    }

    @Test func theWordsOfNewKernels() throws {
        let capture = try Boots.capture("x86_64-7.2-n2-memonly")
        let (spec, _) = try capture.machineSpec()
        #expect(spec.kernel == KernelVersion(7, 2))
        #expect(spec.memory.count { $0.kind == .usable } == 3)
        let pagesets = try #require(try capture.observed().zones?.zones.first?.pagesets)
        #expect(pagesets.count == 4 && pagesets.allSatisfy { $0.highMin == 17 && $0.highMax == 120 })
    }

    @Test func aNodeWithoutMemory() throws {
        let capture = try Boots.capture("x86_64-6.12-n2-memless0")
        let spec = try capture.machineSpec().spec
        #expect(spec.nodes.map(\.id) == [0, 1] && spec.affinity.allSatisfy { $0.node == 1 })
        let span = try #require(try capture.observed().nodeSpans.first { $0.node == 0 })
        #expect(span.addresses == nil)
    }
}

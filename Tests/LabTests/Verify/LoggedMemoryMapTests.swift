import Foundation
import KernelFormats
import PhysicalMemory
import Testing

/// What kernels log of their memory map, against the model: page flags, node structures, deferred pages.
struct LoggedMemoryMapTests {
    /// Boots of the shared folder, else those that every clone has.
    private static var captures: [Capture] {
        get throws {
            let clone = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appendingPathComponent("KernelFormatsTests/Boots").path
            let folder = OracleBootsTests.names.isEmpty ? clone : OracleBootsTests.folder
            return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".txt") }.sorted()
                .map { name in
                    let data = try #require(FileManager.default.contents(atPath: "\(folder)/\(name)"))
                    return Capture(parsing: Array(data), name: name)
                }
        }
    }

    @Test func widthsNodesAndWorkersAreThoseOfTheLogs() throws {
        var (widths, structures, estimates, workers) = (0, 0, 0, 0)
        for capture in try Self.captures {
            let layout = try MachineLayout(booting: capture.machineSpec().spec)
            let log = capture.bootLog
            if let logged = log.pageFlagWidths {
                let flags = layout.pageFlags
                #expect(PageFlagsLayout.Field.allCases.map { flags.width($0) } == logged, "\(capture.name)")
                widths += 1
            }
            // Without the log's addresses the model must find the same nodes.
            var unknown = layout
            unknown.nodeData = [:]
            for (known, found) in zip(layout.nodeStructures, unknown.nodeStructures) where !known.sizeIsEstimated {
                #expect(known.home == found.home, "\(capture.name) node \(known.node)")
                structures += 1
                if known.size == found.size { estimates += 1 }
            }
            if layout.memoryMap.defersInitialization, !log.freed.isEmpty {
                #expect(
                    Set(layout.deferredInitialization.map(\.node)) == Set(log.deferredNodes), "\(capture.name)")
                workers += log.deferredNodes.count
            }
        }
        print("\(widths) page flag layouts, \(structures) node structures (\(estimates) sizes), \(workers) workers")
        #expect(widths > 0 && structures > 0 && workers > 0)
    }
}

import Foundation
import KernelFormats
import PhysicalMemory
import TestSupport
import Testing

/// What kernels log of their memory map, against the model: page flags, node structures, deferred pages.
struct LoggedMemoryMapTests {
    @Test func widthsNodesAndWorkersAreThoseOfTheLogs() throws {
        var (widths, structures, estimates, workers) = (0, 0, 0, 0)
        for boot in Oracle.entries(of: Oracle.folder("boots") ?? Oracle.carriedBoots, suffix: ".txt") {
            let capture = try Capture(parsing: Array(Data(contentsOf: boot)), name: boot.lastPathComponent)
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

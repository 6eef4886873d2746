import AccessCosts
import CHostShims
import Foundation
import HostNUMA
import Lab
import PhysicalMemory
import Testing

/// Runs take real memory and every CPU, so one at a time.
@Suite(.serialized) struct MachineRunTests {
    private func options(_ workload: Workload, operations: Int) -> RunOptions {
        var options = RunOptions()
        options.seconds = nil
        options.operations = operations
        options.perNode = .mebibytes(48)
        options.drive = DriveSettings(workload: workload)
        options.latency = nil
        return options
    }

    private func run(
        _ preset: MachinePreset, _ options: RunOptions, interrupt: InterruptFlag = InterruptFlag()
    ) async throws -> RunReport {
        let layout = try MachineLayout(booting: preset.spec)
        return try await RunPlan(layout, on: HostNUMA.Host.current(), options: options).execute(interrupt: interrupt)
    }

    private func expectSound(_ report: RunReport) {
        #expect(report.isSound, "\(report.audit) \(report.auditAfterRelease) \(report.faults)")
        let audit = report.audit
        #expect(audit.frames == audit.free + audit.pcp + audit.allocated + audit.reserved + audit.lost)
        #expect(report.nodes.reduce(0) { $0 + $1.presentPages } == audit.frames)
        var foreign = 0
        var missed = 0
        for stat in report.nodes.map(\.numastat) {
            #expect(stat.numaHit + stat.numaMiss == stat.localNode + stat.otherNode)
            foreign += stat.numaForeign
            missed += stat.numaMiss
        }
        #expect(foreign == missed)
        #expect(report.cpus.reduce(0) { $0 + $1.fallbacks } == missed)
        #expect(
            report.cpus.reduce(0) { $0 + $1.allocations }
                == report.nodes.reduce(0) { $0 + $1.numastat.numaHit + $1.numastat.numaMiss })
    }

    @Test(arguments: [
        MachinePreset.laptop, .twoSockets, .memoryOnly, .cpuOnly, .documentedArm, .documentedPC, .subNUMA,
    ])
    func mixedWorkOnAllCPUsLosesNothing(preset: MachinePreset) async throws {
        var options = options(.mixed, operations: 200_000)
        options.drive.taskMovesPerSecond = 1000
        let report = try await run(preset, options)
        expectSound(report)
        #expect(report.cpus.count == report.machine.cpus)
        #expect(report.cpus.allSatisfy { $0.operations > 0 })
        #expect(report.operations >= 200_000)
        #expect(report.audit.allocated > 0 && report.locality.heldFrames > 0)
        #expect(report.placement.backedBytes > 0)
        #expect(report.placement.onExpectedNode == report.placement.checkedPages)
    }

    @Test(arguments: [Workload.lifo, .batch]) func singlePagesAreServedFromTheLists(workload: Workload) async throws {
        let report = try await run(.twoSockets, options(workload, operations: 400_000))
        expectSound(report)
        for cpu in report.cpus {
            #expect(cpu.allocations == cpu.frees)
            #expect(cpu.fallbacks == 0)
            #expect(cpu.pcpHits + cpu.refills == cpu.allocations)
            let times = cpu.pairNanoseconds
            #expect(times.samples > 0)
            if let p50 = times.p50, let p99 = times.p99, let max = times.max { #expect(p50 <= p99 && p99 <= max) }
        }
    }

    @Test func aMachineLargerThanTheHostRunsWithoutMemoryBehindItsFrames() async throws {
        var options = options(.mixed, operations: 200_000)
        options.isBacked = false
        let report = try await run(.memoryOnly, options)
        expectSound(report)
        #expect(report.placement.backedBytes == 0 && report.placement.reason != nil)
        #expect(report.nodes.map(\.managedPages).reduce(0, +) > 15 << 20)
    }

    @Test func lifoNeedsOneRefill() async throws {
        var options = options(.lifo, operations: 100_000)
        options.cpus = [0]
        let report = try await run(.laptop, options)
        expectSound(report)
        #expect(report.cpus.map(\.cpu) == [0])
        #expect(report.cpus[0].refills == 1)
    }

    @Test func aFullNodeSpillsToTheNextOfItsZonelist() async throws {
        let layout = try MachineLayout(booting: MachinePreset.ring.spec)
        let report = try await run(.ring, options(.spill, operations: 400_000))
        expectSound(report)
        let next = try #require(layout.node(0)?.fallbackOrder.dropFirst().first)
        let stat = Dictionary(uniqueKeysWithValues: report.nodes.map { ($0.id, $0.numastat) })
        #expect(stat[0]?.numaForeign ?? 0 > 0)
        #expect(stat[next.rawValue]?.numaMiss == stat[0]?.numaForeign)
        for cpu in report.cpus where cpu.node != 0 { #expect(cpu.operations == 0) }
        #expect(report.locality.localWhenAllocated < report.locality.heldFrames)
    }

    @Test func theSameSeedDoesTheSame() async throws {
        var options = options(.mixed, operations: 50_000)
        options.cpus = [0]
        options.drive.seed = 42
        let first = try await run(.laptop, options)
        let second = try await run(.laptop, options)
        #expect(first.audit.allocated == second.audit.allocated && first.audit.pcp == second.audit.pcp)
        #expect(first.cpus[0].refills == second.cpus[0].refills)
        options.drive.seed = 43
        let third = try await run(.laptop, options)
        #expect(third.cpus[0].refills != first.cpus[0].refills || third.audit.allocated != first.audit.allocated)
    }

    @Test func anInterruptedRunReportsWhatWasDone() async throws {
        var options = options(.mixed, operations: 1)
        options.operations = nil
        options.seconds = 3600
        let interrupt = InterruptFlag()
        let layout = try MachineLayout(booting: MachinePreset.laptop.spec)
        let plan = try RunPlan(layout, on: HostNUMA.Host.current(), options: options)
        let report = try await plan.execute(interrupt: interrupt) { progress in
            if case .running(let operations, _) = progress, operations > 0 { interrupt.raise() }
        }
        #expect(report.interrupted)
        #expect(report.operations > 0)
        expectSound(report)
    }

    @Test func aRunInterruptedBeforeItBeginsIsSoundToo() async throws {
        let interrupt = InterruptFlag()
        interrupt.raise()
        var options = options(.mixed, operations: 1000)
        options.latency = .tiny
        let report = try await run(.laptop, options, interrupt: interrupt)
        #expect(report.interrupted)
        expectSound(report)
    }

    @Test func theHostRunsAndItsCostsAreMeasured() async throws {
        let host = try HostNUMA.Host.current()
        var options = options(.mixed, operations: 100_000)
        options.latency = .tiny
        // The host as its topology tells it: enough to have its nodes and CPUs stand for themselves.
        var spec = MachineSpec(name: "host")
        var address = 1 << 32
        for (row, node) in host.topology.nodes.enumerated() {
            spec.nodes.append(
                .init(
                    id: NodeID(node.id.rawValue), cpus: node.onlineCPUs.map { CPUID($0.rawValue) },
                    distances: host.topology.distances[row].map { $0 ?? 10 }))
            guard node.memoryTotal > 0 else { continue }
            spec.memory.append(
                .init(
                    start: ByteCount(address), end: ByteCount(address + 1 << 30), node: NodeID(node.id.rawValue)))
            address += 1 << 30
        }
        options.standsForHost = true
        let report = try await RunPlan(MachineLayout(booting: spec), on: host, options: options)
            .execute(interrupt: InterruptFlag())
        expectSound(report)
        #expect(report.cpus.map(\.cpu) == host.topology.cpus.map(\.rawValue))
        #expect(!report.oversubscribed)
        for cpu in report.cpus where cpu.isPinned {
            #expect(cpu.observedCPUs == [cpu.hostCPU] && cpu.cpu == cpu.hostCPU)
        }
        let costs = try #require(report.accessCosts)
        #expect(costs.cpuNodes == host.topology.cpuNodes.map(\.id.rawValue))
        let missing = costs.latencyNanoseconds.joined().count { $0 == nil }
        #expect(missing == costs.gaps.count)
        if !host.binding.mbind.works { #expect(!report.placement.bound && report.placement.reason != nil) }
    }

    @Test func withoutTheRightToBindItGoesOnAndSaysSo() async throws {
        // What a container's filter takes away is away for this thread alone, and it is the one that is asked.
        let thread = try PinnedExecutor(.anywhere, name: "filtered")
        let filtered = try await thread.run { () throws -> HostNUMA.Host? in
            let forbidden = Int32(CHOST_FORBID_MEMORY_POLICY.rawValue)
            return chost_forbid(forbidden, EPERM) == 0 ? try HostNUMA.Host.current() : nil
        }
        guard let host = filtered else {
            print("skipped: no system call filter can be set here")
            return
        }
        var options = options(.mixed, operations: 50_000)
        let layout = try MachineLayout(booting: MachinePreset.twoSockets.spec)
        let report = try await RunPlan(layout, on: host, options: options).execute(interrupt: InterruptFlag())
        expectSound(report)
        #expect(!report.placement.bound)
        #expect(report.placement.reason?.contains("mbind") == true)
        #expect(!report.placement.ways.contains("bound"))
        #expect(report.notes.contains { $0.contains("first touch") })
        options.requiresBinding = true
        #expect {
            try RunPlan(layout, on: host, options: options)
        } throws: { error in
            guard case .bindingRefused? = error as? RunError else { return false }
            return true
        }
    }

    @Test func theReportHasTheContractsKeys() async throws {
        var options = options(.mixed, operations: 20_000)
        options.latency = .tiny
        let report = try await run(.cpuOnly, options)
        let json = try #require(
            try JSONSerialization.jsonObject(with: JSONEncoder().encode(report)) as? [String: Any])
        func keys(_ value: Any?) -> Set<String> { Set((value as? [String: Any] ?? [:]).keys) }
        #expect(keys(json["machine"]).isSuperset(of: ["name", "nodes", "cpus", "frames"]))
        #expect(keys(json["placement"]).isSuperset(of: ["bound", "reason", "checkedPages", "onExpectedNode"]))
        #expect(
            keys(json["audit"]).isSuperset(
                of: ["frames", "free", "pcp", "allocated", "reserved", "lost", "duplicated"]))
        #expect(keys(json["accessCosts"]).isSuperset(of: ["latencyNanoseconds", "cpuNodes", "memoryNodes"]))
        #expect(json["interrupted"] as? Bool == false)
        let cpu = try #require((json["cpus"] as? [[String: Any]])?.first)
        #expect(
            Set(cpu.keys).isSuperset(of: [
                "cpu", "node", "hostCPU", "observedCPUs", "operations", "pairNanoseconds", "pcpHits", "refills",
                "zoneLockAcquisitions", "zoneLockContentions", "fallbacks",
            ]))
        #expect(keys(cpu["pairNanoseconds"]).isSuperset(of: ["p50", "p99", "max"]))
        let nodes = try #require(json["nodes"] as? [[String: Any]])
        for node in nodes {
            #expect(Set(node.keys).isSuperset(of: ["id", "hostNode", "numastat"]))
            #expect(
                keys(node["numastat"]) == [
                    "numaHit", "numaMiss", "numaForeign", "interleaveHit", "localNode", "otherNode",
                ])
        }
        // A node without memory stands on no node of the host.
        #expect(nodes[1]["hostNode"] is NSNull)
    }
}

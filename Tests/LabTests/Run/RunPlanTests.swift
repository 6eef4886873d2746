import HostNUMA
import Lab
import PhysicalMemory
import Testing

/// Plans on hosts that are described, not there: what is refused, and with which words.
@Suite struct RunPlanTests {
    private func node(_ id: Int, cpus: [Int], free: Int, isAllowed: Bool = true) throws -> HostNode {
        let numbers = try cpus.map { try #require(HostCPU(rawValue: $0)) }
        return HostNode(
            id: try #require(HostNodeID(rawValue: id)), onlineCPUs: numbers, cpus: numbers, memoryTotal: 4 << 30,
            memoryFree: free, isMemoryAllowed: isAllowed)
    }

    private func host(_ nodes: [HostNode]) throws -> Host {
        let here = try Host.current()
        return Host(
            topology: HostTopology(
                source: .sysfs, hasNUMA: true, nodes: nodes,
                distances: nodes.map { row in nodes.map { $0.id == row.id ? 10 : 20 } }, note: nil),
            binding: here.binding)
    }

    private let layout: MachineLayout

    init() throws { layout = try MachineLayout(booting: MachinePreset.documentedBanks.spec) }

    @Test func moreMemoryThanThereIsIsRefused() throws {
        let host = try host([node(0, cpus: [0, 1], free: 1 << 30)])
        var options = RunOptions()
        options.perNode = .gibibytes(3)
        #expect {
            try RunPlan(layout, on: host, options: options)
        } throws: { error in
            guard case .tooLittleMemory(let wanted, _, _)? = error as? RunError else { return false }
            return wanted >= .gibibytes(6) && !RunError.noCPU.isUsage
        }
    }

    @Test func lessIsTakenWhereLessIsFree() throws {
        let host = try host([node(0, cpus: [0], free: 256 << 20), node(1, cpus: [1], free: 4 << 30)])
        let plan = try RunPlan(layout, on: host, options: RunOptions())
        #expect(plan.backedBytes <= .mebibytes(2 * 128 + 2 * 16))
        #expect(plan.notes.contains { $0.contains("no more memory is to spare") })
    }

    @Test func unknownNumbersAreWrongUsage() throws {
        let host = try host([node(0, cpus: [0], free: 2 << 30)])
        var options = RunOptions()
        options.cpus = [77]
        #expect(throws: RunError.noSuchCPU(77)) { try RunPlan(layout, on: host, options: options) }
        options.cpus = nil
        options.nodes = [9]
        #expect(throws: RunError.noSuchNode(9)) { try RunPlan(layout, on: host, options: options) }
        #expect(RunError.noSuchNode(9).isUsage)
    }

    @Test func anUnreachableNodeIsNamedOrRefused() throws {
        let host = try host([
            node(0, cpus: [0], free: 2 << 30), node(1, cpus: [1], free: 2 << 30, isAllowed: false),
        ])
        var options = RunOptions()
        options.standsForHost = true
        let plan = try RunPlan(layout, on: host, options: options)
        #expect(plan.notes.contains { $0.contains("node 1") })
        options.nodes = [1]
        #expect {
            try RunPlan(layout, on: host, options: options)
        } throws: { error in
            guard case .nodeUnreachable(1, _)? = error as? RunError else { return false }
            return true
        }
    }

    @Test func aCPUThatMayNotBeUsedIsLeftOutOrRefused() throws {
        // The machine has CPUs 0 to 3; this process only 0 and 2.
        let host = try host([node(0, cpus: [0], free: 2 << 30), node(1, cpus: [2], free: 2 << 30)])
        var options = RunOptions()
        options.standsForHost = true
        let plan = try RunPlan(layout, on: host, options: options)
        #expect(plan.announcement.contains("pinned to CPU 0,2;"))
        options.cpus = [1]
        #expect(throws: RunError.cpuNotUsable(1)) { try RunPlan(layout, on: host, options: options) }
    }

    @Test func fewerNodesThanTheMachineHasAreShared() throws {
        let host = try host([node(0, cpus: [0], free: 4 << 30)])
        let plan = try RunPlan(layout, on: host, options: RunOptions())
        #expect(plan.notes.contains { $0.contains("several modelled nodes") })
        #expect(plan.notes.contains { $0.contains("by turns") })
    }
}

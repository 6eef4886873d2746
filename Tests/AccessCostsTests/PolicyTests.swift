import HostNUMA
import Testing

@testable import AccessCosts

@Suite struct PolicyTests {
    private func cost(
        _ policy: PolicyCost.Policy, _ work: PolicyCost.Work, _ value: Double, _ unit: String
    ) -> PolicyCost {
        PolicyCost(
            policy: policy, work: work, cpuNode: 0, otherNode: 1, value: Summary([value])!, unit: unit,
            localShare: policy == .local ? 1 : 0)
    }

    @Test func oneNodeShowsNothingAndSaysSo() async throws {
        let real = try Host.current()
        guard let home = real.topology.nodes.first(where: { $0.hasUsableMemory && !$0.cpus.isEmpty }) else {
            print("skipped: no node has both a CPU and memory for this process")
            return
        }
        var options = MeasureOptions.tiny
        options.comparesPolicies = true
        let report = try await MeasurePlan(
            on: Host(topology: topology([home]), binding: real.binding), options: options
        ).execute()
        let policies = try #require(report.policies)
        #expect(policies.figures.isEmpty && policies.verdict.contains("cannot be shown here"))
    }

    @Test func theVerdictNamesTheGreatestGainAndItsReason() {
        let verdict = Measurement.verdict([
            cost(.local, .chase, 80, "ns"), cost(.remote, .chase, 160, "ns"),
            cost(.local, .copy, 30, "GB/s"), cost(.remote, .copy, 20, "GB/s"),
        ])
        #expect(verdict.contains("2.0 times for dependent loads") && verdict.contains("1.5 times for copying"))
        #expect(verdict.contains("because"))
        let same = Measurement.verdict([cost(.local, .chase, 80, "ns"), cost(.remote, .chase, 81, "ns")])
        #expect(same.contains("not faster"))
        #expect(Measurement.verdict([]).contains("No pair"))
    }

    @Test func aPolicyThatCannotBeHadIsNamed() async throws {
        let real = try Host.current()
        guard real.binding.mbind.works,
            let home = real.topology.nodes.first(where: { $0.hasUsableMemory && !$0.cpus.isEmpty })
        else {
            print("skipped: memory cannot be bound here")
            return
        }
        // A second node that the kernel does not have: everything that needs it is missing, the rest is there.
        let other = node(home.id.rawValue + 100, online: [], cpus: [], total: 1 << 30, free: 1 << 29)
        var options = MeasureOptions.tiny
        options.comparesPolicies = true
        let report = try await MeasurePlan(
            on: Host(topology: topology([home, other]), binding: real.binding), options: options
        ).execute(
            allocator: PolicyWorkload(byteCount: 4096) { start, _ in
                nonisolated(unsafe) let start = start
                return { start.load(as: UInt8.self) == 0 ? 1 : 1 }
            })
        let policies = try #require(report.policies)
        #expect(Set(policies.figures.map(\.policy)).isSuperset(of: [.local, .preferred]))
        #expect(Set(policies.figures.filter { $0.policy == .local }.map(\.work)) == Set(PolicyCost.Work.allCases))
        #expect(policies.missing.contains { $0.hasPrefix("remote") })
    }

    @Test func updatesStayWithinTheMemory() {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 8 * 24, alignment: 64)
        defer { memory.deallocate() }
        memory.initializeMemory(as: UInt64.self, repeating: 7, count: 24)
        var updates = RandomUpdates(at: memory, byteCount: 8 * 20)
        #expect(updates.advance() > 0)
        // 16 is the largest power of two of words that fits.
        for word in 0..<24 {
            #expect((memory.load(fromByteOffset: word * 8, as: UInt64.self) == 7) == (word >= 16))
        }
    }
}

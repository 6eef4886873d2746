import PhysicalMemory
import Testing

/// Sizes of the per-CPU lists that somebody sets in place of the computed ones.
struct ListTunablesTests {
    private func lists(_ settings: [(String, String)]) throws -> [ZoneLayout.PerCPUTuning] {
        var layout = try MachineLayout(booting: MachinePreset.laptop.spec)
        for (name, value) in settings { try layout.set(sysctl: name, to: value) }
        return layout.retuned().nodes[0].zones.filter { $0.presentPages > 0 }.map(\.perCPU)
    }

    @Test func theyHoldForEveryZone() throws {
        for tuning in try lists([("pcp.batch", "7"), ("pcp.high", "100")]) {
            #expect(tuning == .init(batch: 7, highMin: 100, highMax: 100))
        }
        let computed = try lists([])
        for (tuning, before) in zip(try lists([("pcp.high_min", "0")]), computed) {
            #expect(tuning.highMin == 0 && tuning.highMax == before.highMax && tuning.batch == before.batch)
        }
    }

    @Test(arguments: [("pcp.batch", "0"), ("pcp.batch", "x"), ("pcp.high", "-1"), ("pcp.high_max", "9999999999")])
    func whatNoListCanHaveIsRefused(_ name: String, _ value: String) {
        #expect(throws: BootError.self) { try lists([(name, value)]) }
    }
}

import HostNUMA
import Lab
import PhysicalMemory
import TestSupport
import Testing

/// Each fault made on purpose is found, every time, and without it the same run is clean.
@Suite(.serialized) struct PlantedFaultTests {
    private func run(_ plant: PlantedFault?, seed: UInt64, threads: Int, _ workload: Workload) async throws
        -> StressReport
    {
        var options = StressOptions()
        options.run.seconds = nil
        options.run.operations = 8_000
        options.run.perNode = .mebibytes(16)
        options.run.drive.workload = workload
        options.run.drive.seed = seed
        options.run.drive.plant = plant
        options.threads = threads
        options.measuresRoundTrip = false
        return try await StressPlan(SmallMachine.layout(), on: Host.current(), options: options).execute(
            interrupt: InterruptFlag())
    }

    @Test(arguments: [(Workload.mixed, 1, 1...3), (.mixed, 2, 1...1), (.lifo, 2, 4...4)])
    func eachIsFoundEveryTime(_ workload: Workload, _ threads: Int, _ seeds: ClosedRange<UInt64>) async throws {
        for seed in seeds {
            let clean = try await run(nil, seed: seed, threads: threads, workload)
            #expect(clean.isSound && clean.plant == nil, "\(clean.errors)")
            for fault in PlantedFault.allCases {
                let report = try await run(fault, seed: seed, threads: threads, workload)
                #expect(report.plant?.caught == true && !report.isSound, "\(fault), seed \(seed)")
                #expect(!report.errors.contains { $0.contains("was not found") }, "\(report.errors)")
            }
        }
    }

    /// What is held twice is seen while it runs, not only by the audit.
    @Test func theOwnerWordsSeeAFrameHandedOutTwice() async throws {
        for fault in [PlantedFault.doubleFree, .earlyUnlock] {
            let report = try await run(fault, seed: 7, threads: 1, .mixed)
            #expect(report.errors.contains { $0.contains("handed out while somebody held it") }, "\(report.errors)")
            #expect(report.audit.duplicated > 0)
        }
        let lost = try await run(.lostFrame, seed: 7, threads: 1, .mixed)
        #expect(lost.audit.lost == 1 && lost.audit.duplicated == 0)
    }

    /// A lock that lets two in at once is found by the torture; the same torture of a good one is clean.
    @Test(.enabled(if: !isUnderThreadSanitizer, "the race is planted, and ThreadSanitizer would report it"))
    func aTortureFindsALockThatIsLetGoTooEarly() async throws {
        for target in TortureOptions.Target.allCases {
            var options = StressOptions()
            options.run.seconds = nil
            options.run.operations = 400_000
            options.threads = 2
            options.measuresRoundTrip = false
            options.torture = TortureOptions(target)
            // On one CPU nobody else would come while a holder is inside.
            options.run.drive.mischief.preemptedHolders = 0.01
            let clean = try await torture(options)
            #expect(clean.isSound, "\(clean.errors)")
            options.run.drive.plant = .earlyUnlock
            let broken = try await torture(options)
            #expect(broken.plant?.caught == true && !broken.isSound)
        }
    }

    private func torture(_ options: StressOptions) async throws -> StressReport {
        try await StressPlan(SmallMachine.layout(), on: Host.current(), options: options)
            .execute(interrupt: InterruptFlag())
    }
}

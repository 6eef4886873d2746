import Foundation
import PhysicalMemory
import Testing

/// A whole machine under every lock.
@Suite struct LockedMachineTests {
    /// More CPUs than the host is likely to have, which hand each other blocks to free.
    @Test(arguments: LockAlgorithm.allCases, [false, true])
    func nothingIsLostUnderAnyLock(lock: LockAlgorithm, measured: Bool) throws {
        let machine = try Machine(
            MachineLayout(booting: .nodes(2, mebibytes: 32)), lock: lock,
            lockStatistics: measured ? LockStatisticsOptions() : nil)
        #expect(machine.lock == lock)
        let drive = try Drive(machine, cpus: [0, 1, 2, 3])
        let operations = 4000
        let holdings = SharedList<[Holding]>()
        let atWork = DispatchGroup()
        for _ in 0..<4 { atWork.enter() }
        onThreads(4) { place in
            var driver = Driver(drive, place: place)
            _ = driver.run(operations: operations)
            machine.drain(CPUID((place + 1) % 4), on: CPUID(place))
            atWork.leave()
            atWork.wait()
            holdings.append(driver.holdings())
        }
        let audit = machine.audit(holding: holdings.elements.flatMap { $0 })
        #expect(audit.isClean, "\(audit)")
        #expect(machine.badPageCount == 0)
        if measured {
            for zone in machine.zoneLockStatistics() {
                let found = zone.statistics
                #expect(found.holds.count + found.switchedHolds.count == found.acquisitions)
                #expect(found.waits.count + found.switchedWaits.count == found.contentions)
                #expect(found.handOvers == found.contentions)
            }
        }
    }
}

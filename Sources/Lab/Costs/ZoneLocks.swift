import AccessCosts
import PhysicalMemory

/// The locks of pgdat's zones as work for `measure`: what a contended and a handed-over one costs.
public enum ZoneLocks {
    /// The zone lock as it is by default, and with the kernel's algorithm.
    public static let races = [LockAlgorithm.ttas, .queued].map { algorithm in
        LockWorkload(name: "zone lock (\(algorithm.rawValue))") {
            let pattern = LockPattern(algorithm, asZoneLock: true)
            return LockWorkload.Race(address: pattern.address) { times, cpu, node in
                pattern.run(times, cpu: cpu, node: NodeID(node))
            } handOver: { times, place, places, cpu, node in
                pattern.runByTurns(times, place: place, of: places, cpu: cpu, node: NodeID(node))
            }
        }
    }
}

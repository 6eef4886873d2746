import KernelFormats
import PhysicalMemory

/// A trace of a real kernel's page allocator, ready to be replayed by the model.
public struct Replay: Sendable {
    public let trace: AllocationTrace
    private let layout: MachineLayout

    /// Throws where the model has no machine like the trace's.
    public init(_ trace: AllocationTrace) throws(ReplayError) {
        self.trace = trace
        layout = try MachineLayout(trace.machine)
    }

    func start(observer: ReplayObserver? = nil) throws(ReplayError) -> Replayer {
        let machine: Machine
        do throws(MachineError) {
            machine = try Machine(layout, contents: .nothing)
        } catch {
            throw .machine(error)
        }
        let names = machine.zoneNames
        var numbers: [Int] = []
        for zone in trace.machine.zones {
            let name = ZoneName(node: zone.node, zone: layout.zoneTypes[zone.index])
            guard let number = names.firstIndex(of: name) else {
                throw .unsupported("zone \(zone.type.kernelName) of node \(zone.node)")
            }
            numbers.append(number)
        }
        var images = Array(repeating: ZoneImage(), count: names.count)
        for (zone, number) in zip(trace.initial.zones, numbers) { images[number] = ZoneImage(zone) }
        machine.load(images)
        return Replayer(trace, machine: machine, zoneNumbers: numbers, observer: observer)
    }
}

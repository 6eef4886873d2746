/// What makes a ``MachineSpec`` impossible to lay out.
public enum BootError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The page size is not a power of two from 4 KiB to 1 MiB.
    case pageSize(ByteCount)
    /// An order of the configuration is outside what the model has room for.
    case order(key: String, Order)
    /// An entry of `memory`, `affinity` or `kernelRanges`, counted from 0, has its end not after its start, or lies
    /// outside the physical address space.
    case range(key: String, index: Int)
    /// A node number is negative or not below ``NodeID/limit``.
    case node(NodeID)
    /// A node is described twice.
    case duplicateNode(NodeID)
    /// A CPU number is negative or not below ``CPUID/limit``.
    case cpu(CPUID, node: NodeID)
    /// A distance is outside 0 ... 255.
    case distance(Int, from: NodeID)
    /// A number of the memory map's options makes no sense.
    case memoryMap(key: String, Int, ClosedRange<Int>)
    /// A node's structure ends before it begins, or lies outside the physical address space.
    case nodeStructure(NodeID)
    /// No frame of the map is usable.
    case noUsableMemory
    /// `managedPages` of a zone is negative.
    case managedPages(ZoneName, PageCount)
    /// A zone's extent is empty, lies outside the physical address space, or has more frames present than spanned.
    case extent(ZoneName)
    /// A sysctl's value is not a number in the kernel's range for it.
    case sysctl(name: String, value: String)
    /// No sysctl or tunable of this name is modelled.
    case unknownSysctl(String)

    /// What is wrong, in words for people.
    public var description: String {
        switch self {
        case .pageSize(let size): "pageSize: \(size) is not a power of two from 4096 to 1048576"
        case .order(let key, let order): "configuration.\(key): \(order) is out of range"
        case .range(let key, let index): "\(key)[\(index)]: empty, reversed or outside the physical address space"
        case .node(let node): "node \(node) is outside 0 ..< \(NodeID.limit)"
        case .duplicateNode(let node): "nodes: node \(node) is described twice"
        case .cpu(let cpu, let node): "nodes: CPU \(cpu) of node \(node) is outside 0 ..< \(CPUID.limit)"
        case .distance(let distance, let node): "nodes: distance \(distance) of node \(node) is outside 0 ... 255"
        case .memoryMap(let key, let value, let range):
            "configuration.memoryMap.\(key): \(value) is outside \(range.lowerBound) ... \(range.upperBound)"
        case .nodeStructure(let node): "nodes: the structure of node \(node) has no such place"
        case .noUsableMemory: "memory: no usable frame"
        case .managedPages(let zone, let count):
            "zoneInputs: node \(zone.node) zone \(zone.zone.kernelName) cannot manage \(count) pages"
        case .extent(let zone): "zoneInputs: node \(zone.node) zone \(zone.zone.kernelName) cannot lie there"
        case .sysctl(let name, let value): "\(name): the kernel does not take the value “\(value)”"
        case .unknownSysctl(let name): "\(name): not modelled"
        }
    }
}

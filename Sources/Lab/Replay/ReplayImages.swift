import KernelFormats
import PhysicalMemory

extension ZoneImage {
    init(_ zone: AllocatorState.Zone) {
        self.init()
        freePages = zone.free
        differences = zone.differences
        flags = UInt32(truncatingIfNeeded: zone.flags)
        watermarkBoost = zone.boost
        reservedHighatomic = zone.reservedHighatomic
        freeHighatomic = zone.freeHighatomic
        blockTypes = zone.blockTypes
        freeLists = zone.freeLists
        perCPU = zone.perCPU.map { PerCPUImage($0) }
    }
}

extension PerCPUImage {
    init(_ lists: AllocatorState.PerCPU) {
        self.init()
        count = lists.count
        high = lists.high
        highMin = lists.highMin
        highMax = lists.highMax
        batch = lists.batch
        previousFreeWasHighOrder = lists.flags & 1 != 0
        freesHighOrderInBatches = lists.flags & 2 != 0
        allocFactor = lists.allocFactor
        freeCount = lists.freeCount
        expire = lists.expire
        self.lists = lists.lists
    }
}

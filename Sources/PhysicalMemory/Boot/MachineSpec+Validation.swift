extension MachineSpec {
    /// Throws what makes the spec impossible to lay out, if anything does.
    func validate() throws(BootError) {
        let size = pageSize.rawValue
        guard size >= 4096, size <= 1 << 20, size & (size - 1) == 0 else { throw .pageSize(pageSize) }
        let orders = 0..<Order.greatestCount
        guard orders ~= configuration.maxOrder.rawValue else {
            throw .order(key: "maxOrder", configuration.maxOrder)
        }
        guard 0...configuration.maxOrder.rawValue ~= configuration.pageblockOrder.rawValue else {
            throw .order(key: "pageblockOrder", configuration.pageblockOrder)
        }
        let map = configuration.memoryMap ?? MemoryMapOptions()
        for (key, value, range) in [
            ("nodesShift", map.nodesShift, 0...16), ("cpuLimit", map.cpuLimit, 1...1 << 20),
            ("flagCount", map.flagCount, 0...64), ("physicalBits", map.physicalBits, 32...56),
        ] where !(range ~= value) { throw .memoryMap(key: key, value, range) }
        try validateRanges()
        try validateNodes()
    }

    private func validateRanges() throws(BootError) {
        for (index, range) in memory.enumerated() {
            try Self.validate(range.start, range.end, key: "memory", index)
            try Self.validate(range.node)
        }
        for (index, range) in affinity.enumerated() {
            try Self.validate(range.start, range.end, key: "affinity", index)
            try Self.validate(range.node)
        }
        for (index, range) in (contiguousRanges ?? []).enumerated() {
            try Self.validate(range.start, range.end, key: "contiguousRanges", index)
        }
        for (index, range) in kernelRanges.enumerated() {
            try Self.validate(range.start, range.end, key: "kernelRanges", index)
        }
    }

    private func validateNodes() throws(BootError) {
        var described = NodeMask()
        for node in nodes {
            try Self.validate(node.id)
            guard !described.contains(node.id) else { throw .duplicateNode(node.id) }
            described.insert(node.id)
            for cpu in node.cpus where !(0..<CPUID.limit ~= cpu.rawValue) { throw .cpu(cpu, node: node.id) }
            if let place = node.structure {
                guard place.start.rawValue >= 0, place.end > place.start,
                    place.end.rawValue <= Int(FirmwareMap.addressLimit)
                else { throw .nodeStructure(node.id) }
            }
            for distance in node.distances where !(0...255 ~= distance) {
                throw .distance(distance, from: node.id)
            }
        }
        for input in zoneInputs {
            try Self.validate(input.node)
            guard input.managedPages.rawValue >= 0 else {
                throw .managedPages(ZoneName(node: input.node, zone: input.zone), input.managedPages)
            }
            if let extent = input.extent {
                let limit = UInt64(FirmwareMap.addressLimit) / UInt64(pageSize.rawValue)
                guard extent.startPFN.rawValue < limit, extent.spannedPages.rawValue > 0,
                    UInt64(extent.spannedPages.rawValue) <= limit - extent.startPFN.rawValue,
                    0...extent.spannedPages.rawValue ~= extent.presentPages.rawValue
                else { throw .extent(ZoneName(node: input.node, zone: input.zone)) }
            }
        }
    }

    private static func validate(_ node: NodeID) throws(BootError) {
        guard 0..<NodeID.limit ~= node.rawValue else { throw .node(node) }
    }

    private static func validate(
        _ start: ByteCount, _ end: ByteCount, key: String, _ index: Int
    ) throws(BootError) {
        guard start.rawValue >= 0, end > start, end.rawValue <= Int(FirmwareMap.addressLimit) else {
            throw .range(key: key, index: index)
        }
    }
}

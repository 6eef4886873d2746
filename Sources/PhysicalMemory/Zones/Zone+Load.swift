extension Zone {
    /// Brings the zone, which was opened with ``Machine/Contents/nothing``, into a recorded state.
    ///
    /// Every listed block must lie within the zone, aligned, and overlap no other. Complexity: O(listed frames).
    borrowing func load(_ image: ZoneImage) {
        let held = areas.acquire()
        let start = span.lowerBound & ~(FrameOffset(1) << FrameOffset(pageblockOrder) - 1)
        for (block, type) in image.blockTypes.enumerated() {
            guard let type else { continue }
            frames.setMigrateType(of: start + FrameOffset(block) << FrameOffset(pageblockOrder), to: type.rawValue)
        }
        for (order, lists) in image.freeLists.enumerated() where order <= maxOrder {
            for (type, list) in lists.enumerated() where type < FreeAreas.typeCount {
                for pfn in list {
                    let frame = frames.offset(pfn.rawValue)
                    disown(frame, order)
                    held.value.insert(frame, order, UInt8(type), toTail: true, self)
                }
            }
        }
        freePages.store(image.freePages.rawValue)
        for (cpu, difference) in image.differences.enumerated() where cpu < differences.count {
            differences[cpu].store(difference.rawValue)
        }
        flags.replace(image.flags, in: ZoneFlags.kernelBits)
        setBoost(image.watermarkBoost.rawValue)
        reservedHighatomic.store(image.reservedHighatomic.rawValue)
        withheld.addAsOnlyWriter(image.freeHighatomic.rawValue - freeHighatomic.load())
        freeHighatomic.store(image.freeHighatomic.rawValue)
    }

    /// Makes the frames of a block nobody's.
    borrowing func disown(_ frame: FrameOffset, _ order: Int) {
        for other in frame..<frame + FrameOffset(1) << FrameOffset(order) {
            frames[other].claim = 0
            frames[other].flags.store(PageFlags.initial(zone: number))
        }
    }

    /// The zone's state but for its per-CPU lists. Complexity: O(free blocks).
    borrowing func image(cpus: Int) -> ZoneImage {
        let held = areas.acquire()
        var image = ZoneImage()
        image.freePages = PageCount(freePages.load())
        image.differences = (0..<cpus).map { PageCount(differences[$0].load()) }
        image.flags = flags.load() & ZoneFlags.kernelBits
        image.watermarkBoost = PageCount(watermarkBoost.load())
        image.reservedHighatomic = PageCount(reservedHighatomic.load())
        image.freeHighatomic = PageCount(freeHighatomic.load())
        if !span.isEmpty {
            let shift = FrameOffset(pageblockOrder)
            image.blockTypes = (span.lowerBound >> shift...(span.upperBound - 1) >> shift).map {
                MigrateType(rawValue: frames.migrateType(of: $0 << shift))
            }
        }
        image.freeLists = (0...maxOrder).map { order in
            MigrateType.allCases.map { held.value.list(order, $0.rawValue).members(frames) }
        }
        return image
    }
}

extension PerCPUPages {
    /// Brings the lists into a recorded state.
    borrowing func load(_ image: PerCPUImage) {
        let held = lists.acquire()
        for (number, list) in image.lists.enumerated() where number < PerCPULists.listCount {
            let order = number < 12 ? number / 3 : zone.value.hugePageOrder
            for pfn in list {
                let frame = zone.value.frames.offset(pfn.rawValue)
                zone.value.disown(frame, order)
                held.value.append(frame, number, zone.value.frames)
                held.value.tally.add(1 << order)
            }
        }
        held.value.high = image.high.rawValue
        held.value.highMin = image.highMin.rawValue
        held.value.highMax = image.highMax.rawValue
        held.value.batch = image.batch.rawValue
        held.value.tally.previousFreeWasHighOrder = image.previousFreeWasHighOrder
        held.value.freesHighOrderInBatches = image.freesHighOrderInBatches
        held.value.tally.allocFactor = image.allocFactor
        held.value.tally.freeCount = image.freeCount
        held.value.expire = image.expire
    }

    /// Complexity: O(blocks in the lists), O(1) without them.
    borrowing func image(withLists: Bool = true) -> PerCPUImage {
        let held = lists.acquire()
        var image = PerCPUImage()
        image.count = PageCount(held.value.count)
        image.high = PageCount(held.value.high)
        image.highMin = PageCount(held.value.highMin)
        image.highMax = PageCount(held.value.highMax)
        image.batch = PageCount(held.value.batch)
        image.previousFreeWasHighOrder = held.value.tally.previousFreeWasHighOrder
        image.freesHighOrderInBatches = held.value.freesHighOrderInBatches
        image.allocFactor = held.value.tally.allocFactor
        image.freeCount = held.value.tally.freeCount
        image.expire = held.value.expire
        if withLists {
            image.lists = (0..<PerCPULists.listCount).map { held.value.members(of: $0, zone.value.frames) }
        }
        return image
    }
}

extension PerCPULists {
    /// The first frames of a list's blocks, head first. Complexity: O(length).
    fileprivate func members(of list: Int, _ frames: NodeFrames) -> [PFN] {
        (0..<length(of: list)).map { PFN(frames.pfn(block($0, of: list))) }
    }
}

extension FrameList {
    /// The first frames of the blocks, head first. Complexity: O(length). The list's lock is held.
    func members(_ frames: NodeFrames) -> [PFN] {
        var members: [PFN] = []
        var frame = first
        while frame != .none {
            members.append(PFN(frames.pfn(frame)))
            frame = frames[frame].next
        }
        return members
    }
}

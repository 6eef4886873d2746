/// A fault made on purpose, to see that the checks find it.
///
/// Nothing of it stands in the allocator's own paths. Between two chunks of work, the first driver of a drive does what
/// the faulty code would, one time, in the order of events that makes it harmful.
public enum PlantedFault: String, CaseIterable, Hashable, Sendable, Codable {
    /// A block is freed again after somebody else was given it.
    case doubleFree = "double-free"
    /// A frame is taken out of the zone's lists, and nobody gets it.
    case lostFrame = "lost-frame"
    /// A drain looks at a list without its lock, and gives the zone a block that the list's owner has taken meanwhile.
    case unlockedDrain = "unlocked-drain"
    /// A block is chosen under the zone's lock and taken after that was let go of: another CPU has it by then.
    case earlyUnlock = "early-unlock"
    /// A free block merges with a buddy that is not free.
    case wrongMerge = "wrong-merge"
}

/// How far a driver is with its ``PlantedFault``.
struct PlantState {
    /// The fault is in the machine.
    var isDone = false
    /// Chunks of work since the drive began.
    var chunks = 0
    /// Blocks that the faulty act left with this driver.
    var holdings: [Holding] = []
}

extension Driver {
    /// Chunks of ordinary work before the fault.
    private static var chunksBefore: Int { 4 }

    /// Plants the fault when it is time to. Between chunks.
    @inline(never) mutating func advancePlant() {
        planted.chunks += 1
        if planted.chunks >= Self.chunksBefore { completePlant() }
    }

    /// Plants the drive's fault if it isn't there yet. Nothing happens while there is no memory for it.
    public mutating func completePlant() {
        guard place == 0, let fault = drive.settings.plant, !planted.isDone else { return }
        switch fault {
        case .doubleFree: planted.isDone = freeTwice()
        case .lostFrame: planted.isDone = loseFrame()
        case .unlockedDrain: planted.isDone = drainWithoutLock()
        case .earlyUnlock: planted.isDone = unlockEarly()
        case .wrongMerge: planted.isDone = mergeWrongly()
        }
    }

    /// Whether the fault is in the machine.
    public var hasPlanted: Bool { planted.isDone }

    private var local: ZoneReference? {
        let list = state.value.localZonelist
        let highest = Int(state.value.rules.highestZone[Int(GFP.highUserMovable.rawValue & 15)])
        let first = Int(list.firstPlaces[highest])
        return first < list.count ? list.references[first] : nil
    }

    /// Two blocks, one after the other, that are the same frame: the lists give back what was freed last.
    private mutating func freeTwice() -> Bool {
        let first = allocate(0, .highUserMovable)
        guard first.isSome else { return false }
        free(first)
        let second = allocate(0, .highUserMovable)
        guard second.isSome else { return false }
        guard second.pfn == first.pfn else {
            free(second)
            return false
        }
        _ = state.value.free(first.pfn, first.order)
        planted.holdings.append(second.holding)
        return true
    }

    private func loseFrame() -> Bool {
        guard let zone = local?.zone else { return false }
        let held = zone.value.acquireAreas(cpu: state.value.index)
        let movable = MigrateType.movable.rawValue
        return zone.value.takeSmallest(0, movable, cpu: state.value.index, &held.value) != .none
    }

    /// The owner's part and the drain's, in this order: the drain sees the list's first block, the owner takes it, the
    /// drain gives it to the zone.
    private mutating func drainWithoutLock() -> Bool {
        guard let reference = local else { return false }
        let block = allocate(0, .highUserMovable)
        guard block.isSome else { return false }
        guard PageFlags.zone(state.value.map[block.pfn].flags.load()) == Int(reference.number) else {
            free(block)
            return false
        }
        let zone = reference.zone
        let frame = zone.value.frames.offset(block.pfn)
        zone.value.frames[frame].claim = 0
        state.value.freeToAreas(frame, 0, zone)
        planted.holdings.append(block.holding)
        return true
    }

    /// Both CPUs' parts: this one chooses the block and lets go of the lock, the other one takes it, this one goes on.
    private mutating func unlockEarly() -> Bool {
        guard let zone = local?.zone else { return false }
        let movable = MigrateType.movable.rawValue
        let held = zone.value.acquireAreas(cpu: state.value.index)
        let frame = zone.value.takeSmallest(0, movable, cpu: state.value.index, &held.value)
        _ = consume held
        guard frame != .none else { return false }
        for _ in 0..<2 {
            let pfn = state.value.handOut(frame, 0, .highUserMovable, zone.value.frames)
            planted.holdings.append(receive(pfn, 0).holding)
        }
        return true
    }

    /// Takes single frames until one has a free buddy, keeps it, and merges the buddy with it.
    private mutating func mergeWrongly() -> Bool {
        guard let zone = local?.zone else { return false }
        let movable = MigrateType.movable.rawValue
        let cpu = state.value.index
        let held = zone.value.acquireAreas(cpu: cpu)
        var kept: [FrameOffset] = []
        var found = FrameOffset.none
        while found == .none {
            let frame = zone.value.takeSmallest(0, movable, cpu: cpu, &held.value)
            if frame == .none { break }
            if zone.value.isFree(frame ^ 1, 0), zone.value.frames.migrateType(of: frame) == movable {
                found = frame
            } else {
                kept.append(frame)
            }
        }
        for frame in kept { zone.value.put(frame, 0, zone.value.frames.migrateType(of: frame), cpu: cpu, &held.value) }
        // A frame that was put back may have taken the buddy with it.
        guard found != .none else { return false }
        guard zone.value.isFree(found ^ 1, 0) else {
            zone.value.put(found, 0, movable, cpu: cpu, &held.value)
            return false
        }
        let pfn = state.value.handOut(found, 0, .highUserMovable, zone.value.frames)
        held.value.remove(found ^ 1, 0, movable, zone.value)
        held.value.insert(found & ~1, 1, movable, toTail: false, zone.value)
        _ = consume held
        planted.holdings.append(receive(pfn, 0).holding)
        return true
    }
}

// What an observed request leaves behind. None of this runs for others.
extension CPUState {
    borrowing func noteRequest(_ order: UInt32, _ gfp: GFP, _ context: AllocationContext) {
        guard isObserved else { return }
        var zones: [String] = []
        var place = context.preferred
        while place < context.zonelist.count {
            let zone = context.zonelist.references[place].zone.value.zoneName
            zones.append("\(zone)")
            place = context.zonelist.place(from: place + 1, highest: context.highest, allowed: context.allowed)
        }
        let preferred =
            context.preferred < context.zonelist.count ? context.zonelist.references[context.preferred] : nil
        note(
            .request(
                .init(
                    order: Order(Int(order)), gfp: gfp.rawValue, gfpNames: gfp.kernelNames,
                    migrateType: MigrateType.name(context.migrateType),
                    highestZone: rules.zoneTypes[context.highest].kernelName, cpu: id, cpuNode: NodeID(Int(node)),
                    allowed: context.allowed.map { Array($0) }, zonelist: zones)),
            at: preferred)
    }

    borrowing func noteAttempt(_ flags: AllocationFlags) {
        note(
            .attempt(.init(flags: flags.rawValue, flagNames: flags.kernelNames, watermark: flags.watermarkName)))
    }

    borrowing func noteVerdict(
        _ verdict: AllocationStep.Verdict, _ reference: ZoneReference, _ order: UInt32, _ flags: AllocationFlags,
        highest: Int, wasBelowHigh: Bool
    ) {
        let tested = verdict == .aboveHigh ? AllocationFlags.highMark : flags
        note(
            .zone(
                reference.zone.value.weighed(
                    verdict, Int(order), flags, tested, highest: highest, wasBelowHigh: wasBelowHigh)),
            at: reference)
    }

    borrowing func noteListBusy(_ order: UInt32, _ type: UInt8, _ reference: ZoneReference) {
        note(
            .perCPUList(
                .init(
                    order: Order(Int(order)), migrateType: MigrateType.name(type), locked: false, isEmpty: false,
                    count: 0, high: 0, batch: 0, freeCount: 0, allocFactor: 0)),
            at: reference)
    }

    borrowing func noteList(
        _ lists: borrowing PerCPULists, _ order: UInt32, _ type: UInt8, _ reference: ZoneReference
    ) {
        guard isObserved else { return }
        let look = AllocationStep.ListLook(
            order: Order(Int(order)), migrateType: MigrateType.name(type), locked: true,
            isEmpty: lists.isEmpty(PerCPULists.listNumber(order, type)), count: PageCount(lists.count),
            high: PageCount(lists.high), batch: PageCount(lists.batch), freeCount: lists.tally.freeCount,
            allocFactor: lists.tally.allocFactor)
        note(.perCPUList(look), at: reference)
    }

    /// Notes where the free areas will find a block of a type.
    borrowing func noteTake(_ zone: borrowing Zone, _ order: UInt32, _ type: UInt8) {
        let found = zone.source(Int(order), type)
        zone.note(
            index,
            .freeArea(
                .init(
                    order: Order(Int(order)), migrateType: MigrateType.name(type), foundOrder: found.map { Order($0) },
                    splits: (found ?? Int(order)) - Int(order))))
    }

    borrowing func noteHandOut(_ pfn: UInt64, _ order: UInt32, _ reference: ZoneReference, preferred: ZoneReference) {
        guard isObserved else { return }
        let isHit = reference.node == preferred.node
        note(
            .handOut(
                .init(
                    pfn: PFN(pfn), order: Order(Int(order)),
                    counted: [isHit ? "numaHit" : "numaMiss", reference.node == node ? "localNode" : "otherNode"],
                    foreignOn: isHit ? nil : NodeID(Int(preferred.node)))),
            at: reference)
    }
}

extension PerCPULists {
    func noteRefill(wanted: Int, taken: Int, _ sources: [Int], _ zone: borrowing Zone) {
        zone.observation.value.note(
            .refill(
                .init(
                    wantedBlocks: wanted, takenBlocks: taken, sourceBlocks: sources, high: PageCount(high),
                    batch: PageCount(batch), allocFactor: tally.allocFactor)),
            at: zone.zoneName)
    }
}

extension MigrateType {
    static func name(_ type: UInt8) -> String { MigrateType(rawValue: type)?.kernelName ?? "type \(type)" }
}

extension Driver {
    /// Notes that the block is this driver's: none of its frames may have another holder, and each must be as its last
    /// holder left it.
    @inline(never) mutating func claim(_ block: HeldBlock, _ owners: OwnerWords, zone: Int) {
        for page in 0..<UInt64(block.pageCount) {
            let previous = owners.exchange(block.pfn + page, block.cookie)
            if previous == OwnerWords.poison {
                if let checkedMarks, !checkedMarks.isPoisoned(block.pfn + page, zone: zone) {
                    figures.note(.poisonLost, block)
                }
            } else if previous != 0 {
                figures.note(.handedOutTwice, block)
            }
        }
        checkedMarks?.write(block, zone: zone)
        checkedMarks?.writeEnd(block, zone: zone)
    }

    /// Notes that the block is about to be free: until now it must have been its holder's alone.
    @inline(never) mutating func disclaim(_ block: HeldBlock, _ owners: OwnerWords, zone: Int) {
        if let checkedMarks {
            if !checkedMarks.areIntact(block, zone: zone) || !checkedMarks.isEndIntact(block, zone: zone) {
                figures.note(.markLost, block)
            }
            checkedMarks.poison(block, zone: zone)
        }
        for page in 0..<UInt64(block.pageCount)
        where owners.exchange(block.pfn + page, OwnerWords.poison) != block.cookie {
            figures.note(.ownerChanged, block)
        }
    }
}

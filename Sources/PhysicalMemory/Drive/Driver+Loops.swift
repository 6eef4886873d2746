// The workloads' loops. No allocation, no reference counting, no closure per operation.

extension Driver {
    mutating func runLifo(_ operations: Int) {
        for _ in 0..<(operations + 1) / 2 {
            steps &+= 1
            if steps & (PairTimes.sampling - 1) == 0 {
                timedPair()
            } else {
                let block = allocate(0, .highUserMovable)
                guard block.isSome else { return }
                release(block)
            }
        }
    }

    @inline(never) private mutating func timedPair() {
        let block = allocate(0, .highUserMovable, timed: true)
        guard block.isSome else { return }
        release(block, timed: true)
        times.record(allocationTicks, freeTicks)
    }

    static var batchSize: Int { 512 }

    mutating func runBatch(_ operations: Int) {
        let task = queue[0]
        let tasks = drive.tasks
        let size = min(Self.batchSize, tasks.slotsPerTask, taskBudget)
        for _ in 0..<max(1, operations / (2 * size)) {
            steps &+= 1
            let sample = steps % size
            guard fillAndEmpty(task, size, sample) else { return }
        }
    }

    /// `size` frames allocated into a task's first slots, then freed in the same order; the one numbered `sample` is
    /// timed. Returns `false` if there was none.
    mutating func fillAndEmpty(_ task: Int, _ size: Int, _ sample: Int) -> Bool {
        let tasks = drive.tasks
        var taken = 0
        while taken < size {
            let block = allocate(0, .highUserMovable, timed: taken == sample)
            guard block.isSome else { break }
            tasks.set(taken, of: task, to: block)
            taken += 1
        }
        for slot in 0..<taken {
            release(tasks.slot(slot, of: task), timed: slot == sample)
            tasks.set(slot, of: task, to: .none)
        }
        if taken > sample { times.record(allocationTicks, freeTicks) }
        return taken > 0
    }

    mutating func runMixed(_ operations: Int) {
        exchangeTasks()
        guard let task = queue.next() else { return }
        let tasks = drive.tasks
        let end = figures.operations + operations
        var idle = 0
        while figures.operations < end && idle < operations {
            let before = figures.operations
            let chance = random.next()
            let request = requests[Int(chance >> 54)]
            if chance & 1 == 0 {
                // Short-lived: freed at once.
                let block = allocate(request.order, request.gfp)
                if block.isSome { release(block) }
            } else {
                replace(slot(chance, tasks.slotsPerTask), of: task, tasks, request, chance)
            }
            if figures.operations == before { idle += 1 }
        }
    }

    /// Of the slots, an eighth is used seven times in eight: those blocks live for a shorter time.
    @inline(__always) private func slot(_ chance: UInt64, _ count: Int) -> Int {
        let range = chance & 0b1110 == 0 ? count : count &>> 3
        return Int(truncatingIfNeeded: ((chance &>> 8 & 0xffff_ffff) &* UInt64(range)) &>> 32)
    }

    /// Frees what a slot holds, here or on another CPU, and puts a new block there.
    @inline(__always)
    private mutating func replace(
        _ slot: Int, of task: Int, _ tasks: TaskTable, _ request: RequestMenu.Request, _ chance: UInt64
    ) {
        let old = tasks.slot(slot, of: task)
        steps &+= 1
        let isTimed = steps & (PairTimes.sampling - 1) == 0
        if old.isSome {
            tasks.addHeld(-old.pageCount, to: task)
            tasks.set(slot, of: task, to: .none)
            let goesElsewhere = !isTimed && chance & 0xf0 == 0 && old.order <= PerCPULists.costlyOrder
            if !goesElsewhere || !handOver(old) { release(old, timed: isTimed) }
        }
        guard tasks.held(by: task) &+ 1 &<< Int(request.order) <= taskBudget else { return }
        let block = allocate(request.order, request.gfp, timed: isTimed)
        guard block.isSome else { return }
        tasks.addHeld(block.pageCount, to: task)
        tasks.set(slot, of: task, to: block)
        if isTimed && old.isSome { times.record(allocationTicks, freeTicks) }
    }

    mutating func runSpill(_ operations: Int) {
        guard let task = queue.next() else { return }
        let tasks = drive.tasks
        let order = drive.spillOrder
        let gfp: GFP = [.highUserMovable, .noWarn, .noRetry]
        for _ in 0..<operations {
            let slot = Int(truncatingIfNeeded: ((random.next() &>> 32) &* UInt64(tasks.slotsPerTask)) &>> 32)
            steps &+= 1
            let isFull = tasks.held(by: task) &+ 1 &<< Int(order) > taskBudget
            let old = tasks.slot(slot, of: task)
            if old.isSome {
                guard isFull else { continue }
                release(old, timed: true)
                tasks.addHeld(-old.pageCount, to: task)
                tasks.set(slot, of: task, to: .none)
            }
            let block = allocate(order, gfp, timed: true)
            guard block.isSome else {
                // This is all there is: go on with a little less.
                taskBudget = max(1, tasks.held(by: task) / 16 * 15)
                continue
            }
            tasks.addHeld(block.pageCount, to: task)
            tasks.set(slot, of: task, to: block)
            if old.isSome { times.record(allocationTicks, freeTicks) }
        }
    }
}

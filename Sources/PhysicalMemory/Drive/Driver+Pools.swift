import CPrimitives

// The loops of workloads that stress alone has use for, in the manner of `Driver+Loops.swift`.

extension Driver {
    static var poolSize: Int { 1 << 16 }
    static var greatestBurst: Int { 4096 }

    @inline(__always) private mutating func number(below count: Int) -> Int {
        Int(truncatingIfNeeded: ((random.next() &>> 32) &* UInt64(count)) &>> 32)
    }

    mutating func runRandom(_ operations: Int) {
        let task = queue[0]
        let tasks = drive.tasks
        let size = min(tasks.slotsPerTask, taskBudget)
        for _ in 0..<(operations + 1) / 2 {
            let slot = number(below: size)
            steps &+= 1
            let isTimed = steps & (PairTimes.sampling - 1) == 0
            let old = tasks.slot(slot, of: task)
            if old.isSome {
                tasks.set(slot, of: task, to: .none)
                release(old, timed: isTimed)
            }
            let block = allocate(0, .highUserMovable, timed: isTimed)
            guard block.isSome else { return }
            tasks.set(slot, of: task, to: block)
            if isTimed && old.isSome { times.record(allocationTicks, freeTicks) }
        }
    }

    mutating func runOrders(_ operations: Int) {
        let task = queue[0]
        let tasks = drive.tasks
        let orders = drive.machine.layout.maxOrder.rawValue + 1
        let end = figures.operations + operations
        for _ in 0..<operations where figures.operations < end {
            let slot = number(below: tasks.slotsPerTask)
            steps &+= 1
            let isTimed = steps & (PairTimes.sampling - 1) == 0
            let old = tasks.slot(slot, of: task)
            if old.isSome {
                tasks.addHeld(-old.pageCount, to: task)
                tasks.set(slot, of: task, to: .none)
                release(old, timed: isTimed)
            }
            let order = UInt32(number(below: orders))
            guard tasks.held(by: task) &+ 1 &<< Int(order) <= taskBudget else { continue }
            var gfp: GFP = slot & 1 == 0 ? .highUserMovable : slot & 2 == 0 ? .kernel : [.kernel, .reclaimable]
            if order > PerCPULists.costlyOrder { gfp.formUnion([.noRetry, .noWarn]) }
            let block = allocate(order, gfp, timed: isTimed)
            guard block.isSome else { continue }
            tasks.addHeld(block.pageCount, to: task)
            tasks.set(slot, of: task, to: block)
            if isTimed && old.isSome { times.record(allocationTicks, freeTicks) }
        }
    }

    /// Bursts until enough is done; the last one may go beyond.
    mutating func runBurst(_ operations: Int) {
        let task = queue[0]
        let tasks = drive.tasks
        let end = figures.operations + operations
        while figures.operations < end {
            let size = 1 + number(below: min(Self.greatestBurst, tasks.slotsPerTask, taskBudget))
            let sample = number(below: size)
            guard fillAndEmpty(task, size, sample) else { return }
            // Up to some 40 µs of rest, so that bursts meet in ever new ways.
            for _ in 0..<number(below: 1024) { cprim_pause() }
        }
    }

    /// Waits of a producer or consumer for the other one before it ends its chunk.
    private static var pairPatience: Int { 64 }

    /// CPUs 2i and 2i + 1 of the drive are a pair; a last one without a partner frees its own.
    mutating func runPair(_ operations: Int) {
        guard place | 1 < drive.cpus.count else { return runLifo(operations) }
        let end = figures.operations + operations
        var waits = 0
        if place & 1 == 0 {
            while figures.operations < end {
                let block = allocate(0, .highUserMovable)
                guard block.isSome else { return }
                while !drive.rings[place + 1][0].put(block) {
                    guard waits < Self.pairPatience, !drive.isStopped else { return free(block) }
                    waits += 1
                    linger(waits)
                }
                figures.handedOver &+= 1
            }
        } else {
            while figures.operations < end && waits < Self.pairPatience && !drive.isStopped {
                let block = drive.rings[place][0].take()
                if block.isSome {
                    release(block)
                } else {
                    waits += 1
                    linger(waits)
                }
            }
        }
    }

    /// Spins a little at first, and then lets others run.
    private func linger(_ turn: Int) {
        guard turn & 7 == 0 else {
            for _ in 0..<64 { cprim_pause() }
            return
        }
        cprim_yield()
    }

    mutating func runCrossNode(_ operations: Int) {
        let task = queue[0]
        let tasks = drive.tasks
        let size = min(64, tasks.slotsPerTask, taskBudget)
        let nodes = drive.memoryNodes
        for _ in 0..<max(1, operations / (2 * size)) {
            steps &+= 1
            var taken = 0
            while taken < size {
                var node = nodes[(steps &+ taken) % nodes.count]
                if node == Int(state.value.node) { node = nodes[(steps &+ taken &+ 1) % nodes.count] }
                let block = allocate(0, .highUserMovable, node: node)
                guard block.isSome else { break }
                tasks.set(taken, of: task, to: block)
                taken += 1
            }
            for slot in 0..<taken {
                let block = tasks.slot(slot, of: task)
                tasks.set(slot, of: task, to: .none)
                if slot & 1 == 0 || !handOver(block) { release(block) }
            }
            if taken == 0 { return }
        }
    }
}

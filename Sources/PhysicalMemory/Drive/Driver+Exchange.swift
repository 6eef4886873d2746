// What CPUs give each other while they run: blocks to free, and tasks.

extension Driver {
    /// Has another CPU free a block; `false` if none can take it now.
    @inline(__always) mutating func handOver(_ block: HeldBlock) -> Bool {
        guard strides > 0 else { return false }
        nextStride = nextStride &+ 1 < strides ? nextStride &+ 1 : 0
        let target = (place + drive.strides[nextStride]) % drive.cpus.count
        guard drive.isPresent(target), drive.rings[target][nextStride].put(block) else { return false }
        figures.handedOver &+= 1
        return true
    }

    /// Frees what other CPUs handed over.
    mutating func takeHandedOver() {
        for stride in 0..<strides {
            while true {
                let block = drive.rings[place][stride].take()
                guard block.isSome else { break }
                free(block)
            }
        }
    }

    /// Takes tasks that were left for this CPU, and gives one away when it is time to. One task always stays.
    mutating func exchangeTasks() {
        let rate = drive.settings.taskMovesPerSecond
        guard rate > 0, strides > 0 else { return }
        for stride in 0..<strides where !queue.isFull {
            if let task = drive.mailboxes[place][stride].take() { _ = queue.append(task) }
        }
        guard queue.count > 1, lastMove.duration(to: .now) >= .seconds(1 / rate) else { return }
        lastMove = .now
        nextStride = nextStride + 1 < strides ? nextStride + 1 : 0
        let target = (place + drive.strides[nextStride]) % drive.cpus.count
        guard let task = queue.removeLast() else { return }
        if drive.mailboxes[target][nextStride].give(task) {
            figures.tasksGiven += 1
        } else {
            _ = queue.append(task)
        }
    }
}

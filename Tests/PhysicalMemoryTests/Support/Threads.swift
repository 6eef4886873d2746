import Foundation

/// Runs `body` on `count` threads of their own, more than there are CPUs if asked, and waits for all. None begins
/// before all are there.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let (arrivals, group) = (DispatchGroup(), DispatchGroup())
    for _ in 0..<count { arrivals.enter() }
    for index in 0..<count {
        startThread(in: group) {
            arrivals.leave()
            arrivals.wait()
            body(index)
        }
    }
    group.wait()
}

/// Runs `body` on a thread of its own, which `group` waits for.
func startThread(in group: DispatchGroup, _ body: @escaping @Sendable () -> Void) {
    group.enter()
    Thread {
        body()
        group.leave()
    }.start()
}

/// A list that threads append to.
final class SharedList<Element: Sendable>: Sendable {
    // Foundation's lock: ThreadSanitizer knows it, but not Synchronization.Mutex.
    private let lock = NSLock()
    // Reached only under the lock.
    nonisolated(unsafe) private var list: [Element] = []

    func append(_ element: Element) { lock.withLock { list.append(element) } }
    var elements: [Element] { lock.withLock { list } }
}

import CHostShims
import Synchronization

/// A wish to stop that long loops look at: raised by hand, or by SIGINT.
public final class InterruptFlag: Sendable {
    private let raised = Atomic<Bool>(false)
    private let watchesSignal: Bool

    /// A flag that only `raise()` raises.
    public init() { watchesSignal = false }

    private init(watchesSignal: Bool) { self.watchesSignal = watchesSignal }

    /// The process's flag: the first SIGINT raises it, a second one, a third of a second later or more, kills the
    /// process. What comes sooner is the same Ctrl-C: `timeout -s INT` sends it to the process and to its group.
    ///
    /// The handler is installed when the flag is first asked for; its whole work is to note the time.
    /// The corresponding C function is `sigaction`.
    public static let sigint: InterruptFlag = {
        _ = chost_catch_interrupts(333)
        return InterruptFlag(watchesSignal: true)
    }()

    /// Whether to stop. One or two relaxed loads.
    public var isRaised: Bool {
        raised.load(ordering: .relaxed) || (watchesSignal && chost_was_interrupted())
    }

    public func raise() { raised.store(true, ordering: .relaxed) }
}

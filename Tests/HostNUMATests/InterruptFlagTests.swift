import CHostShims
import Glibc
import HostNUMA
import Testing

@Suite struct InterruptFlagTests {
    @Test func isRaisedByHand() {
        let flag = InterruptFlag()
        #expect(!flag.isRaised)
        flag.raise()
        #expect(flag.isRaised)
    }

    @Test func theFirstSIGINTRaisesIt() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let flag = InterruptFlag.sigint
            guard !flag.isRaised else { exit(1) }
            interruptThisThread()
            exit(flag.isRaised ? 7 : 2)
        }
    }

    @Test func aLaterSIGINTKills() async {
        await #expect(processExitsWith: .signal(SIGINT)) {
            _ = InterruptFlag.sigint
            let clock = ContinuousClock()
            let start = clock.now
            while clock.now - start < .seconds(20) { interruptThisThread() }
        }
    }

    @Test func whatComesAtOnceIsTheSameWish() async {
        await #expect(processExitsWith: .exitCode(7)) {
            _ = chost_catch_interrupts(1_000_000)
            interruptThisThread()
            interruptThisThread()
            exit(chost_was_interrupted() ? 7 : 2)
        }
    }
}

/// The pool's threads hold signals back: this one takes SIGINT, and has it handled when the call returns.
private func interruptThisThread() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    raise(SIGINT)
}

import HostNUMA
import Testing

@Suite struct InterruptFlagTests {
    @Test func isRaisedByHand() {
        let flag = InterruptFlag()
        #expect(!flag.isRaised)
        flag.raise()
        #expect(flag.isRaised)
    }
}

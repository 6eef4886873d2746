import Testing

@testable import KernelFormats

@Suite struct KernelLogTests {
    /// As `klogctl` gives lines, and as `dmesg` prints them.
    @Test(arguments: [
        ("<6>[    0.0] one\n<14>[    0.1] two\n", "[    0.0] one\n[    0.1] two\n"), ("<5>only", "only"),
        ("no priority\n<x>kept\n\n<6>last", "no priority\n<x>kept\n\nlast"), ("", ""),
    ])
    func prioritiesAreTakenOff(_ log: String, _ printed: String) {
        #expect(String(decoding: KernelLog.withoutPriorities(log.utf8), as: UTF8.self) == printed)
    }
}

import KernelFormats
import PhysicalMemory
import TestSupport
import Testing

@Suite struct TracepointTests {
    static let text = """
        # tracer: nop
                    bash-1977  [000] .... 17284.993652: mm_page_alloc: page=0xffffea0 pfn=0x1234 order=0 \
        migratetype=1 gfp_flags=GFP_HIGHUSER_MOVABLE|__GFP_ZERO
        sleep  1234 [011]   123.456:       kmem:mm_page_free: page=0xffffea0 pfn=4660 order=3
        sleep-1234  [001]   123.456: mm_page_free_batched: page=0xffffea0 pfn=0x1235 order=0
        sleep-1234  [001]   123.456: mm_page_alloc_zone_locked: page=0x1 pfn=0x1240 order=1 migratetype=2 percpu_refill=1
        sleep-1234  [001]   123.456: mm_page_pcpu_drain: page=0x1 pfn=0x1250 order=0 migratetype=0
        sleep-1234  [001]   123.456: mm_page_alloc: page=(nil) pfn=0x0 order=9 migratetype=1 gfp_flags=0x3d24ca
        sleep-1234  [001]   123.456: kmalloc: call_site=x bytes_req=1
        sleep-1234  [001]   123.456: mm_page_alloc_extfrag: page=0x1 pfn=0x1

        """

    @Test func everyKindIsRead() throws {
        let (trace, skipped) = try TraceEvents.tracepoints(Array(Self.text.utf8), file: "t")
        let events = trace.events
        #expect(skipped.count == 0)
        #expect(
            events.map(\.kind) == [
                .allocate, .free, .tracedBatchedFree, .tracedBuddyAllocation, .tracedDrain, .allocate,
            ])
        #expect(events.map(\.cpu) == [0, 11, 1, 1, 1, 1])
        #expect(events[0].pfn == PFN(0x1234) && events[0].type == .movable && events[0].gfp == 0x100dca)
        #expect(events[0].zone == -1 && events[0].route == .unknown && events[0].line == 2)
        #expect(events[1].pfn == PFN(4660) && events[1].order == 3)
        #expect(events[3].flag && events[3].type == .reclaimable)
        #expect(events[5].pfn == .none && events[5].gfp == 0x3d24ca)
    }

    @Test(arguments: [
        ("pfn=0x1234", "pfn=0xzz"), ("pfn=0x1234 ", ""), ("pfn=4660", "pfn=99999999999999999999"),
        ("order=3", "order=300"), ("migratetype=1", "migratetype=9"), ("[000]", "[x]"), ("[011]", "[99999]"),
        ("GFP_HIGHUSER_MOVABLE", "nonsense"), ("0x3d24ca", "0x3d24ca3d24ca"),
    ])
    func damageIsNamed(_ old: String, _ new: String) throws {
        let bytes = Array(Self.text.replacing(old, with: new).utf8)
        #expect {
            _ = try TraceEvents.tracepoints(bytes, file: "t")
        } throws: {
            ($0 as? FormatError)?.line != nil
        }
        #expect(try TraceEvents.tracepoints(bytes, file: "t", lenient: true).skipped.count >= 1)
    }

    /// A request that got nothing has no frame, however the tracer prints a null pointer; frame 0 it is not.
    @Test(arguments: ["(nil)", "(null)", "          (null)", "0000000000000000", "0x0", "0"])
    func aFailedRequestHasNoFrame(_ page: String) throws {
        let line = "a-1 [000] 1.0: mm_page_alloc: page=\(page) pfn=0 order=9 migratetype=1 gfp_flags=GFP_KERNEL\n"
        let events = try TraceEvents.tracepoints(Array(line.utf8), file: "t").events.events
        #expect(events.map(\.pfn) == [.none])
    }

    @Test func frameZeroOfARealPageIsAFrame() throws {
        let line = "a-1 [000] 1.0: mm_page_free: page=00000000aabbccdd pfn=0x0 order=0\n"
        #expect(try TraceEvents.tracepoints(Array(line.utf8), file: "t").events.events.map(\.pfn) == [PFN(0)])
    }

    @Test func whatTheTracerLostIsCounted() throws {
        let text = """
            # entries-in-buffer/entries-written: 40/100   #P:2
            CPU:1 [LOST 12 EVENTS]
            a-1 [000] 1.0: mm_page_free: page=0x1 pfn=0x10 order=0
            LOST 5 events!
            a-1 [000] 1.1: mm_page_alloc_extfrag: page=0x1 pfn=0x1

            """
        let trace = try TraceEvents.tracepoints(Array(text.utf8), file: "t").events
        #expect(trace.lostEvents == 60 + 12 + 5)
        #expect(trace.otherEvents == ["mm_page_alloc_extfrag": 1])
    }

    @Test func eventsOfOldKernelsAreRead() throws {
        let text = """
            b-7 [003] 9.1: mm_page_alloc: page=ffffea00 pfn=7000 order=0 migratetype=2 gfp_flags=GFP_TEMPORARY|GFP_REPEAT
            b-7 [003] 9.2: mm_page_free_direct: page=ffffea00 pfn=7000 order=0
            b-7 [003] 9.3: mm_pagevec_free: page=ffffea01 pfn=7001 order=0 cold=0

            """
        let (trace, skipped) = try TraceEvents.tracepoints(Array(text.utf8), file: "t")
        #expect(skipped.count == 0)
        #expect(trace.events.map(\.kind) == [.allocate, .free, .free])
        #expect(trace.events[0].gfp & 0x4410 == 0x4410)
    }

    /// The function_graph tracer prints events as comments; the CPU stands before the parenthesis.
    @Test func commentsOfTheGraphTracerAreRead() throws {
        let text = """
             7)               |  /* mm_page_alloc: page=0000000000000000 pfn=0 order=4 migratetype=0 gfp_flags=GFP_NOWAIT */
             12.000010 |   2)               |  /* mm_page_free: page=00000000aabbccdd pfn=99 order=0 */

            """
        let events = try TraceEvents.tracepoints(Array(text.utf8), file: "t").events.events
        #expect(events.map(\.cpu) == [7, 2])
        #expect(events.map(\.pfn) == [.none, PFN(99)])
    }

    @Test func aTextWithoutTheseEventsIsNoTrace() {
        #expect(throws: FormatError.self) { try TraceEvents.tracepoints(Array("hello\n".utf8), file: "t") }
    }

    @Test func mutationsNeverCrash() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<300 {
            let text = Array(Mutator.mutate(Self.text, using: &random).utf8)
            _ = try? TraceEvents.tracepoints(text, file: "t", lenient: Bool.random(using: &random))
        }
    }
}

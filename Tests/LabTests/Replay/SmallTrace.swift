import KernelFormats
import Lab
import TestSupport

extension SmallTrace {
    /// One zone of 65,536 frames.
    init(state0: String, events: String, state1: String? = nil) {
        self.init(
            machine: Self.machine(
                zone: """
                    watermark_boost_factor 15000
                    watermark_scale_factor 10
                    nr_online_nodes 1
                    zone 0 node 0 idx 1 name DMA32 start 4096 spanned 65536 present 65536 managed 60000 contiguous 1
                    zone_wmark 0 min 10 low 12 high 14 promo 16
                    zone_reserve 0 0 0 0 0 0
                    zone_drift_mark 0 0
                    zone_stat_threshold 0 4
                    zone_pcp 0 batch 4 high_min 40 high_max 480
                    """),
            state0: state0, events: events, state1: state1)
    }

    /// A state of the zone: its counters, its pageblocks' types from the first on (movable after those given), free
    /// and per-CPU lists.
    static func state(
        free: Int, flags: Int = 0, reserved: Int = 0, highatomic: Int = 0, differences: [Int] = [0, 0],
        blocks: String = "", count: [Int] = [0, 0], alloc: [Int] = [0, 0], high: [Int] = [40, 40], lists: [String] = []
    ) -> String {
        var text = "counter 1\n"
        text +=
            "zone 0 free \(free) flags \(flags) boost 0 reserved_highatomic \(reserved) free_highatomic \(highatomic)\n"
        text += "blocks 0 8 " + blocks + String(repeating: "M", count: 128 - blocks.count) + "\n"
        for cpu in 0..<2 {
            if differences[cpu] != 0 { text += "diff 0 cpu \(cpu) \(differences[cpu])\n" }
            text += "pcp 0 cpu \(cpu) count \(count[cpu]) high \(high[cpu]) high_min 40 high_max 480 batch 4 flags 2"
            text += " alloc_factor \(alloc[cpu]) free_count 0 expire 0\n"
        }
        return text + lists.map { $0 + "\n" }.joined()
    }

    func replay(lenient: Bool = false) throws -> Replay {
        try Replay(load(lenient: lenient), lenient: lenient)
    }
}

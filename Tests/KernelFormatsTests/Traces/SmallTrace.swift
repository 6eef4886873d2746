import KernelFormats
import TestSupport

extension SmallTrace {
    /// One zone of 1024 frames, and a record of each kind.
    init() {
        self.init(
            machine: Self.machine(
                zone: """
                    zone 0 node 0 idx 1 name DMA32 start 4096 spanned 1024 present 1024 managed 1000 contiguous 1
                    zone_wmark 0 min 33 low 41 high 49 promo 57
                    zone_reserve 0 0 0 189 189 189
                    zone_drift_mark 0 0
                    zone_stat_threshold 0 4
                    zone_pcp 0 batch 15 high_min 41 high_max 480
                    """),
            state0: """
                counter 333
                zone 0 free 23 flags 0 boost 0 reserved_highatomic 0 free_highatomic 0
                diff 0 cpu 0 -2
                diff 0 cpu 1 1
                blocks 0 8 UM
                free 0 1 U 1002 1010
                free 0 1 M 1204
                free 0 4 M 1210
                pcp 0 cpu 0 count 3 high 41 high_min 41 high_max 480 batch 15 flags 2 alloc_factor 0 free_count 1 expire 0
                pcplist 0 cpu 0 0 M 1230 1231
                pcplist 0 cpu 0 0 R 1001
                pcp 0 cpu 1 count 0 high 41 high_min 41 high_max 480 batch 15 flags 0 alloc_factor 0 free_count 0 expire 3

                """,
            events: """
                T mark
                Z 0 22 1 512
                A 0 0 0 M p 801 400dc0 0 - 1 0 1230 c=3,41,0,0
                A 1 0 0 U k 1 2dc2 -1 3 -1 2 1400 c=0,41,1,2 + 1400 1401
                A 0 0 4 U b 801 442dc0 0 - 2 0 1210
                N 0 0 0 M p 801 400dc0 0 - 1 1 - c=0,41,0,0
                F 0 0 0 M 1231 c=2,41,0,0,3 - 2 1 1231 1230
                G 0 0 4 2 1210
                V 1 1
                E 1 0 -3
                D 0 0 1 decay 2 0 1001 1002
                D 0 0 1 drzp 1 0 1001
                D 0 0 1 drpz 1 0 1001
                h s 1200 9 0 M
                h m 1 321 7
                h f 1200 0 9 M R 1
                Z 0 - 5 0
                W 0 9 M 1 3d24ca 0 - 3 1
                S 0 11
                H 0 0 1200 M H
                X 0 wakek gfp=0 order=0
                I 0 1 1204
                J 0 2
                T mark

                """)
    }

    /// The error that loading throws.
    func failure() -> FormatError? {
        do {
            _ = try load()
            return nil
        } catch {
            return error as? FormatError
        }
    }
}

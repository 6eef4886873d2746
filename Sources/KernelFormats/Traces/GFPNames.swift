/// The names of gfp flags that tracepoints print, with the bits that Linux 6.12 gives them (`gfp_types.h`; the traces'
/// README lists the plain ones).
enum GFPNames {
    private static let bits: [Substring: UInt32] = [
        "__GFP_DMA": 0x1, "GFP_DMA": 0x1, "__GFP_HIGHMEM": 0x2, "__GFP_DMA32": 0x4, "GFP_DMA32": 0x4,
        "__GFP_MOVABLE": 0x8, "__GFP_RECLAIMABLE": 0x10, "__GFP_HIGH": 0x20, "__GFP_IO": 0x40, "__GFP_FS": 0x80,
        "__GFP_ZERO": 0x100, "__GFP_DIRECT_RECLAIM": 0x400, "__GFP_KSWAPD_RECLAIM": 0x800, "__GFP_RECLAIM": 0xc00,
        "__GFP_WRITE": 0x1000, "__GFP_NOWARN": 0x2000, "__GFP_RETRY_MAYFAIL": 0x4000, "__GFP_NOFAIL": 0x8000,
        "__GFP_NORETRY": 0x10000, "__GFP_MEMALLOC": 0x20000, "__GFP_COMP": 0x40000, "__GFP_NOMEMALLOC": 0x80000,
        "__GFP_HARDWALL": 0x100000, "__GFP_THISNODE": 0x200000, "__GFP_ACCOUNT": 0x400000,
        "GFP_ATOMIC": 0x820, "GFP_KERNEL": 0xcc0, "GFP_KERNEL_ACCOUNT": 0x400cc0, "GFP_NOWAIT": 0x2800,
        "GFP_NOIO": 0xc00, "GFP_NOFS": 0xc40, "GFP_USER": 0x100cc0, "GFP_HIGHUSER": 0x100cc2,
        // Gone since: reclaimable for a while, waiting, trying again.
        "GFP_TEMPORARY": 0xcd0, "__GFP_WAIT": 0x400, "GFP_REPEAT": 0x4000, "__GFP_REPEAT": 0x4000,
        "GFP_HIGHUSER_MOVABLE": 0x100cca, "GFP_TRANSHUGE_LIGHT": 0x1c20ca, "GFP_TRANSHUGE": 0x1c24ca, "none": 0,
    ]

    /// The mask of `A|B|0x…`; names that are not known (debugging options) add nothing. `nil`: no such list.
    static func mask(_ text: Substring) -> UInt32? {
        var mask: UInt32 = 0
        for word in text.split(separator: "|") {
            if word.hasPrefix("0x") {
                guard let bits = UInt32(word.dropFirst(2), radix: 16) else { return nil }
                mask |= bits
            } else if let bits = bits[word] {
                mask |= bits
            } else if !word.hasPrefix("__GFP_"), !word.hasPrefix("___GFP_"), !word.hasPrefix("GFP_") {
                return nil
            }
        }
        return mask
    }
}

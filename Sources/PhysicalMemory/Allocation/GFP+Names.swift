extension GFP {
    /// The kernel's names of single flags, lowest bit first.
    private static let flagNames: [(GFP, String)] = [
        (.dma, "__GFP_DMA"), (.highMem, "__GFP_HIGHMEM"), (.dma32, "__GFP_DMA32"), (.movable, "__GFP_MOVABLE"),
        (.reclaimable, "__GFP_RECLAIMABLE"), (.high, "__GFP_HIGH"), (.io, "__GFP_IO"), (.fs, "__GFP_FS"),
        (.zero, "__GFP_ZERO"), (.directReclaim, "__GFP_DIRECT_RECLAIM"), (.kswapdReclaim, "__GFP_KSWAPD_RECLAIM"),
        (.write, "__GFP_WRITE"), (.noWarn, "__GFP_NOWARN"), (.retryMayFail, "__GFP_RETRY_MAYFAIL"),
        (.noFail, "__GFP_NOFAIL"), (.noRetry, "__GFP_NORETRY"), (.memAlloc, "__GFP_MEMALLOC"),
        (.compound, "__GFP_COMP"), (.noMemAlloc, "__GFP_NOMEMALLOC"), (.hardwall, "__GFP_HARDWALL"),
        (.thisNode, "__GFP_THISNODE"), (.account, "__GFP_ACCOUNT"),
    ]

    /// The kernel's names of combinations, those with most flags first, as `gfp_mask` is printed.
    private static let combinations: [(GFP, String)] = [
        (.transparentHuge, "GFP_TRANSHUGE"), (.transparentHugeLight, "GFP_TRANSHUGE_LIGHT"),
        (.highUserMovable, "GFP_HIGHUSER_MOVABLE"), (.highUser, "GFP_HIGHUSER"), (.user, "GFP_USER"),
        (.kernel.union(.account), "GFP_KERNEL_ACCOUNT"), (.kernel, "GFP_KERNEL"), (.noFS, "GFP_NOFS"),
        (.atomic, "GFP_ATOMIC"), (.noIO, "GFP_NOIO"), (.noWait, "GFP_NOWAIT"), (.dma, "GFP_DMA"),
        (.dma32, "GFP_DMA32"), (.reclaim, "__GFP_RECLAIM"),
    ]

    /// The flags by the kernel's names, joined by `|`; bits without a name in hexadecimal; `0` for none.
    public var kernelNames: String {
        var rest = self
        var parts: [String] = []
        if let (flags, name) = Self.combinations.first(where: { rest.isSuperset(of: $0.0) }) {
            parts.append(name)
            rest.subtract(flags)
        }
        for (flag, name) in Self.flagNames where rest.contains(flag) {
            parts.append(name)
            rest.subtract(flag)
        }
        if !rest.isEmpty { parts.append("0x" + String(rest.rawValue, radix: 16)) }
        return parts.isEmpty ? "0" : parts.joined(separator: "|")
    }

    /// Every name that ``init(kernelNames:)`` takes, in the kernel's spelling.
    public static var allKernelNames: [String] { combinations.map(\.1) + flagNames.map(\.1) }

    /// The flags that names joined by `|`, `,` or `+` stand for, in any case and with or without their `GFP_` in front;
    /// hexadecimal numbers with `0x` as well. So `kernel`, `GFP_ATOMIC|__GFP_COMP` and `0xcc0` are right.
    ///
    /// `movable` alone means ordinary user memory, `GFP_HIGHUSER_MOVABLE`.
    ///
    /// Throws ``UnknownGFP`` with the part that is wrong.
    public init(kernelNames text: some StringProtocol) throws(UnknownGFP) {
        if text.lowercased() == "movable" {
            self = .highUserMovable
            return
        }
        var flags: GFP = []
        for part in text.split(omittingEmptySubsequences: false, whereSeparator: { "|,+".contains($0) }) {
            let word = String(part.filter { $0 != " " })
            guard let known = Self.flags(named: word) else { throw UnknownGFP(part: String(part)) }
            flags.formUnion(known)
        }
        self = flags
    }

    private static func flags(named word: String) -> GFP? {
        let lower = word.lowercased()
        if lower.hasPrefix("0x") {
            // Bits beyond those of 6.12 mean nothing here.
            guard let bits = UInt32(lower.dropFirst(2), radix: 16), bits < 1 << 27 else { return nil }
            return GFP(rawValue: bits)
        }
        if let exact = (combinations + flagNames).first(where: { $0.1.lowercased() == lower }) { return exact.0 }
        for prefix in ["gfp_", "__gfp_"] {
            if let match = (combinations + flagNames).first(where: { $0.1.lowercased() == prefix + lower }) {
                return match.0
            }
        }
        return nil
    }
}

/// A word that names no gfp flag.
public struct UnknownGFP: Error, Hashable, Sendable, CustomStringConvertible {
    /// The word that is no flag.
    public var part: String
    /// What is wrong, in words for people.
    public var description: String {
        part.isEmpty ? "gfp: a flag is missing" : "gfp: “\(part)” is neither a flag's name nor a number like 0xcc0"
    }
}

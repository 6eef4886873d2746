extension AllocationFlags {
    /// The watermark that the flags name: `min`, `low`, `high`, or `none` where none is heeded.
    public var watermarkName: String {
        if contains(.noWatermarks) { return "none" }
        return switch rawValue & Self.watermarkMask {
        case 0: "min"
        case 1: "low"
        default: "high"
        }
    }

    /// The kernel's names of the flags beyond the watermark, lowest bit first.
    public var kernelNames: [String] {
        let names: [(AllocationFlags, String)] = [
            (.noWatermarks, "ALLOC_NO_WATERMARKS"), (.outOfMemory, "ALLOC_OOM"), (.nonBlock, "ALLOC_NON_BLOCK"),
            (.minReserve, "ALLOC_MIN_RESERVE"), (.cpuset, "ALLOC_CPUSET"), (.cma, "ALLOC_CMA"),
            (.noFragment, "ALLOC_NOFRAGMENT"), (.highatomic, "ALLOC_HIGHATOMIC"), (.kswapd, "ALLOC_KSWAPD"),
        ]
        return names.filter { contains($0.0) }.map(\.1)
    }
}

import PhysicalMemory

/// Memory that came to the machine after boot and was put online.
public struct PluggedMemory: Hashable, Sendable {
    public var addresses: Range<ByteCount>
    /// Where the kernel put it.
    public var zone: ZoneName
}

extension Capture {
    /// The memory that picture `number` (from 1) has beyond what boot found, one entry for each memory block.
    ///
    /// Throws where there is no such picture, or nothing says where the memory of boot is.
    public func pluggedMemory(picture number: Int) throws(FormatError) -> [PluggedMemory] {
        let picture = try picture(number)
        var memory = CaptureMemory(self, picture, pageSize: pageSize ?? .kibibytes(4))
        try memory.choose()
        return memory.plugged(in: picture)
    }
}

extension CaptureMemory {
    /// The online blocks of `picture` that hold no usable memory of boot.
    func plugged(in picture: Capture.Picture) -> [PluggedMemory] {
        guard source == .firmware || source == .memblock || source == .earlyRanges,
            let blocks = picture.memoryBlocks, let size = blocks.blockSize?.rawValue
        else { return [] }
        return blocks.blocks.compactMap { block in
            guard block.isOnline, let node = block.node, let name = block.zones.first,
                let zone = ZoneType(kernelName: name), block.index < (1 << 56) / size
            else { return nil }
            let addresses = ByteCount(block.index * size)..<ByteCount((block.index + 1) * size)
            guard !hasBootMemory(in: addresses) else { return nil }
            return PluggedMemory(addresses: addresses, zone: ZoneName(node: node, zone: zone))
        }
    }

    private func hasBootMemory(in addresses: Range<ByteCount>) -> Bool {
        ranges.contains {
            $0.kind == .usable && $0.start < addresses.upperBound && addresses.lowerBound < $0.end
        }
    }
}

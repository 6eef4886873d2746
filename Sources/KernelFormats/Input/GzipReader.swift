import CZlib

/// Unpacks gzip data piece by piece.
///
/// A file of a few bytes may claim to hold gigabytes: what is unpacked may be at most ``honestRatio`` times what was read
/// so far, and ``slack`` bytes more. Kernels' texts pack to between a fifth and a fiftieth.
struct GzipReader: ~Copyable {
    // zlib remembers where the stream lies and refuses one that has moved, so it lies outside this value.
    private let stream: UnsafeMutablePointer<z_stream>
    private var isAtMemberEnd = true
    private var consumed = 0
    private var produced = 0

    private static let honestRatio = 100
    private static let slack = 64 << 20
    /// zlib's flag for gzip headers, beside the greatest window.
    private static let windowBits: Int32 = 15 + 16

    init() throws(FormatError.Reason) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let size = Int32(MemoryLayout<z_stream>.size)
        guard inflateInit2_(stream, Self.windowBits, ZLIB_VERSION, size) == Z_OK else {
            throw .unreadable("no memory to unpack it")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Unpacks `packed` and hands the pieces to `take`, which returns whether it wants more.
    mutating func unpack(_ packed: [UInt8], _ take: (ArraySlice<UInt8>) -> Bool) throws(FormatError.Reason) -> Bool {
        var input = packed
        var piece = [UInt8](repeating: 0, count: 1 << 18)
        var place = 0
        while place < input.count {
            if isAtMemberEnd, consumed > 0 {
                // Members may follow one another; zeros after the last are padding.
                if input[place] == 0 {
                    place += 1
                    continue
                }
                guard inflateReset(stream) == Z_OK else { throw .unreadable("it cannot be unpacked") }
            }
            isAtMemberEnd = false
            let (read, written, status) = inflate(&input, from: place, into: &piece)
            place += read
            consumed += read
            produced += written
            switch status {
            case Z_OK: break
            case Z_STREAM_END: isAtMemberEnd = true
            case Z_BUF_ERROR where read > 0 || written > 0: break
            case Z_BUF_ERROR: return true
            default: throw produced == 0 ? .unreadable("it is no gzip data") : .unreadable("its gzip data are damaged")
            }
            guard produced <= consumed * Self.honestRatio + Self.slack else { throw .tooLong(limit: produced) }
            if written > 0, !take(piece[..<written]) { return false }
        }
        return true
    }

    /// Throws if the last member is not whole.
    func finish() throws(FormatError.Reason) {
        if !isAtMemberEnd || consumed == 0 { throw .cutShort }
    }

    /// One call of zlib: bytes read, bytes written, and what it says.
    private mutating func inflate(
        _ input: inout [UInt8], from place: Int, into piece: inout [UInt8]
    ) -> (read: Int, written: Int, status: Int32) {
        let count = input.count - place
        let room = piece.count
        return input.withUnsafeMutableBufferPointer { source in
            piece.withUnsafeMutableBufferPointer { target in
                // zlib keeps neither pointer after the call.
                stream.pointee.next_in = source.baseAddress! + place
                stream.pointee.avail_in = UInt32(count)
                stream.pointee.next_out = target.baseAddress
                stream.pointee.avail_out = UInt32(room)
                let status = CZlib.inflate(stream, Z_NO_FLUSH)
                return (count - Int(stream.pointee.avail_in), room - Int(stream.pointee.avail_out), status)
            }
        }
    }
}

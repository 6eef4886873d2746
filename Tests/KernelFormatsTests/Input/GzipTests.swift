import Foundation
import KernelFormats
import PhysicalMemory
import TestSupport
import Testing

/// Packed captures, as they should be and otherwise. They are packed by the `gzip` program, which the reader needs not.
@Suite struct GzipTests {
    private static let text = "## /proc/meminfo\nMemTotal: 4194304 kB\n"

    private func packed(_ bytes: Data) throws -> Data? {
        let program = Process()
        program.executableURL = URL(fileURLWithPath: "/bin/gzip")
        guard FileManager.default.isExecutableFile(atPath: "/bin/gzip") else { return nil }
        let (input, output) = (Pipe(), Pipe())
        program.standardInput = input
        program.standardOutput = output
        program.arguments = ["-c"]
        try program.run()
        DispatchQueue.global().async {
            try? input.fileHandleForWriting.write(contentsOf: bytes)
            try? input.fileHandleForWriting.close()
        }
        let result = try output.fileHandleForReading.readToEnd() ?? Data()
        program.waitUntilExit()
        return result
    }

    private func capture(_ bytes: Data) throws -> Capture {
        let path = NSTemporaryDirectory() + "pgdat-\(UUID().uuidString).gz"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try bytes.write(to: URL(fileURLWithPath: path))
        return try Capture(path: path)
    }

    private func reason(_ bytes: Data) -> FormatError.Reason? {
        do {
            _ = try capture(bytes)
            return nil
        } catch { return (error as? FormatError)?.reason }
    }

    private static let skipped = "skipped: there is no gzip program to pack with"

    @Test func aPackedTextReadsAsThePlainOne() throws {
        guard let bytes = try packed(Data(Self.text.utf8)) else { return print(Self.skipped) }
        #expect(try capture(bytes).pictures[0].memInfo["MemTotal"] == 4_194_304)
    }

    @Test func membersFollowOneAnother() throws {
        let middle = Self.text.index(Self.text.startIndex, offsetBy: 20)
        guard let one = try packed(Data(Self.text[..<middle].utf8)),
            let two = try packed(Data(Self.text[middle...].utf8))
        else { return print(Self.skipped) }
        #expect(try capture(one + two + Data(count: 512)).pictures[0].memInfo["MemTotal"] == 4_194_304)
    }

    @Test func damageIsNamed() throws {
        guard var bytes = try packed(Data(Self.text.utf8)) else { return print(Self.skipped) }
        #expect(reason(bytes.dropLast(9)) == .cutShort)
        #expect(reason(Data()) == .cutShort)
        #expect(reason(Data("plain text".utf8)) == .unreadable("it is no gzip data"))
        // The check sum.
        bytes[bytes.count - 8] ^= 1
        #expect(reason(bytes) == .unreadable("its gzip data are damaged"))
    }

    /// A file that unpacks to more than any text does is given up long before its end.
    @Test func aBombIsRefused() throws {
        guard let bytes = try packed(Data(count: 256 << 20)) else { return print(Self.skipped) }
        guard case .tooLong(let limit) = reason(bytes) else {
            // A capture's own limit may come first; then the text is cut, and said to be.
            #expect(try capture(bytes).notes.contains { $0.contains("were read") })
            return
        }
        #expect(limit < 80 << 20)
    }
}

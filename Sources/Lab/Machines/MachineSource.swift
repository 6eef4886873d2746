import FoundationEssentials
import KernelFormats
import PhysicalMemory

/// Where a machine comes from: what `--machine` names.
public enum MachineSource: Hashable, Sendable {
    /// The machine that this process runs on.
    case host
    case preset(MachinePreset)
    /// The path of a ``MachineSpec`` in JSON.
    case json(String)
    /// The path of a capture: a file, or a folder that mirrors the machine.
    case capture(String)

    /// Reads what a user typed. Names come before files: `./host` is the file.
    ///
    /// Throws ``MachineSourceError`` if it is neither a name nor a file that is there.
    public init(_ text: String) throws(MachineSourceError) {
        if text == "host" {
            self = .host
        } else if let preset = MachinePreset(rawValue: text) {
            self = .preset(preset)
        } else {
            var isFolder = false
            let exists = FileManager.default.fileExists(atPath: text, isDirectory: &isFolder)
            guard exists else {
                throw text.contains("/") || text.contains(".") ? .notFound(text) : .unknownName(text)
            }
            self = text.lowercased().hasSuffix(".json") && !isFolder ? .json(text) : .capture(text)
        }
    }

    /// The machine's description.
    ///
    /// - Parameter picture: which picture of a capture that holds several, from 1; `nil`: the first.
    /// - Throws: ``MachineSourceError``, or `FormatError` for a capture that cannot be read.
    public func spec(picture: Int? = nil) throws -> MachineSpec {
        if let picture, picture != 1 {
            guard case .capture = self else { throw MachineSourceError.noPicture(picture, of: 1) }
        }
        switch self {
        case .host: return try Self.hostSpec()
        case .preset(let preset): return preset.spec
        case .json(let path): return try Self.jsonSpec(path)
        case .capture(let path): throw MachineSourceError.unreadable(path, "captures cannot be read yet")
        }
    }
}

/// Why there is no machine.
public enum MachineSourceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Neither a preset nor a file.
    case unknownName(String)
    /// A path that leads nowhere.
    case notFound(String)
    case unreadable(String, String)
    /// What is wrong with a description in JSON, and where.
    case json(path: String, String)
    case noPicture(Int, of: Int)
    case hostUnknown(String)

    public var description: String {
        switch self {
        case .unknownName(let name): "\(name): no preset of this name, and no such file"
        case .notFound(let path): "\(path): no such file or folder"
        case .unreadable(let path, let why): "\(path): \(why)"
        case .json(let path, let what): "\(path): \(what)"
        case .noPicture(let number, let count):
            "there is no picture \(number), the machine has \(count == 1 ? "one" : "\(count)")"
        case .hostUnknown(let why): "this host: \(why)"
        }
    }
}

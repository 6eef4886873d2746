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

    /// The machine's description, and what had to be guessed or left out of it, in sentences.
    ///
    /// - Parameter picture: which picture of a capture that holds several, from 1.
    /// - Throws: ``MachineSourceError``, or `FormatError` for a file that cannot be read or makes no sense.
    public func description(picture: Int = 1) throws -> (spec: MachineSpec, notes: [String]) {
        if case .capture(let path) = self { return try Self.described(Capture(path: path), picture) }
        guard picture == 1 else { throw MachineSourceError.noPicture(picture, of: 1) }
        switch self {
        case .host: return try Self.host()
        case .preset(let preset): return (preset.spec, [])
        case .json(let path), .capture(let path): return (try MachineSpec(jsonFile: path), [])
        }
    }

    private static func described(
        _ capture: Capture, _ picture: Int
    ) throws -> (spec: MachineSpec, notes: [String]) {
        guard capture.pictures.indices.contains(picture - 1) else {
            throw MachineSourceError.noPicture(picture, of: capture.pictures.count)
        }
        return try capture.machineSpec(picture: picture)
    }

    /// The host by what its kernel says of it; where that is too little, by its nodes' sizes.
    private static func host() throws -> (spec: MachineSpec, notes: [String]) {
        do {
            var (spec, notes) = try described(Capture(path: "/"), 1)
            spec.name = "host"
            return (spec, notes)
        } catch let error as FormatError {
            return (try hostByTopology(), ["addresses of memory are not known (\(error)) and assumed"])
        }
    }
}

/// Why there is no machine.
public enum MachineSourceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Neither a preset nor a file.
    case unknownName(String)
    /// A path that leads nowhere.
    case notFound(String)
    case noPicture(Int, of: Int)
    case hostUnknown(String)

    public var description: String {
        switch self {
        case .unknownName(let name): "\(name): no preset of this name, and no such file"
        case .notFound(let path): "\(path): no such file or folder"
        case .noPicture(let number, let count):
            "there is no picture \(number), the machine has \(count == 1 ? "one" : "\(count)")"
        case .hostUnknown(let why): "this host: \(why)"
        }
    }
}

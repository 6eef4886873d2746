import ArgumentParser
import Glibc
import HostNUMA
import KernelFormats
import Lab
import PhysicalMemory

/// Why `pgdat` ends other than with 0, as `sysexits.h` numbers it.
enum ExitStatus: Int32 {
    /// Something was checked and is not as it should be.
    case checkFailed = 1
    case usage = 64
    case badData = 65
    case noInput = 66
    /// The command cannot do what it is for on this host.
    case unavailable = 69
    /// A fault of ours.
    case software = 70
}

/// What stops a command: what is wrong and where, what can be done about it, and the exit status.
///
/// A check that failed is no failure of the command: it prints its report and then throws ``checkFailed``.
struct Failure: Error {
    var status: ExitStatus
    var message: String
    /// What to do about it, if there is something.
    var hint: String?

    init(_ status: ExitStatus, _ message: String, hint: String? = nil) {
        self.status = status
        self.message = message
        self.hint = hint
    }

    /// Thrown after the report where what it reports is not as it should be: exit status 1, no message.
    static var checkFailed: ExitCode { ExitCode(ExitStatus.checkFailed.rawValue) }

    /// The failure that an error of the libraries stands for; `nil` if it is not one of theirs.
    init?(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as MachineSourceError: self.init(error)
        case let error as FormatError:
            self.init(
                error.reason == .notFound ? .noInput : .badData, error.description,
                hint: error.reason == .noMemory ? Self.captureHint : nil)
        case let error as BootError: self.init(.badData, error.description)
        case let error as RunError: self.init(error.isUsage ? .usage : .unavailable, error.description)
        case let error as DriveError: self.init(.unavailable, error.description)
        case let error as MachineError:
            switch error {
            case .noCPU, .noMemory, .outOfRange: self.init(.badData, error.description)
            case .tooManyPagesets, .noRoomForMap: self.init(.unavailable, error.description)
            }
        case let error as HostError: self.init(.unavailable, String(describing: error))
        default: return nil
        }
    }

    private static let captureHint = """
        A capture is a file as pgdat capture writes it, a boot log, the text of /proc/zoneinfo, or a folder that \
        mirrors a machine's /proc and /sys.
        """

    private init(_ error: MachineSourceError) {
        switch error {
        case .unknownName(let name):
            self.init(
                .usage, "--machine \(name): no preset of this name, and no such file",
                hint: "Presets: \(MachinePreset.allCases.map(\.rawValue).joined(separator: ", ")).")
        case .notFound(let path): self.init(.noInput, "\(path): no such file or folder")
        case .noPicture: self.init(.usage, "--picture: \(error)")
        case .hostUnknown: self.init(.unavailable, error.description)
        }
    }

    /// Says what went wrong on stderr and ends the process.
    static func end(with error: any Error) -> Never {
        if let failure = Failure(error) {
            Output.say("Error: \(failure.message)")
            if let hint = failure.hint { Output.say(hint) }
            exit(failure.status.rawValue)
        }
        let status = PGDat.exitCode(for: error)
        // The parser knows its own errors by these statuses; whatever else comes here was not foreseen.
        if status == .success || status == .validationFailure || error is ExitCode {
            PGDat.exit(withError: error)
        }
        Output.say("Error: \(error)")
        Output.say("This is a fault of pgdat; please report it with the command that led here.")
        exit(ExitStatus.software.rawValue)
    }
}

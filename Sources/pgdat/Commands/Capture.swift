import ArgumentParser
import KernelFormats

struct CaptureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture", abstract: "Write what this host says of its memory, to be studied elsewhere.",
        discussion: "Every command takes the file as --machine FILE. The more rights, the more is in it.")

    @Option(name: [.short, .long], help: ArgumentHelp("Where to; stdout if not given.", valueName: "file"))
    var output: String?

    @Flag(name: [.short, .long], help: "No remarks on what could not be read.")
    var quiet = false

    mutating func run() async throws {
        let (text, notes) = HostCapture.text()
        if let output {
            try Output.save(text, to: output)
        } else {
            try Output.write(text)
        }
        if !quiet { notes.forEach { Output.say("note: \($0)") } }
    }
}

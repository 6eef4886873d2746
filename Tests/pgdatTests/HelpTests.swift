import Testing

struct HelpTests {
    @Test func everyCommandExplainsItself() throws {
        let help = try Program.run("--help")
        #expect(help.status == 0)
        for command in ["run", "layout", "inspect"] {
            #expect(help.output.contains("\n  \(command) "), "\(command)")
            let own = try Program.run(command, "--help")
            #expect(own.status == 0)
            for flag in ["--json", "--quiet", "--no-color", "--machine", "--set", "--cmdline", "--picture"] {
                #expect(own.output.contains(flag), "\(command) \(flag)")
            }
        }
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func completions(_ shell: String) throws {
        let result = try Program.run("--generate-completion-script", shell)
        #expect(result.status == 0)
        #expect(result.output.contains("layout"))
    }

    @Test func versionIsOneLine() throws {
        #expect(try Program.run("--version").output.split(separator: "\n").count == 1)
    }
}

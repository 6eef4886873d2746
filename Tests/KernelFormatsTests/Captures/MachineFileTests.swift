import Foundation
import KernelFormats
import PhysicalMemory
import TestSupport
import Testing

/// Descriptions in files, and the host's own capture.
@Suite struct MachineFileTests {
    @Test(arguments: Boots.paths) func aDescriptionSurvivesItsFile(_ path: String) throws {
        let spec = try Capture(path: path).machineSpec().spec
        let text = try spec.json()
        #expect(try MachineSpec(json: text, name: "spec") == spec)
        #expect(String(decoding: text, as: UTF8.self).contains("\"schema\" : 1"))
    }

    @Test(arguments: [
        "", "[]", "{\"schema\":2}", "{\"memory\":[{\"start\":0}]}", "{\"pageSize\":1e99}", "{\"pageSize\":\"x\"}",
        "{\"memroy\":[]}", "{\"kernel\":\"six\"}", "{\"nodes\":[{\"id\":18446744073709551616}]}", "{\"name\":",
        "\u{0}", "{\"possibleNodes\":[1000000000]}",
    ])
    func whatIsNoDescriptionIsNamed(_ text: String) {
        #expect {
            _ = try MachineSpec(json: Array(text.utf8), name: "bad.json")
        } throws: {
            ($0 as? FormatError)?.file == "bad.json"
        }
    }

    @Test func aMissingFileIsNamed() {
        #expect {
            _ = try MachineSpec(jsonFile: "/nonexistent/machine.json")
        } throws: {
            ($0 as? FormatError)?.reason == .notFound
        }
    }

    @Test func mutatedDescriptionsNeverCrash() throws {
        var random = SeededGenerator(seed: 8)
        let text = String(
            decoding: try Boots.capture("x86_64-6.12-n4-asym-b").machineSpec().spec.json(), as: UTF8.self)
        for _ in 0..<150 {
            let mutated = Array(Mutator.mutate(text, using: &random).utf8)
            if let spec = try? MachineSpec(json: mutated, name: "m") { _ = try? MachineLayout(booting: spec) }
        }
    }

    @Test func theHostsCaptureReadsBack() throws {
        guard FileManager.default.isReadableFile(atPath: "/proc/zoneinfo") else {
            print("skipped: this host shows no /proc/zoneinfo")
            return
        }
        let (text, _) = HostCapture.text()
        #expect(text.hasSuffix("@@end\n"))
        let capture = Capture(parsing: Array(text.utf8), name: "host")
        let direct = try Capture(path: "/")
        #expect(capture.pictures.count == 1)
        let zones = try #require(try capture.observed().zones)
        #expect(zones.zones.map(\.spanned) == (try direct.observed().zones?.zones.map(\.spanned)))
        let spec = try capture.machineSpec().spec
        #expect(!spec.memory.isEmpty && spec.nodes.contains { !$0.cpus.isEmpty })
    }
}

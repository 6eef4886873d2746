import Foundation
import PhysicalMemory
import Testing

struct MachineSpecCodingTests {
    private func decode(_ text: String) throws -> MachineSpec {
        try JSONDecoder().decode(MachineSpec.self, from: Data(text.utf8))
    }

    @Test(arguments: MachinePreset.allCases)
    func everyPresetSurvivesTheRoundTrip(_ preset: MachinePreset) throws {
        let data = try JSONEncoder().encode(preset.spec)
        #expect(try JSONDecoder().decode(MachineSpec.self, from: data) == preset.spec)
    }

    @Test func missingKeysTakeDefaults() throws {
        let spec = try decode(#"{"memory": [{"start": 0, "end": 1073741824}]}"#)
        #expect(spec == MachineSpec(name: "machine", memory: [.init(start: 0, end: .gibibytes(1), node: 0)]))
        let layout = try MachineLayout(booting: spec)
        #expect(layout.nodes.count == 1)
    }

    @Test func configurationFollowsTheArchitectureWhereItDoesNotSay() throws {
        let spec = try decode(#"{"architecture": "i386PAE", "configuration": {"hasNUMA": true}}"#)
        #expect(spec.configuration.hasHighMem && !spec.configuration.hasZoneDMA32 && spec.configuration.hasNUMA)
    }

    @Test(arguments: [
        (#"{"architecture": "vax"}"#, ["architecture"]),
        (#"{"memory": [{"start": 0, "end": 1, "kind": "soft"}]}"#, ["memory", "Index 0", "kind"]),
        (#"{"memroy": []}"#, ["memroy"]),
        (#"{"configuration": {"maxorder": 4}}"#, ["configuration", "maxorder"]),
        (#"{"zoneInputs": [{"zone": "Norm", "managedPages": 3}]}"#, ["zoneInputs", "Index 0", "zone"]),
        (#"{"kernel": "six"}"#, ["kernel"]),
        (#"{"possibleNodes": [99999]}"#, ["possibleNodes"]),
    ])
    func errorsNameTheKey(_ text: String, _ path: [String]) throws {
        let error = #expect(throws: DecodingError.self) { try decode(text) }
        guard case .dataCorrupted(let context) = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(context.codingPath.map(\.stringValue) == path)
    }
}

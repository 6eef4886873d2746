import PhysicalMemory

/// A structure of the kernel, field by field.
public struct Inspection: Encodable, Sendable {
    public struct Field: Encodable, Sendable {
        /// As the kernel's source spells it.
        public var kernelName: String
        /// As this library spells it.
        public var swiftName: String
        /// `null` where the machine does not have the field.
        public var value: InspectedValue
        /// Whether this machine's kernel has the field.
        public var present: Bool
        /// What a kernel needs to have it; `null`: nothing.
        @OrNull public var requires: String?
        /// One line of what it is.
        public var meaning: String
    }

    public enum Kind: String, Encodable, Sendable {
        case node, zone, page, cpu
    }

    public var kind: Kind
    /// Which one: `0`, `0/Normal`, `0x1000`.
    public var name: String
    public var machine: String
    public var fields: [Field] = []

    private let layout: MachineLayout

    enum CodingKeys: CodingKey { case kind, name, machine, fields }

    init(_ kind: Kind, _ name: String, of machine: Machine) {
        self.kind = kind
        self.name = name
        self.machine = machine.layout.name
        layout = machine.layout
    }

    /// Adds a field. Its value is asked for only if the machine has it.
    mutating func add(
        _ kernelName: String, _ swiftName: String, _ value: @autoclosure () -> InspectedValue,
        needs requirement: Requirement? = nil, _ meaning: String
    ) {
        let present = requirement?.isMet(layout) ?? true
        fields.append(
            Field(
                kernelName: kernelName, swiftName: swiftName, value: present ? value() : .null, present: present,
                requires: requirement?.text, meaning: meaning))
    }
}

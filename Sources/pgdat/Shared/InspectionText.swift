import Lab

/// A structure's fields for people: name and value, and under them what it is.
struct InspectionText {
    private(set) var text: String

    init(_ inspection: Inspection, style: TextStyle) {
        text = style.bold("\(inspection.kind.rawValue) \(inspection.name)") + style.dim("  of \(inspection.machine)\n")
        let width = inspection.fields.map(\.kernelName.count).max() ?? 0
        for field in inspection.fields {
            let name = field.kernelName + String(repeating: " ", count: width - field.kernelName.count)
            let value =
                field.present ? field.value.description : style.yellow("not on this machine")
            text += "  " + style.cyan(name) + "  " + value + "\n"
            let needs = field.requires.map { " (\($0))" } ?? ""
            text += String(repeating: " ", count: width + 4) + style.dim(field.meaning + needs) + "\n"
        }
    }
}

import Lab

/// Columns of text: the first ones to the left, the others to the right; the first row is the heading.
struct TextTable {
    var rows: [[String]]
    var leftColumns = 1
    /// Cells that are set off, by row and column, after they were padded.
    var accent: (_ row: Int, _ column: Int, _ cell: String) -> String = { $2 }

    func text(_ style: TextStyle) -> String {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.map { $0.indices ~= column ? $0[column].count : 0 }.max() ?? 0
        }
        var text = ""
        for (number, row) in rows.enumerated() {
            let cells = row.indices.map { column in
                let isLast = column == row.count - 1
                let cell =
                    column < leftColumns
                    ? Text.left(row[column], isLast ? 0 : widths[column]) : Text.right(row[column], widths[column])
                return number == 0 ? cell : accent(number, column, cell)
            }
            var line = "  " + cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            text += (number == 0 ? style.dim(line) : line) + "\n"
        }
        return text
    }
}

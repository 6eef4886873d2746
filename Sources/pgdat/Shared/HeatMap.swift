import Lab

/// Cells of a table on colors from good to bad.
struct HeatMap {
    let matrix: CostMatrix
    let style: TextStyle

    /// Of the 256 colors, from green to red: background and a text that is seen on it.
    private static let colors = [(22, 231), (28, 231), (64, 231), (100, 231), (136, 16), (130, 231), (124, 231)]

    /// `cell` as it is, where there is no color or no value.
    func paint(_ row: Int, _ column: Int, _ cell: String) -> String {
        guard style.isColorful, let heat = matrix.heat(row, column) else { return cell }
        let step = Int((heat * Double(Self.colors.count - 1)).rounded())
        let (background, text) = Self.colors[min(max(0, step), Self.colors.count - 1)]
        return style.wrap(cell, "48;5;\(background);38;5;\(text)")
    }
}

extension TextTable {
    /// A matrix with its heat; `suffix` is what stands behind a value.
    init(_ matrix: CostMatrix, style: TextStyle, suffix: (_ row: Int, _ column: Int) -> String = { _, _ in "" }) {
        let heat = HeatMap(matrix: matrix, style: style)
        var rows = [[""] + matrix.columns]
        for (row, name) in matrix.rows.enumerated() {
            rows.append(
                [name]
                    + matrix.columns.indices.map { column in
                        (matrix.values[row][column].map(Text.decimal) ?? "-") + suffix(row, column)
                    })
        }
        self.init(rows: rows)
        accent = { row, column, cell in column == 0 ? cell : heat.paint(row - 1, column - 1, cell) }
    }
}

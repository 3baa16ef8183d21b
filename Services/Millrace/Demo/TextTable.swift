/// A table of text for people: columns as wide as their widest cell, figures to the right.
struct TextTable: Sendable, Equatable {
  /// How a column is set.
  enum Alignment: Sendable, Equatable {
    /// Words.
    case left
    /// Figures.
    case right
  }

  /// The headings, one per column; a table whose headings are all empty has no line for them.
  let headings: [String]
  /// How each column is set.
  let alignments: [Alignment]
  /// The rows; missing cells are empty, surplus ones are left out.
  private(set) var rows: [[String]] = []

  /// An empty table.
  init(_ columns: [(heading: String, alignment: Alignment)]) {
    headings = columns.map(\.heading)
    alignments = columns.map(\.alignment)
  }

  /// Adds a row.
  mutating func add(_ cells: [String]) {
    rows.append((0..<headings.count).map { $0 < cells.count ? cells[$0] : "" })
  }

  /// The table's lines, each indented by two spaces and without spaces at its end.
  func lines() -> [String] {
    let all = headings.allSatisfy(\.isEmpty) ? rows : [headings] + rows
    let widths = headings.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return alignments[column] == .left ? cell + padding : padding + cell
      }
      var line = "  " + cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}

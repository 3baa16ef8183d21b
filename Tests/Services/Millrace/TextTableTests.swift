import Testing

@testable import Millrace

@Suite("Text table")
struct TextTableTests {
  @Test("Columns are as wide as their widest cell, figures stand to the right")
  func layout() {
    var table = TextTable([("name", .left), ("n", .right)])
    table.add(["a", "7"])
    table.add(["longer", "1234"])
    #expect(table.lines() == ["  name       n", "  a          7", "  longer  1234"])
  }

  @Test("Without headings there is no line for them")
  func noHeadings() {
    var table = TextTable([("", .left), ("", .right)])
    table.add(["a", "7"])
    #expect(table.lines() == ["  a  7"])
  }

  @Test("Missing cells are empty, surplus ones are left out")
  func cells() {
    var table = TextTable([("a", .left), ("b", .left)])
    table.add(["1"])
    table.add(["1", "2", "3"])
    #expect(table.lines() == ["  a  b", "  1", "  1  2"])
  }
}

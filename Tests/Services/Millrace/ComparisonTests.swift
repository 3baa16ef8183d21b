import Testing
import Values

@testable import Millrace

@Suite("Reported against booked")
struct ComparisonTests {
  private static func quantity(_ text: String) throws -> Quantity { try Quantity(decimal: text) }

  private static func planned() throws -> PlannedOrder {
    PlannedOrder(
      name: "WH/MO/1", item: "VALVE", planned: try quantity("100"),
      components: [
        PlannedComponent(
          item: "BODY", demand: try quantity("100"), rounding: try quantity("0.01")),
        PlannedComponent(
          item: "GLUE", demand: try quantity("0.333"), rounding: try quantity("0.01")),
        PlannedComponent(
          item: "BODY", demand: try quantity("50"), rounding: try quantity("0.01")),
      ])
  }

  private static func reported() throws -> ReportedTotals {
    ReportedTotals(
      order: "WH/MO/1", good: try quantity("90"), scrap: try quantity("5"), reports: 10,
      isFinal: true)
  }

  @Test("Consumption follows what was processed, rounded once on the total")
  func agreement() throws {
    // 95 of 100: bodies 95 + 47.5, glue 0.31635 rounded to 0.32.
    let booked = BookedOrder(
      made: try Self.quantity("90"),
      consumed: ["BODY": try Self.quantity("142.5"), "GLUE": try Self.quantity("0.32")])
    let lines = try Comparison.lines(
      planned: Self.planned(), reported: Self.reported(), booked: booked)
    #expect(lines.map(\.item) == ["VALVE", "BODY", "GLUE"])
    #expect(lines.allSatisfy { $0.agrees })
  }

  @Test("A difference anywhere is seen")
  func differences() throws {
    let booked = BookedOrder(
      made: try Self.quantity("91"),
      consumed: ["BODY": try Self.quantity("142.5"), "BOLT": try Self.quantity("1")])
    let lines = try Comparison.lines(
      planned: Self.planned(), reported: Self.reported(), booked: booked)
    #expect(lines.filter { !$0.agrees }.map(\.item) == ["VALVE", "GLUE", "BOLT"])
  }

  @Test("The table names the order once and says what differs")
  func table() throws {
    let booked = BookedOrder(
      made: try Self.quantity("90"), consumed: ["BODY": try Self.quantity("142.5")])
    let lines = Comparison.table(
      try Comparison.lines(planned: Self.planned(), reported: Self.reported(), booked: booked)
    ).lines()
    #expect(
      lines == [
        "  order              item   reported  Odoo holds",
        "  WH/MO/1  made      VALVE        90          90  agrees",
        "           consumed  BODY      142.5       142.5  agrees",
        "           consumed  GLUE       0.32           0  DIFFERS",
      ])
  }
}

import Testing
import Values

@testable import Procurement

@Suite("Procurement's rules")
struct ProcurementRulesTests {
  @Test("A package's code has 18 digits and its check digit")
  func sscc() {
    // The example of the GS1 General Specifications, and others worked out by hand.
    let table: [(String, Bool)] = [
      ("376104250021234569", true), ("376104250021234560", false), ("000000000000000000", true),
      ("000000000000000017", true), ("00000000000000001", false), ("37610425002123456A", false),
      ("", false), ("3761042500212345699", false), ("３76104250021234569", false),
    ]
    for (code, isGood) in table { #expect((SSCC.violation(of: code) == nil) == isGood, "\(code)") }
  }

  @Test("The tolerance is exact: what is at it is taken, a millionth more is not")
  func tolerance() throws {
    let tolerance = OverDeliveryTolerance(percent: try Quantity(decimal: "12.5"))
    let ordered = try Quantity(decimal: "8")
    #expect(tolerance.allows(try Quantity(decimal: "9"), of: ordered))
    #expect(!tolerance.allows(try Quantity(decimal: "9.000001"), of: ordered))
    #expect(OverDeliveryTolerance.none.allows(ordered, of: ordered))
    #expect(!OverDeliveryTolerance.none.allows(try Quantity(decimal: "8.000001"), of: ordered))
  }

  @Test("A notice only goes forward, in whatever order its milestones come")
  func milestones() {
    let table: [(ShipNoticeState, ShipNoticeState?, ShipNoticeState)] = [
      (.submitted, .inTransit, .inTransit), (.submitted, .arrived, .arrived),
      (.arrived, .inTransit, .arrived), (.inTransit, nil, .inTransit),
      (.received, .arrived, .received), (.cancelled, .inTransit, .cancelled),
    ]
    for (before, milestone, after) in table { #expect(before.after(milestone) == after) }
  }

  @Test("Each difference between what was said and what came has its kind")
  func differences() throws {
    func item(_ lot: String) -> ShippedItem {
      ShippedItem(orderName: "P", line: 1, lot: lot, serial: "")
    }
    func quantity(_ text: String) -> Quantity { (try? Quantity(decimal: text)) ?? .zero }
    let found = try ReceiptComparison.differences(
      announced: [item("A"): quantity("5"), item("B"): quantity("5"), item("C"): quantity("5")],
      received: [item("B"): quantity("6"), item("C"): quantity("5"), item("D"): quantity("1")],
      damaged: [item("C"): quantity("0.5"), item("B"): .zero])
    #expect(
      found == [
        Difference(item: item("A"), kind: .short, quantity: quantity("5")),
        Difference(item: item("B"), kind: .over, quantity: quantity("1")),
        Difference(item: item("C"), kind: .damaged, quantity: quantity("0.5")),
        Difference(item: item("D"), kind: .unexpected, quantity: quantity("1")),
      ])
  }
}

import JSON
import Testing
import Values

@testable import Millrace

@Suite("Closing report")
struct ClosingReportTests {
  private static func shift() -> ShiftSummary {
    var shift = ShiftSummary()
    shift.accepted = 200
    shift.duplicates = 12
    shift.countRefusal(code: "INVALID_ARGUMENT", reason: "INVALID_FIELDS")
    shift.countRefusal(code: "INVALID_ARGUMENT", reason: "INVALID_FIELDS")
    shift.countRefusal(code: "UNAUTHENTICATED", reason: "CREDENTIAL_UNKNOWN")
    return shift
  }

  private static func report(
    recorded: Int = 200, booked: Int64 = 40, cases: [OpenCase] = []
  ) throws -> ClosingReport {
    ClosingReport(
      shift: shift(), recorded: recorded,
      calls: [
        CallCount(model: "mrp.production", method: "write", sent: 3, unanswered: 0),
        CallCount(model: "mrp.production", method: "button_mark_done", sent: 4, unanswered: 1),
      ], cases: cases,
      lines: [
        ComparedLine(
          order: "WH/MO/1", item: "VALVE", what: "made", reported: try Quantity(units: 40),
          booked: try Quantity(units: booked))
      ])
  }

  @Test("It agrees only when everything does")
  func verdicts() throws {
    #expect(try Self.report().agrees)
    #expect(try Self.report().verdict == "Odoo holds exactly what was reported.")
    #expect(try !Self.report(booked: 41).agrees)
    #expect(try Self.report(booked: 41).verdict.contains("differs"))
    #expect(try !Self.report(recorded: 199).agrees)
    #expect(try Self.report(recorded: 199).verdict.contains("199"))
    let open = OpenCase(order: "WH/MO/1", reason: "NO_OPEN_ORDER", explanation: "closed by hand")
    #expect(try !Self.report(cases: [open]).agrees)
    #expect(try Self.report(cases: [open]).verdict.contains("1 case"))
  }

  @Test("It names every count")
  func text() throws {
    let text = try Self.report().text().joined(separator: "\n")
    for part in [
      "accepted", "200", "duplicates", "12", "refused", "INVALID_ARGUMENT, INVALID_FIELDS",
      "UNAUTHENTICATED, CREDENTIAL_UNKNOWN", "mrp.production button_mark_done", "agrees",
    ] {
      #expect(text.contains(part), "\(part)")
    }
  }

  @Test("Programs read the same figures")
  func json() throws {
    let json = try Self.report().json
    #expect(json["agrees"] == true)
    #expect(json["accepted"] == 200)
    #expect(json["odooCalls"] == 7)
    #expect(json["odooCallsWithoutAnswer"] == 1)
    #expect(json["lines"]?[0]?["booked"] == "40")
  }

  @Test("A summary is read as it was written")
  func summaryRoundTrip() throws {
    var shift = Self.shift()
    shift.orders = [
      ReportedTotals(
        order: "WH/MO/1", good: try Quantity(decimal: "39.5"), scrap: .zero, reports: 7,
        isFinal: true)
    ]
    let event = MESEvent.summary(shift)
    let read = try JSONValue(parsing: event.json.text)
    #expect(read["summary"].flatMap { ShiftSummary(json: $0) } == shift)
    #expect(read["sentence"]?.stringValue == event.sentence)
    #expect(ShiftSummary(json: ["accepted": 1]) == nil)
  }
}

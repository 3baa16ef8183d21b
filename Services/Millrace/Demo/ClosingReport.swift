import JSON
import Values

/// How often one Odoo method was called by the Gateway.
struct CallCount: Sendable, Equatable {
  /// The model, for example `mrp.production`.
  let model: String
  /// The method, for example `write`.
  let method: String
  /// How many calls were sent.
  let sent: Int64
  /// How many of them got no usable answer.
  let unanswered: Int64
}

/// Something that waits for a person.
struct OpenCase: Sendable, Equatable {
  /// The order's name.
  let order: String
  /// The stable reason.
  let reason: String
  /// The same in a sentence.
  let explanation: String
}

/// What the demo ends with.
struct ClosingReport: Sendable, Equatable {
  /// What the MES counted.
  let shift: ShiftSummary
  /// How many reports Production holds, counted afterwards.
  let recorded: Int
  /// The Gateway's calls to Odoo.
  let calls: [CallCount]
  /// What is left for a person.
  let cases: [OpenCase]
  /// Reported against booked.
  let lines: [ComparedLine]

  /// Whether Odoo holds exactly what was reported, every accepted report is recorded once, and
  /// nothing waits for a person.
  var agrees: Bool {
    cases.isEmpty && !lines.isEmpty && lines.allSatisfy(\.agrees) && recorded == shift.accepted
  }

  /// All calls to Odoo.
  var callsSent: Int64 { calls.reduce(0) { $0 + $1.sent } }
  /// Those without a usable answer.
  var callsUnanswered: Int64 { calls.reduce(0) { $0 + $1.unanswered } }
}

extension ClosingReport {
  /// The report for people, line by line.
  func text() -> [String] {
    var lines = ["", "Reports"]
    lines += reportsTable().lines()
    lines += ["", "Calls made to Odoo by the Gateway"]
    lines += callsTable().lines()
    lines += ["", "What Odoo holds against what was reported"]
    lines += Comparison.table(self.lines).lines()
    if !cases.isEmpty {
      lines += ["", "Cases for a person"]
      lines += cases.map { "  \($0.order): \($0.reason): \($0.explanation)" }
    }
    return lines + ["", verdict]
  }

  /// The result in one sentence.
  var verdict: String {
    let differences = lines.filter { !$0.agrees }.count
    if agrees { return "Odoo holds exactly what was reported." }
    if differences > 0 { return "Odoo differs from what was reported in \(differences) places." }
    if recorded != shift.accepted {
      return "Production holds \(recorded) reports, but \(shift.accepted) were accepted."
    }
    return cases.isEmpty ? "Nothing was compared." : "\(cases.count) cases wait for a person."
  }

  private func reportsTable() -> TextTable {
    var table = TextTable([("", .left), ("", .right), ("", .left)])
    table.add(["accepted", String(shift.accepted), "each recorded once: \(recorded) in Production"])
    table.add(["duplicates", String(shift.duplicates), "recognised by their identity"])
    table.add(["refused", String(shift.refusedCount), ""])
    for refusal in shift.refused {
      table.add(["", String(refusal.count), "\(refusal.code), \(refusal.reason)"])
    }
    return table
  }

  private func callsTable() -> TextTable {
    var table = TextTable([("", .left), ("sent", .right), ("no answer", .right)])
    for call in calls {
      table.add(["\(call.model) \(call.method)", String(call.sent), String(call.unanswered)])
    }
    table.add(["all", String(callsSent), String(callsUnanswered)])
    return table
  }

  /// The report for programs.
  var json: JSONValue {
    .object([
      "agrees": .bool(agrees),
      "accepted": .int(Int64(shift.accepted)),
      "recorded": .int(Int64(recorded)),
      "duplicates": .int(Int64(shift.duplicates)),
      "shift": shift.json,
      "odooCalls": .int(callsSent),
      "odooCallsWithoutAnswer": .int(callsUnanswered),
      "cases": .array(
        cases.map { .object(["order": .string($0.order), "reason": .string($0.reason)]) }),
      "lines": .array(
        lines.map {
          .object([
            "order": .string($0.order), "item": .string($0.item), "what": .string($0.what),
            "reported": .string($0.reported.description), "booked": .string($0.booked.description),
            "agrees": .bool($0.agrees),
          ])
        }),
    ])
  }
}

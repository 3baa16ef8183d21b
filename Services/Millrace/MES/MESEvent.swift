import JSON
import Values

/// What an order's reports add up to, as the MES counted them from the answers it got.
struct ReportedTotals: Sendable, Equatable {
  /// The order's name at release.
  let order: String
  /// Good pieces of the reporting operation.
  var good: Quantity
  /// Scrapped pieces of the reporting operation.
  var scrap: Quantity
  /// Reports recorded, of all operations.
  var reports: Int
  /// Whether the final report is recorded.
  var isFinal: Bool
}

/// One kind of refusal and how often it was met.
struct RefusalCount: Sendable, Equatable {
  /// gRPC's name of the status code.
  let code: String
  /// The stable reason.
  let reason: String
  /// How often.
  var count: Int
}

/// What the MES has counted in its shift.
struct ShiftSummary: Sendable, Equatable {
  /// Facts that were recorded.
  var accepted = 0
  /// Facts that had been recorded before and were recognised.
  var duplicates = 0
  /// Calls that were refused, by status and reason, in the order in which they were first met.
  var refused: [RefusalCount] = []
  /// Facts that were sent again because no answer had come.
  var sentAgainWithoutAnswer = 0
  /// The totals per order, in the order of their names.
  var orders: [ReportedTotals] = []

  /// How many calls were refused.
  var refusedCount: Int { refused.reduce(0) { $0 + $1.count } }

  /// Counts one refusal.
  mutating func countRefusal(code: String, reason: String) {
    if let index = refused.firstIndex(where: { $0.code == code && $0.reason == reason }) {
      refused[index].count += 1
    } else {
      refused.append(RefusalCount(code: code, reason: reason, count: 1))
    }
  }
}

/// What the sample MES tells of its shift: a sentence for people, or a line of JSON for its parent.
enum MESEvent: Sendable, Equatable {
  /// It waits for orders.
  case watching(site: String, orders: Int)
  /// An order came in on the watch.
  case received(order: String, item: String, quantity: String, unit: String, operations: Int)
  /// The order is taken over.
  case acknowledged(order: String)
  /// It has begun to report.
  case started(reports: Int, orders: Int)
  /// So many different facts are recorded.
  case progress(accepted: Int, of: Int)
  /// A fact was recognised as sent before.
  case duplicate(order: String)
  /// A call was refused.
  case refused(what: String, code: String, reason: String, fields: [String])
  /// The connection was lost and the fact is sent again.
  case retrying(code: String)
  /// The last report of an order is recorded.
  case finished(order: String)
  /// Everything is sent.
  case summary(ShiftSummary)
}

extension MESEvent {
  /// The event as one plain sentence.
  var sentence: String {
    switch self {
    case .watching(let site, let orders):
      "The MES watches site \(site) through the Gateway and waits for \(orders) orders."
    case .received(let order, let item, let quantity, let unit, let operations):
      "Order \(order) arrived on the watch: \(quantity) \(unit) of \(item), "
        + (operations == 1 ? "1 operation." : "\(operations) operations.")
    case .acknowledged(let order): "The MES took over order \(order)."
    case .started(let reports, let orders):
      "The shift begins: \(reports) reports on \(orders) orders."
    case .progress(let accepted, let of): "\(accepted) of \(of) reports are recorded."
    case .duplicate(let order):
      "A report on \(order) was sent a second time and recognised: nothing changed."
    case .refused(let what, let code, let reason, let fields):
      "Refused as it should be: \(what) (\(code), \(reason)"
        + (fields.isEmpty ? ")." : ": \(fields.joined(separator: "; "))).")
    case .retrying(let code): "No answer (\(code)); the same report is sent again."
    case .finished(let order): "The final report on \(order) is recorded."
    case .summary(let summary):
      "The shift is over: \(summary.accepted) accepted, \(summary.duplicates) duplicates, "
        + "\(summary.refusedCount) refused."
    }
  }

  /// The event as one JSON object; ``init(json:)`` reads it back.
  var json: JSONValue {
    var members: [String: JSONValue] = ["event": .string(name), "sentence": .string(sentence)]
    switch self {
    case .progress(let accepted, let of):
      members["accepted"] = .int(Int64(accepted))
      members["of"] = .int(Int64(of))
    case .received(let order, _, _, _, _), .acknowledged(let order), .finished(let order),
      .duplicate(let order):
      members["order"] = .string(order)
    case .refused(_, let code, let reason, let fields):
      members["code"] = .string(code)
      members["reason"] = .string(reason)
      members["fields"] = .array(fields.map { .string($0) })
    case .summary(let summary): members["summary"] = summary.json
    case .watching, .started, .retrying: break
    }
    return .object(members)
  }

  private var name: String {
    switch self {
    case .watching: "watching"
    case .received: "received"
    case .acknowledged: "acknowledged"
    case .started: "started"
    case .progress: "progress"
    case .duplicate: "duplicate"
    case .refused: "refused"
    case .retrying: "retrying"
    case .finished: "finished"
    case .summary: "summary"
    }
  }
}

extension ShiftSummary {
  /// The summary as JSON.
  var json: JSONValue {
    .object([
      "accepted": .int(Int64(accepted)),
      "duplicates": .int(Int64(duplicates)),
      "sentAgainWithoutAnswer": .int(Int64(sentAgainWithoutAnswer)),
      "refused": .array(
        refused.map {
          .object([
            "code": .string($0.code), "reason": .string($0.reason), "count": .int(Int64($0.count)),
          ])
        }),
      "orders": .array(
        orders.map {
          .object([
            "order": .string($0.order), "good": .string($0.good.description),
            "scrap": .string($0.scrap.description), "reports": .int(Int64($0.reports)),
            "final": .bool($0.isFinal),
          ])
        }),
    ])
  }

  /// Reads what ``json`` writes; `nil` for anything else.
  init?(json: JSONValue) {
    guard let accepted = json["accepted"]?.intValue, let duplicates = json["duplicates"]?.intValue,
      let again = json["sentAgainWithoutAnswer"]?.intValue,
      let refused = json["refused"]?.arrayValue, let orders = json["orders"]?.arrayValue
    else { return nil }
    self.accepted = Int(accepted)
    self.duplicates = Int(duplicates)
    sentAgainWithoutAnswer = Int(again)
    for entry in refused {
      guard let code = entry["code"]?.stringValue, let reason = entry["reason"]?.stringValue,
        let count = entry["count"]?.intValue
      else { return nil }
      self.refused.append(RefusalCount(code: code, reason: reason, count: Int(count)))
    }
    for entry in orders {
      guard let totals = ReportedTotals(json: entry) else { return nil }
      self.orders.append(totals)
    }
  }
}

extension ReportedTotals {
  fileprivate init?(json: JSONValue) {
    guard let order = json["order"]?.stringValue, let good = Self.quantity(json["good"]),
      let scrap = Self.quantity(json["scrap"]), let reports = json["reports"]?.intValue,
      let isFinal = json["final"]?.boolValue
    else { return nil }
    self.init(order: order, good: good, scrap: scrap, reports: Int(reports), isFinal: isFinal)
  }

  private static func quantity(_ value: JSONValue?) -> Quantity? {
    guard let text = value?.stringValue else { return nil }
    // Text that is no quantity has no value here: the caller then refuses the whole object.
    return try? Quantity(decimal: text)
  }
}

import JSON
import Values

/// Why a body for `/sandbox/faults` was refused.
struct FaultPlanError: Error {
  let problem: String
}

extension FaultPlan {
  /// Takes over what a body asks for; what it does not mention stays.
  mutating func apply(_ json: JSONValue, at now: Instant) throws {
    guard let members = json.objectValue else {
      throw FaultPlanError(problem: "an object is expected")
    }
    var plan = self
    for (key, value) in members.sorted(by: { $0.key < $1.key }) {
      switch key {
      case "clear": if value == true { plan = FaultPlan() }
      case "latencyMilliseconds": plan.latencyMilliseconds = try Self.milliseconds(value, key)
      case "down": plan.down = try Self.outage(value, now)
      case "rules":
        guard let elements = value.arrayValue else {
          throw FaultPlanError(problem: "rules: a list is expected")
        }
        plan.rules += try elements.map(Self.rule)
      default: throw FaultPlanError(problem: "unknown member \(key)")
      }
    }
    guard plan.rules.count <= Self.maximumRules else {
      throw FaultPlanError(problem: "rules: at most \(Self.maximumRules)")
    }
    self = plan
  }

  private static func milliseconds(_ json: JSONValue, _ name: String) throws -> Int64 {
    guard let number = json.intValue, (0...maximumMilliseconds).contains(number) else {
      throw FaultPlanError(problem: "\(name): a whole number from 0 to \(maximumMilliseconds)")
    }
    return number
  }

  private static func outage(_ json: JSONValue, _ now: Instant) throws -> Down? {
    if json == false || json == .null { return nil }
    let until = try json["forMilliseconds"].map {
      now.advanced(milliseconds: try milliseconds($0, "down.forMilliseconds"))
    }
    switch json["mode"]?.stringValue ?? "closed" {
    case "closed": return .closed(until: until)
    case "unavailable": return .unavailable(until: until)
    default: throw FaultPlanError(problem: "down.mode: closed or unavailable")
    }
  }

  private static func rule(_ json: JSONValue) throws -> Rule {
    let count = try json["count"].map { try milliseconds($0, "rules.count") } ?? 1
    guard count > 0 else { throw FaultPlanError(problem: "rules.count: at least 1") }
    return Rule(
      fault: try fault(json), count: Int(count), model: json["model"]?.stringValue,
      method: json["method"]?.stringValue)
  }

  private static func fault(_ json: JSONValue) throws -> Fault {
    switch json["fault"]?.stringValue {
    case "drop-answer": return .dropAnswer
    case "late-commit":
      return .lateCommit(
        milliseconds: try milliseconds(json["byMilliseconds"] ?? .null, "rules.byMilliseconds"))
    case "bad-gateway": return .badGateway
    case "nonsense":
      guard let shape = Nonsense(rawValue: json["shape"]?.stringValue ?? "html") else {
        throw FaultPlanError(
          problem: "rules.shape: one of "
            + Nonsense.allCases.map(\.rawValue).joined(separator: ", "))
      }
      return .nonsense(shape)
    case "error":
      guard let name = json["error"]?["name"]?.stringValue else {
        throw FaultPlanError(
          problem: "rules.error.name: the Python class, for example odoo.exceptions.UserError")
      }
      return .error(.init(name: name, message: json["error"]?["message"]?.stringValue ?? name))
    default:
      throw FaultPlanError(
        problem: "rules.fault: one of drop-answer, late-commit, error, bad-gateway, nonsense")
    }
  }

  /// The plan as `GET /sandbox/faults` shows it.
  func json(at now: Instant) -> JSONValue {
    [
      "latencyMilliseconds": .int(latencyMilliseconds), "down": .bool(outage(at: now) != nil),
      "rules": .array(
        rules.map { rule in
          [
            "fault": .string(rule.fault.name), "count": .int(Int64(rule.count)),
            "model": rule.model.map { .string($0) } ?? .null,
            "method": rule.method.map { .string($0) } ?? .null,
          ]
        }),
    ]
  }
}

extension FaultPlan.Fault {
  /// The word for it in `/sandbox/faults`.
  var name: String {
    switch self {
    case .dropAnswer: "drop-answer"
    case .lateCommit: "late-commit"
    case .error: "error"
    case .badGateway: "bad-gateway"
    case .nonsense: "nonsense"
    }
  }
}

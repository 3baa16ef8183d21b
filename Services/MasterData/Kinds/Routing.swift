import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

extension Masterdata.V1.Routing: MasterRecord {
  static let recordKind = RecordKind.routing

  func definition(_ fields: inout Fields) -> RoutingDefinition {
    if operations.isEmpty { fields.reject("operations", "is required") }
    let steps = fields.each(
      operations, "operations", atMost: RoutingDefinition.maximumOperations
    ) { fields, step in
      RoutingDefinition.Operation(
        number: Int32(fields.number(Int64(step.number), "number", RoutingDefinition.numberRange)),
        description: fields.text(step.description_p, "description", RecordText.description),
        workCenter: fields.code(step.workCenter, "work_center"),
        cycleTimeMilliseconds: fields.number(
          step.cycleTimeMilliseconds, "cycle_time_milliseconds", RoutingDefinition.cycleTimeRange))
    }
    fields.unique(steps, "operations", "number") { $0.number }
    return RoutingDefinition(
      description: fields.text(description_p, "description", RecordText.description),
      operations: steps)
  }

  init(_ head: RecordHead, _ routing: RoutingDefinition) {
    self.init()
    self.head = .init(head)
    description_p = routing.description
    operations = routing.operations.map { step in
      .with {
        $0.number = step.number
        $0.description_p = step.description
        $0.workCenter = step.workCenter
        $0.cycleTimeMilliseconds = step.cycleTimeMilliseconds
      }
    }
  }

  static func references(of routing: RoutingDefinition) -> [RecordReference] {
    routing.operations.enumerated().map {
      .init("operations[\($0.offset)].work_center", .workCenter, $0.element.workCenter)
    }
  }

  static func judge(_ candidate: Candidate<RoutingDefinition>, _ records: KnownRecords) throws {
    guard let before = candidate.before else { return }
    let gone = Set(before.definition.operations.map(\.number))
      .subtracting(candidate.definition.operations.map(\.number))
    if gone.isEmpty { return }
    let bills = try RecordLinks.users(of: candidate.key, as: "routing", records.snapshot)
    for key in bills {
      guard let stored = try records.stored(key), stored.lifeCycle == .released else { continue }
      let bill = try Masterdata.V1.BillOfMaterial.checked(stored).definition
      guard let operation = bill.operations.map(\.operation).first(where: gone.contains) else {
        continue
      }
      throw ContentRejection.operationInUse(
        candidate.head.code, operation: operation, bill: key.code)
    }
  }

  var asRecord: Masterdata.V1.Record { .with { $0.content = .routing(self) } }
}

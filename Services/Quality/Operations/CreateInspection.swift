import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `CreateInspection`: asks for an inspection.
struct CreateInspection: ObjectWrite {
  static let method = Quality.V1.QualityService.createInspection
  static let makesObject = true

  let inspections: InspectionDesk
  let desk: HoldDesk

  func site(of request: Quality.V1.CreateInspectionRequest) -> String? { request.site }

  func validate(_ request: Quality.V1.CreateInspectionRequest, _ fields: inout Fields) -> Input {
    Input(
      &fields, command: request.requestID, at: request.site,
      .with {
        $0.subject = .init(fields.holdTarget(request.subject, "subject"))
        $0.plan = fields.inspectionPlan(request.plan, "plan")
        $0.document = fields.optionalCode(request.document, "document", .businessCode)
      })
  }

  func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Quality.V1.Inspection
  { try inspections.require(input.site, fact.description, snapshot) }

  func write(
    _ input: Input, _ before: Quality.V1.Inspection?, fact: Identifier, _ transaction: Transaction,
    _ call: Call
  ) throws -> Quality.V1.Inspection {
    let id = fact.description
    let holds = input.request.plan?.holdUntilPassed ?? false
    if holds, let subject = input.request.subject.flatMap(HoldTarget.init) {
      _ = try desk.place(
        id, on: subject, at: input.site, reason: "until the inspection \(id) has passed",
        by: call.principal.subject, transaction)
    }
    return try inspections.put(
      .with {
        $0.inspectionID = id
        $0.site = input.site.text
        $0.subject = input.request.subject
        $0.plan = input.request.plan
        $0.document = input.request.document
        $0.state = .requested
        $0.holdID = holds ? id : ""
        $0.createdBy = call.principal.subject
        $0.createdAt = .init(transaction.now)
      }, at: input.site, transaction)
  }

  func response(
    _ receipt: Common.V1.Receipt, _ inspection: Quality.V1.Inspection, fact: Identifier,
    _ input: Input, _ snapshot: Snapshot
  ) throws -> Quality.V1.CreateInspectionResponse {
    .with {
      $0.receipt = receipt
      $0.inspection = inspection
    }
  }

  func name(_ inspection: Quality.V1.Inspection) -> String {
    "inspection \(inspection.inspectionID)"
  }
}

extension Fields {
  /// Most characteristics of a plan: the contract's bound.
  private static let maximumCharacteristics = 100
  /// Most results of a plan, all samples together: they fit one answer, some 1.2 MiB of the 4 that it may have.
  private static let maximumResults = 20_000
  /// Most samples of a plan: the contract's bound.
  static let maximumSamples: Int64 = 1_000

  fileprivate mutating func inspectionPlan(
    _ value: Quality.V1.InspectionPlan?, _ field: String
  ) -> Quality.V1.InspectionPlan {
    guard let plan = value else {
      reject(field, "is required")
      return .init()
    }
    return inside(field) { fields in
      if plan.characteristics.isEmpty {
        fields.reject("characteristics", "must have at least one entry")
      }
      let characteristics = fields.each(
        plan.characteristics, "characteristics", atMost: Self.maximumCharacteristics
      ) { $0.characteristic($1) }
      fields.unique(characteristics, "characteristics", "code") { $0.code }
      let size = fields.number(Int64(plan.sampleSize), "sample_size", 1...Self.maximumSamples)
      if characteristics.count * Int(size) > Self.maximumResults {
        fields.reject(
          "sample_size", "must be at most \(Self.maximumResults) results for all characteristics")
      }
      return .with {
        $0.characteristics = characteristics
        $0.sampleSize = Int32(clamping: size)
        $0.acceptanceNumber = Int32(
          clamping: fields.number(
            Int64(plan.acceptanceNumber), "acceptance_number", 0...max(0, size - 1)))
        $0.holdUntilPassed = plan.holdUntilPassed
        $0.holdOnFailure = plan.holdOnFailure
      }
    }
  }

  private mutating func characteristic(_ given: Quality.V1.Characteristic)
    -> Quality.V1.Characteristic
  {
    let isMeasured = given.kind == .measured
    if ![.measured, .attribute].contains(given.kind) {
      reject("kind", "must be MEASURED or ATTRIBUTE")
    }
    if !isMeasured, given.kind == .attribute {
      for (name, text) in [
        ("unit", given.unit), ("lower_limit", given.lowerLimit), ("upper_limit", given.upperLimit),
      ] where !text.isEmpty { reject(name, "must be empty: an attribute is not measured") }
    }
    if isMeasured, given.lowerLimit.isEmpty, given.upperLimit.isEmpty {
      reject("lower_limit", "is required, or upper_limit is")
    }
    let checked = Quality.V1.Characteristic.with {
      $0.code = code(given.code, "code", .businessCode)
      $0.kind = given.kind
      $0.description_p =
        given.description_p.isEmpty ? "" : sentence(given.description_p, "description")
      $0.unit = isMeasured ? text(given.unit, "unit", Amount.unitRule) : ""
      $0.lowerLimit = isMeasured ? optionalDecimal(given.lowerLimit, "lower_limit", .any) : ""
      $0.upperLimit = isMeasured ? optionalDecimal(given.upperLimit, "upper_limit", .any) : ""
    }
    if let lower = try? Quantity(decimal: checked.lowerLimit),
      let upper = try? Quantity(decimal: checked.upperLimit), upper < lower
    {
      reject("upper_limit", "must not be below lower_limit")
    }
    return checked
  }
}

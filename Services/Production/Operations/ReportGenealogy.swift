import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ReportGenealogy`: which lots and pieces went into a finished one.
struct ReportGenealogy: IdentifiedWriteOperation {
  static let method = Production.V1.ProductionService.reportGenealogy
  static let contentScheme = 1
  /// Most materials of one finished lot: the contract's bound.
  static let maximumConsumed = 500

  let orders: OrderRecords
  let holds: HoldCopy

  struct Input: Sendable {
    var order: OrderKey
    var header: CheckedFactHeader
    var produced: TracedMaterial
    var consumed: [Consumed]
    var workCenterCode: String
  }

  struct Consumed: Sendable {
    var material: TracedMaterial
    var amount: Amount
  }

  func site(of request: Production.V1.ReportGenealogyRequest) -> String? { request.site }

  func validate(_ request: Production.V1.ReportGenealogyRequest, _ fields: inout Fields) -> Input {
    let input = Input(
      order: fields.orderKey(site: request.site, name: request.orderName),
      header: fields.factHeader(request.header),
      produced: fields.tracedMaterial(request.produced, "produced"),
      consumed: fields.each(request.consumed, "consumed", atMost: Self.maximumConsumed) {
        Self.consumed($1, &$0)
      },
      workCenterCode: fields.optionalText(
        request.workCenterCode, "work_center_code", .businessCode))
    if request.consumed.isEmpty { fields.reject("consumed", "must have at least one entry") }
    fields.unique(input.consumed, "consumed", "material") { $0.material }
    return input
  }

  private static func consumed(
    _ consumed: Production.V1.ConsumedMaterial, _ fields: inout Fields
  ) -> Consumed {
    let material = fields.tracedMaterial(consumed.material, "material")
    let amount = fields.amount(consumed.quantity, "quantity", .aboveZero)
    if !material.serial.isEmpty, amount.value.millionths != Quantity.scale {
      fields.reject("quantity.value", "must be 1: a serial number is one piece")
    }
    return Consumed(material: material, amount: amount)
  }

  func identity(of input: Input) -> WriteIdentity {
    .fact(input.header.identity(at: input.order.site))
  }

  /// In which order the materials were sent says nothing.
  func addContent(of input: Input, scheme: Int, to digest: inout CanonicalDigest) {
    digest.add(input.order.name)
    input.produced.add(to: &digest)
    for consumed in input.consumed.sorted(by: { $0.material < $1.material }) {
      consumed.material.add(to: &digest)
      digest.add(consumed.amount.value.millionths)
      digest.add(consumed.amount.unit)
    }
    digest.add(input.workCenterCode)
    digest.add(input.header.sourceSequence)
    digest.add(input.header.occurredAt.microseconds)
  }

  func execute(_ input: Input, fact: Identifier, _ transaction: Transaction, _ call: Call) throws
    -> Effect<Production.V1.ReportGenealogyResponse>
  {
    let stored = try orders.require(input.order, transaction)
    let definition = stored.order.definition
    try stored.order.checkGenealogy(
      of: input.produced.itemCode, from: input.consumed.map(\.material.itemCode))
    let materials = [input.produced] + input.consumed.map(\.material)
    try holds.check(
      [.order(input.order.name)] + materials.flatMap(\.holdTargets), at: input.order.site)
    let edges = input.consumed.map { consumed in
      Common.V1.GenealogyEdge.with {
        $0.produced = .init(input.produced)
        $0.consumed = .init(consumed.material)
        $0.quantity = .init(consumed.amount)
        $0.orderName = definition.key.name
        $0.workCenterCode = input.workCenterCode
        $0.occurredAt = .init(input.header.occurredAt)
      }
    }
    try GenealogyRecords.add(edges, of: .production, at: input.order.site, fact: fact, transaction)
    return Effect(
      response(.accepted, fact),
      audit: AuditNote(object: "\(input.order)", correlation: input.header.correlationID))
  }

  func answerAgain(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Production.V1.ReportGenealogyResponse
  { response(.duplicate, fact) }

  private func response(_ receipt: Common.V1.Receipt, _ fact: Identifier)
    -> Production.V1.ReportGenealogyResponse
  {
    .with {
      $0.receipt = receipt
      $0.reportID = fact.description
    }
  }
}

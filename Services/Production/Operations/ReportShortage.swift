import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ReportShortage`: something is missing on the shop floor, or will be.
struct ReportShortage: IdentifiedWriteOperation {
  static let method = Production.V1.ProductionService.reportShortage
  static let contentScheme = 1

  let orders: OrderRecords

  struct Input: Sendable {
    var site: SiteCode
    var header: CheckedFactHeader
    var itemCode: String
    var amount: Amount
    var neededBy: Instant?
    /// Empty when no order waits.
    var orderName: String
    var workCenterCode: String
  }

  func site(of request: Production.V1.ReportShortageRequest) -> String? { request.site }

  func validate(_ request: Production.V1.ReportShortageRequest, _ fields: inout Fields) -> Input {
    Input(
      site: fields.site(request.site), header: fields.factHeader(request.header),
      itemCode: fields.code(request.itemCode, "item_code", .businessCode),
      amount: fields.amount(request.quantity, "quantity", .aboveZero),
      neededBy: fields.optionalTime(
        request.neededBy, "needed_by", Fields.earliest...Fields.latest),
      orderName: fields.optionalText(request.orderName, "order_name", OrderKey.nameRule),
      workCenterCode: fields.optionalText(
        request.workCenterCode, "work_center_code", .businessCode))
  }

  func identity(of input: Input) -> WriteIdentity { .fact(input.header.identity(at: input.site)) }

  func addContent(of input: Input, scheme: Int, to digest: inout CanonicalDigest) {
    digest.add(input.itemCode)
    digest.add(input.amount.value.millionths)
    digest.add(input.amount.unit)
    digest.add(input.neededBy?.microseconds)
    digest.add(input.orderName)
    digest.add(input.workCenterCode)
    digest.add(input.header.sourceSequence)
    digest.add(input.header.occurredAt.microseconds)
  }

  func execute(_ input: Input, fact: Identifier, _ transaction: Transaction, _ call: Call) throws
    -> Effect<Production.V1.ReportShortageResponse>
  {
    if !input.orderName.isEmpty {
      _ = try orders.require(OrderKey(site: input.site, name: input.orderName), transaction)
    }
    let shortage = Production.V1.Shortage.with {
      $0.shortageID = fact.description
      $0.site = input.site.text
      $0.header = .init(input.header)
      $0.itemCode = input.itemCode
      $0.quantity = .init(input.amount)
      $0.neededBy = input.neededBy.map { .init($0) }
      $0.orderName = input.orderName
      $0.workCenterCode = input.workCenterCode
      $0.receivedAt = .init(transaction.now)
    }
    try ShortageRecords.add(shortage, at: input.site, transaction)
    return Effect(
      response(.accepted, fact),
      audit: AuditNote(
        object: "shortage of \(input.itemCode)", correlation: input.header.correlationID))
  }

  func answerAgain(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Production.V1.ReportShortageResponse
  { response(.duplicate, fact) }

  private func response(_ receipt: Common.V1.Receipt, _ fact: Identifier)
    -> Production.V1.ReportShortageResponse
  {
    .with {
      $0.receipt = receipt
      $0.shortageID = fact.description
    }
  }
}

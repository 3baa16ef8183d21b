import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ConfirmPurchaseOrder`: the supplier says what it delivers.
struct ConfirmPurchaseOrder: OrderCommand {
  static let method = Procurement.V1.ProcurementService.confirmPurchaseOrder
  static let step = PurchaseOrderStep.confirm
  static let isBuyers = false
  /// Most lines: the contract's bound for orders.
  private static let maximumLines = 1_000

  let desk: OrderDesk

  static func orderName(of request: Request) -> String { request.orderName }

  func site(of request: Procurement.V1.ConfirmPurchaseOrderRequest) -> String? { request.site }

  func validate(_ request: Procurement.V1.ConfirmPurchaseOrderRequest, _ fields: inout Fields)
    -> Input
  {
    let lines = fields.each(request.lines, "lines", atMost: Self.maximumLines) {
      $0.lineConfirmation($1)
    }
    if request.lines.isEmpty { fields.reject("lines", "must have at least one entry") }
    fields.unique(lines, "lines", "line") { $0.line }
    return Input(
      &fields, command: request.requestID, at: request.site,
      .with {
        $0.orderName = fields.orderName(request.orderName)
        $0.contentRevision = fields.number(
          request.contentRevision, "content_revision", 1...Int64.max)
        $0.lines = lines.sorted { $0.line < $1.line }
      })
  }

  func change(
    _ order: inout Procurement.V1.PurchaseOrder, _ input: Input, _ transaction: Transaction,
    _ call: Call
  ) throws {
    let request = input.request
    guard request.contentRevision == order.contentRevision else {
      throw ProcurementError.revisionChanged(order.orderName, now: order.contentRevision)
    }
    let lines = try Self.complete(request.lines, order)
    let isAsOrdered = lines.allSatisfy { $0.answer == .accepted }
    order.confirmation = .with {
      $0.number = (order.confirmation?.number ?? 0) + 1
      $0.orderRevision = order.contentRevision
      $0.lines = lines
      $0.confirmedBy = call.principal.subject
      $0.confirmedAt = .init(transaction.now)
      $0.waiting = !isAsOrdered
    }
    order.agreedLines = isAsOrdered ? order.lines : []
    order.set(isAsOrdered ? .confirmed : .acknowledged)
  }

  /// Each line of the order once; a proposal is for its item and in its unit.
  private static func complete(
    _ lines: [Procurement.V1.LineConfirmation], _ order: Procurement.V1.PurchaseOrder
  ) throws -> [Procurement.V1.LineConfirmation] {
    let ordered = Dictionary(order.lines.map { ($0.line, $0) }, uniquingKeysWith: { $1 })
    let odd = Set(lines.map(\.line)).symmetricDifference(ordered.keys).min()
    if let odd { throw ProcurementError.linesDiffer(order.orderName, line: odd) }
    return try lines.map { line in
      guard line.answer == .changed, var proposal = line.proposal, let known = ordered[line.line]
      else { return line }
      if proposal.quantity?.unit != known.quantity?.unit {
        throw ProcurementError.unitMismatch(
          unit: proposal.quantity?.unit ?? "", expected: known.quantity?.unit ?? "",
          field: "lines[\(line.line)].proposal.quantity")
      }
      proposal.line = line.line
      proposal.itemCode = known.itemCode
      var complete = line
      complete.proposal = proposal
      return complete
    }
  }
}

extension Fields {
  fileprivate mutating func lineConfirmation(_ given: Procurement.V1.LineConfirmation)
    -> Procurement.V1.LineConfirmation
  {
    let line = number(Int64(given.line), "line", 1...Int64(Int32.max))
    let isChanged = given.answer == .changed
    if ![.accepted, .changed, .rejected].contains(given.answer) {
      reject("answer", "must be ACCEPTED, CHANGED or REJECTED")
    }
    if isChanged, given.proposal == nil { reject("proposal", "is required: the line is CHANGED") }
    if !isChanged, given.proposal != nil {
      reject("proposal", "must be absent: the line is not CHANGED")
    }
    if given.answer != .accepted, given.reason.isEmpty {
      reject("reason", "is required: the line is not ACCEPTED")
    }
    return .with {
      $0.line = Int32(clamping: line)
      $0.answer = given.answer
      if isChanged, var proposal = given.proposal {
        proposal.line = given.line
        $0.proposal = inside("proposal") { $0.orderLine(proposal, item: "") }
      }
      $0.reason = given.reason.isEmpty ? "" : sentence(given.reason, "reason")
    }
  }
}

import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `RecordReceipt`: the buyer says what has come.
struct RecordReceipt: ObjectWrite {
  static let method = Procurement.V1.ProcurementService.recordReceipt
  static let makesObject = true
  /// Most items: the contract's bound.
  private static let maximumItems = 1_000

  let orders: OrderDesk
  let notices: NoticeDesk
  let discrepancies: DiscrepancyDesk

  func site(of request: Procurement.V1.RecordReceiptRequest) -> String? { request.site }

  func validate(_ request: Procurement.V1.RecordReceiptRequest, _ fields: inout Fields) -> Input {
    let number = request.noticeNumber
    if request.items.isEmpty, !request.final {
      fields.reject("items", "must have at least one entry: the receipt is not final")
    }
    if number.isEmpty, request.final { fields.reject("final", "must be false: there is no notice") }
    return Input(
      &fields, fact: request.header, at: request.site,
      .with {
        $0.supplierCode = fields.supplier(request.supplierCode)
        $0.noticeNumber = fields.optionalText(number, "notice_number", Fields.requestIDRule)
        $0.items = fields.each(request.items, "items", atMost: Self.maximumItems) {
          $0.receivedItem($1, hasNotice: !number.isEmpty)
        }
        $0.final = request.final
      })
  }

  func admit(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws {
    try SupplierScope.requireBuyer(call)
  }

  func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Procurement.V1.RecordReceiptRequest
  {
    guard let found = try ReceiptRecords.find(input.site, fact.description, snapshot) else {
      throw RecordStoreError.corrupted("the ledger knows the receipt \(fact), the records do not")
    }
    return found
  }

  func write(
    _ input: Input, _ before: Procurement.V1.RecordReceiptRequest?, fact: Identifier,
    _ transaction: Transaction, _ call: Call
  ) throws -> Procurement.V1.RecordReceiptRequest {
    var receipt = input.request
    receipt.site = input.site.text
    receipt.header = input.header.map { .init($0) }
    var notice: Procurement.V1.ShipNotice?
    if !receipt.noticeNumber.isEmpty {
      let found = try notices.require(
        input.site, receipt.supplierCode, receipt.noticeNumber, nil, transaction)
      try NoticeDesk.require(found, in: ShipNoticeState.open)
      try Self.checkPackages(receipt, found)
      notice = found
    }
    var changed = try received(receipt, at: input.site, isAnnounced: notice != nil, transaction)
    if var found = notice {
      try arrive(&found, receipt, fact, at: input.site, &changed, transaction)
    } else {
      try open(
        Self.unannounced(receipt, changed), of: receipt, fact, changed, at: input.site, transaction)
    }
    for order in changed.values.sorted(by: { $0.orderName < $1.orderName }) {
      try orders.put(order, at: input.site, transaction)
    }
    try ReceiptRecords.insert(
      receipt, id: fact.description,
      notice: notice.map { NoticeDesk.key($0.supplierCode, $0.noticeNumber) } ?? "", input.site,
      transaction)
    try GenealogyRecords.add(
      Self.edges(receipt, changed), of: .procurement, at: input.site, fact: fact, transaction)
    return receipt
  }

  private static func checkPackages(
    _ receipt: Procurement.V1.RecordReceiptRequest, _ notice: Procurement.V1.ShipNotice
  ) throws {
    let known = Set(notice.packages.map(\.sscc))
    for (place, item) in receipt.items.enumerated()
    where !item.sscc.isEmpty && !known.contains(item.sscc) {
      throw ProcurementError.packageUnknown(item.sscc, field: "items[\(place)].sscc")
    }
  }

  /// The orders with what has come; nothing is written yet.
  private func received(
    _ receipt: Procurement.V1.RecordReceiptRequest, at site: SiteCode, isAnnounced: Bool,
    _ snapshot: Snapshot
  ) throws -> [String: Procurement.V1.PurchaseOrder] {
    var changed: [String: Procurement.V1.PurchaseOrder] = [:]
    for (place, item) in receipt.items.enumerated() {
      var order =
        try changed[item.orderName] ?? orders.require(site, item.orderName, nil, snapshot)
      guard order.supplierCode == receipt.supplierCode else {
        throw ProcurementError.orderNotFound(item.orderName)
      }
      try OrderDesk.require(order, .receive)
      guard let line = order.lines.first(where: { $0.line == item.line }) else {
        throw ProcurementError.lineNotFound(
          order.orderName, line: item.line, field: "items[\(place)].line")
      }
      let unit = line.quantity?.unit ?? ""
      if item.quantity?.unit != unit {
        throw ProcurementError.unitMismatch(
          unit: item.quantity?.unit ?? "", expected: unit, field: "items[\(place)].quantity")
      }
      let quantity = try Quantity(decimal: item.quantity?.value ?? "0")
      // What nobody has announced was on its way all the same.
      try order.add(shipped: isAnnounced ? .zero : quantity, received: quantity, to: item.line)
      changed[item.orderName] = order
    }
    for name in changed.keys {
      guard var order = changed[name] else { continue }
      order.set(try order.isComplete ? .received : .partiallyReceived)
      changed[name] = order
    }
    return changed
  }

  /// What a receipt does to its notice; with the last one what differs becomes discrepancies.
  private func arrive(
    _ notice: inout Procurement.V1.ShipNotice, _ receipt: Procurement.V1.RecordReceiptRequest,
    _ fact: Identifier, at site: SiteCode,
    _ changed: inout [String: Procurement.V1.PurchaseOrder], _ transaction: Transaction
  ) throws {
    notice.receiptCount += 1
    notice.set(ShipNoticeState(notice).after(.arrived))
    if receipt.final {
      let key = NoticeDesk.key(notice.supplierCode, notice.noticeNumber)
      let all = try ReceiptRecords.of(key, at: site, transaction) + [receipt]
      let sums = try ReceivedSums(all)
      let announced = try notice.announced
      let differences = try ReceiptComparison.differences(
        announced: announced, received: sums.received, damaged: sums.damaged)
      notice.set(differences.isEmpty ? .received : .receivedWithDiscrepancy)
      // What was announced and has not come is not on its way any more, and what came beside it was.
      let (said, came) = (try announced.byLine, try sums.received.byLine)
      for line in Set(said.keys).union(came.keys) {
        var order =
          try changed[line.orderName] ?? orders.require(site, line.orderName, nil, transaction)
        try order.add(
          shipped: (came[line] ?? .zero).subtracting(said[line] ?? .zero), received: .zero,
          to: line.line)
        changed[line.orderName] = order
      }
      try open(differences, of: receipt, fact, changed, at: site, transaction)
    }
    notice = try notices.put(notice, at: site, transaction)
  }

  private func open(
    _ differences: [Difference], of receipt: Procurement.V1.RecordReceiptRequest,
    _ fact: Identifier, _ orders: [String: Procurement.V1.PurchaseOrder], at site: SiteCode,
    _ transaction: Transaction
  ) throws {
    for (number, difference) in differences.enumerated() {
      try discrepancies.open(
        difference, id: "\(fact)-\(number + 1)", of: receipt, orders, at: site, transaction)
    }
  }

  /// What is wrong with a receipt that nobody has announced: what is broken, and what is more than was ordered.
  private static func unannounced(
    _ receipt: Procurement.V1.RecordReceiptRequest,
    _ orders: [String: Procurement.V1.PurchaseOrder]
  ) throws -> [Difference] {
    let sums = try ReceivedSums([receipt])
    var differences = sums.damaged.filter { !$0.value.isZero }.map {
      Difference(item: $0.key, kind: .damaged, quantity: $0.value)
    }
    for (line, came) in try sums.received.byLine {
      guard let order = orders[line.orderName],
        let ordered = order.lines.first(where: { $0.line == line.line })?.quantity
      else { continue }
      let excess = try order.progress(of: line.line).received
        .subtracting(Quantity(decimal: ordered.value))
      if excess > .zero {
        // Of what was too much before another receipt has told.
        differences.append(Difference(item: line, kind: .over, quantity: min(excess, came)))
      }
    }
    return differences.sorted {
      ($0.item, $0.kind.rawValue) < ($1.item, $1.kind.rawValue)
    }
  }

  /// Where lots and pieces come from.
  private static func edges(
    _ receipt: Procurement.V1.RecordReceiptRequest,
    _ orders: [String: Procurement.V1.PurchaseOrder]
  ) -> [Common.V1.GenealogyEdge] {
    receipt.items.filter { !$0.lot.isEmpty || !$0.serial.isEmpty }.map { item in
      let line = orders[item.orderName]?.lines.first { $0.line == item.line }
      return .with {
        $0.produced = .init(
          TracedMaterial(itemCode: line?.itemCode ?? "", lot: item.lot, serial: item.serial))
        $0.quantity = item.quantity
        $0.supplierCode = receipt.supplierCode
        $0.document = receipt.noticeNumber.isEmpty ? item.orderName : receipt.noticeNumber
        $0.occurredAt = receipt.header?.occurredAt
      }
    }
  }

  func response(
    _ receipt: Common.V1.Receipt, _ received: Procurement.V1.RecordReceiptRequest, fact: Identifier,
    _ input: Input, _ snapshot: Snapshot
  ) throws -> Procurement.V1.RecordReceiptResponse {
    try .with {
      $0.receipt = receipt
      $0.receiptID = fact.description
      if !received.noticeNumber.isEmpty {
        $0.notice = try notices.require(
          input.site, received.supplierCode, received.noticeNumber, nil, snapshot)
      }
      $0.discrepancies = try discrepancies.of(fact, at: input.site, snapshot)
    }
  }

  func name(_ receipt: Procurement.V1.RecordReceiptRequest) -> String {
    receipt.noticeNumber.isEmpty ? "receipt" : "receipt of notice \(receipt.noticeNumber)"
  }
}

/// What several receipts come to, item by item.
struct ReceivedSums {
  private(set) var received: [ShippedItem: Quantity] = [:]
  private(set) var damaged: [ShippedItem: Quantity] = [:]

  init(_ receipts: [Procurement.V1.RecordReceiptRequest]) throws {
    for item in receipts.flatMap(\.items) {
      let key = ShippedItem(
        orderName: item.orderName, line: item.line, lot: item.lot, serial: item.serial)
      do {
        received[key] = try (received[key] ?? .zero).adding(
          Quantity(decimal: item.quantity?.value ?? "0"))
        damaged[key] = try (damaged[key] ?? .zero).adding(
          Quantity(decimal: item.damaged?.value ?? "0"))
      } catch {
        throw ProcurementError.quantityOverflow(item.orderName)
      }
    }
  }
}

extension Fields {
  fileprivate mutating func receivedItem(
    _ given: Procurement.V1.ReceivedItem, hasNotice: Bool
  ) -> Procurement.V1.ReceivedItem {
    let amount = amount(given.quantity, "quantity", .aboveZero)
    let damaged = optionalAmount(given.damaged, "damaged", .zeroOrMore)
    if let damaged, damaged.value > amount.value || damaged.unit != amount.unit {
      reject("damaged", "must be at most quantity, in its unit")
    }
    if !given.sscc.isEmpty {
      if !hasNotice {
        reject("sscc", "must be empty: there is no notice")
      } else if let violation = SSCC.violation(of: given.sscc) {
        reject("sscc", violation)
      }
    }
    if !given.serial.isEmpty, amount.value.millionths != Quantity.scale {
      reject("quantity.value", "must be 1: a serial number is one piece")
    }
    return .with {
      $0.sscc = given.sscc
      $0.orderName = orderName(given.orderName)
      $0.line = Int32(clamping: number(Int64(given.line), "line", 1...Int64(Int32.max)))
      $0.lot = optionalCode(given.lot, "lot", .businessCode)
      $0.serial = optionalCode(given.serial, "serial", .businessCode)
      $0.quantity = .init(amount)
      $0.damaged = damaged.map { .init($0) }
    }
  }
}

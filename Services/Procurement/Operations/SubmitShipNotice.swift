import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `SubmitShipNotice`: the supplier says what is on its way.
struct SubmitShipNotice: ObjectWrite {
  static let method = Procurement.V1.ProcurementService.submitShipNotice
  static let makesObject = true
  /// Most packages: the contract's bound.
  private static let maximumPackages = 200

  let orders: OrderDesk
  let notices: NoticeDesk
  let tolerances: [SiteCode: OverDeliveryTolerance]

  func site(of request: Procurement.V1.SubmitShipNoticeRequest) -> String? { request.site }

  func validate(_ request: Procurement.V1.SubmitShipNoticeRequest, _ fields: inout Fields) -> Input
  {
    let site = fields.site(request.site)
    let supplier = fields.supplier(request.supplierCode)
    if request.packages.isEmpty { fields.reject("packages", "must have at least one entry") }
    let packages = fields.each(request.packages, "packages", atMost: Self.maximumPackages) {
      $0.package($1)
    }
    fields.unique(packages, "packages", "sscc") { $0.sscc }
    return Input(
      &fields, fact: request.header, at: site, of: supplier,
      .with {
        $0.noticeNumber = fields.text(
          request.noticeNumber, "notice_number", Fields.requestIDRule)
        $0.supplierCode = supplier
        $0.carrierCode = fields.optionalCode(request.carrierCode, "carrier_code", .businessCode)
        $0.packages = packages
        $0.expectedAt = fields.optionalTime(
          request.expectedAt, "expected_at", Fields.earliest...Fields.latest
        ).map { .init($0) }
      })
  }

  func admit(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws {
    try SupplierScope.require(input.request.supplierCode, call)
  }

  func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Procurement.V1.ShipNotice
  {
    try notices.require(
      input.site, input.request.supplierCode, input.request.noticeNumber, nil, snapshot)
  }

  func write(
    _ input: Input, _ before: Procurement.V1.ShipNotice?, fact: Identifier,
    _ transaction: Transaction, _ call: Call
  ) throws -> Procurement.V1.ShipNotice {
    let request = input.request
    let key = NoticeDesk.key(request.supplierCode, request.noticeNumber)
    guard try notices.notices.find(input.site, key, transaction) == nil else {
      throw ProcurementError.noticeExists(request.noticeNumber)
    }
    let notice = Procurement.V1.ShipNotice.with {
      $0.site = input.site.text
      $0.noticeNumber = request.noticeNumber
      $0.supplierCode = request.supplierCode
      $0.carrierCode = request.carrierCode
      $0.packages = request.packages
      $0.expectedAt = request.expectedAt
      $0.state = .submitted
      $0.submittedAt = .init(transaction.now)
    }
    for (place, package) in request.packages.enumerated()
    where try PackageRecords.isInUse(
      package.sscc, by: request.supplierCode, at: input.site, transaction)
    {
      throw ProcurementError.packageInUse(package.sscc, field: "packages[\(place)].sscc")
    }
    let changed = try announce(notice, at: input.site, call, transaction)
    for order in changed { try orders.put(order, at: input.site, transaction) }
    for package in request.packages {
      try PackageRecords.add(
        package.sscc, by: request.supplierCode, of: key, at: input.site, transaction)
    }
    return try notices.put(notice, at: input.site, transaction)
  }

  /// The orders with what is announced now; nothing is written yet.
  private func announce(
    _ notice: Procurement.V1.ShipNotice, at site: SiteCode, _ call: Call, _ snapshot: Snapshot
  ) throws -> [Procurement.V1.PurchaseOrder] {
    var changed: [String: Procurement.V1.PurchaseOrder] = [:]
    for (place, package) in notice.packages.enumerated() {
      for (number, content) in package.contents.enumerated() {
        let path = "packages[\(place)].contents[\(number)]"
        var order =
          try changed[content.orderName] ?? shippable(content, notice, call, site, snapshot)
        guard let line = order.valid(content.line) else {
          throw ProcurementError.lineNotFound(
            order.orderName, line: content.line, field: "\(path).line")
        }
        let unit = line.quantity?.unit ?? ""
        if content.quantity?.unit != unit {
          throw ProcurementError.unitMismatch(
            unit: content.quantity?.unit ?? "", expected: unit, field: "\(path).quantity")
        }
        try order.add(
          shipped: try Quantity(decimal: content.quantity?.value ?? "0"), received: .zero,
          to: content.line)
        changed[content.orderName] = order
        try checkTotal(of: line, in: order, at: site)
      }
    }
    return changed.values.sorted { $0.orderName < $1.orderName }
  }

  private func shippable(
    _ content: Procurement.V1.PackageContent, _ notice: Procurement.V1.ShipNotice, _ call: Call,
    _ site: SiteCode, _ snapshot: Snapshot
  ) throws -> Procurement.V1.PurchaseOrder {
    let order = try orders.require(site, content.orderName, call, snapshot)
    // Also for a caller who is bound to nobody: an order is delivered by its own supplier.
    guard order.supplierCode == notice.supplierCode else {
      throw ProcurementError.orderNotFound(content.orderName)
    }
    try OrderDesk.require(order, .ship)
    return order
  }

  private func checkTotal(
    of line: Procurement.V1.PurchaseOrderLine, in order: Procurement.V1.PurchaseOrder,
    at site: SiteCode
  ) throws {
    let tolerance = tolerances[site, default: .none]
    let shipped = try order.progress(of: line.line).shipped
    let ordered = try Quantity(decimal: line.quantity?.value ?? "0")
    if !tolerance.allows(shipped, of: ordered) {
      throw ProcurementError.overDelivery(
        order.orderName, line: line.line, shipped: shipped.description,
        ordered: ordered.description, percent: tolerance.percent.description)
    }
  }

  func response(
    _ receipt: Common.V1.Receipt, _ notice: Procurement.V1.ShipNotice, fact: Identifier,
    _ input: Input, _ snapshot: Snapshot
  ) throws -> Procurement.V1.SubmitShipNoticeResponse {
    .with {
      $0.receipt = receipt
      $0.notice = notice
    }
  }

  func name(_ notice: Procurement.V1.ShipNotice) -> String { "notice \(notice.noticeNumber)" }
}

extension Fields {
  /// Most entries of a package: the contract's bound.
  private static let maximumContents = 200

  fileprivate mutating func package(_ given: Procurement.V1.Package) -> Procurement.V1.Package {
    if let violation = SSCC.violation(of: given.sscc) { reject("sscc", violation) }
    if given.contents.isEmpty { reject("contents", "must have at least one entry") }
    return .with {
      $0.sscc = given.sscc
      $0.contents = each(given.contents, "contents", atMost: Self.maximumContents) {
        fields, content in
        let amount = fields.amount(content.quantity, "quantity", .aboveZero)
        if !content.serial.isEmpty, amount.value.millionths != Quantity.scale {
          fields.reject("quantity.value", "must be 1: a serial number is one piece")
        }
        return .with {
          $0.orderName = fields.orderName(content.orderName)
          $0.line = Int32(
            clamping: fields.number(Int64(content.line), "line", 1...Int64(Int32.max)))
          $0.lot = fields.optionalCode(content.lot, "lot", .businessCode)
          $0.serial = fields.optionalCode(content.serial, "serial", .businessCode)
          $0.quantity = .init(amount)
          $0.expiresAt = fields.optionalTime(
            content.expiresAt, "expires_at", Fields.earliest...Fields.latest
          ).map { .init($0) }
        }
      }
    }
  }
}

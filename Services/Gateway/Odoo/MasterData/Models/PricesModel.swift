import Contracts
import Protobuf
import ServiceKit
import Values

/// What suppliers ask for the products of a template: one record for each supplier and variant.
struct PricesModel: MasterDataModel {
  let kind = SubjectKind.prices
  let main: OdooFeed? = nil
  let details: [OdooFeed] = [price]

  static let price = OdooFeed(
    model: "product.supplierinfo",
    fields: [
      "partner_id", "product_tmpl_id", "product_id", "price", "min_qty", "delay", "product_code",
      "product_name", "currency_id", "date_start", "date_end", "sequence",
    ], optional: ["discount"], subject: "product_tmpl_id")

  private static let numberRule = TextRule(maximumLength: 64, characters: .visible)
  private static let hundredPercent: Int128 = 100_000_000

  func references(of subject: Subject) throws -> Set<Reference> {
    let rows = subject.details[Self.price.model] ?? []
    // Without prices there is nothing to name.
    guard !rows.isEmpty else { return [] }
    var references: Set = [Reference(.template, subject.id)]
    for row in rows {
      references.insert(Reference(.partner, try row.required("partner_id")))
      if let variant = try row.reference("product_id") {
        references.insert(Reference(.item, variant))
      }
    }
    return references
  }

  func draft(_ subject: Subject, _ known: Resolutions) throws -> Draft {
    let rows = try (subject.details[Self.price.model] ?? [])
      .map { (row: $0, place: (try $0.sequence(), try $0.id())) }
      .sorted { $0.place < $1.place }.map(\.row)
    let name = try rows.first?.name(of: "product_tmpl_id") ?? ""
    var draft = Draft(id: subject.id, label: name, isActive: true, claims: [])
    var claims: [Claim] = []
    do {
      for (pair, rows) in try pairs(rows, of: subject.id, known) {
        // Without a code there is no record, and that is counted where the code is missing.
        if known.lacksCode(.partner, pair.partner) || known.lacksCode(.item, pair.item) { continue }
        let supplier = try known.code(.partner, pair.partner, as: "supplier")
        let item = try known.code(.item, pair.item, as: "product")
        var claim = Claim(
          kind: .supplierItem, code: try RecordCode.checked("\(supplier)/\(item)"))
        do {
          claim.content = .supplierItem(try Self.record(claim.code, supplier, item, rows))
        } catch let problem as Problem { draft.problem = problem }
        claims.append(claim)
      }
      draft.claims = claims
    } catch let problem as Problem {
      // Which records there are can't be told: those of before stay.
      (draft.claims, draft.problem) = (nil, problem)
    }
    return draft
  }

  private struct Pair: Hashable {
    var partner: Int64
    var item: Int64
  }

  /// The rows of each supplier and variant; rows of the template are those of every variant.
  private func pairs(_ rows: [OdooRow], of template: Int64, _ known: Resolutions) throws
    -> [(Pair, [OdooRow])]
  {
    var found: [Pair: [OdooRow]] = [:]
    for row in rows {
      let partner = try row.required("partner_id")
      let variants = try row.reference("product_id").map { [$0] } ?? known.variants[template] ?? []
      for variant in variants {
        found[Pair(partner: partner, item: variant), default: []].append(row)
      }
    }
    return found.sorted { ($0.key.partner, $0.key.item) < ($1.key.partner, $1.key.item) }
      .map { ($0.key, $0.value) }
  }

  /// The first row says what is said once; of prices for the same the first is the one Odoo takes.
  private static func record(
    _ code: String, _ supplier: String, _ item: String, _ rows: [OdooRow]
  ) throws -> Masterdata.V1.SupplierItem {
    var prices: [Masterdata.V1.SupplierPrice] = []
    for row in rows {
      let price = try price(row)
      let isKnown = prices.contains {
        $0.minimumQuantity == price.minimumQuantity && $0.effectiveFrom == price.effectiveFrom
          && $0.effectiveUntil == price.effectiveUntil
      }
      if !isKnown { prices.append(price) }
    }
    let first = rows[0]
    return try .with {
      $0.head = .init(code, isActive: true)
      $0.supplier = supplier
      $0.item = item
      $0.supplierItemCode = try first.text("product_code", numberRule)
      $0.supplierItemDescription = try first.text("product_name")
      $0.leadTimeDays = try first.whole("delay")
      $0.prices = prices
    }
  }

  private static func price(_ row: OdooRow) throws -> Masterdata.V1.SupplierPrice {
    let (start, end) = (try row.text("date_start"), try row.text("date_end"))
    return try .with {
      $0.minimumQuantity = try row.exact("min_qty").description
      $0.unitPrice = try unitPrice(row).description
      $0.currency = try row.name(of: "currency_id")
      if !start.isEmpty { $0.effectiveFrom = .init(try day(start, row, "date_start").start) }
      // Odoo's last day is one on which the price holds.
      if !end.isEmpty {
        $0.effectiveUntil = .init(try day(end, row, "date_end").advanced(days: 1).start)
      }
    }
  }

  private static func day(_ text: String, _ row: OdooRow, _ field: String) throws -> CalendarDay {
    guard let day = CalendarDay(text) else { throw row.unknown(field) }
    return day
  }

  /// What is to be paid: the price less the discount.
  private static func unitPrice(_ row: OdooRow) throws -> Quantity {
    let price = try row.exact("price")
    guard row.has("discount"), case let discount = try row.exact("discount"), !discount.isZero
    else { return price }
    let product = Int128(price.millionths) * (hundredPercent - Int128(discount.millionths))
    guard product % hundredPercent == 0, let millionths = Int64(exactly: product / hundredPercent),
      let reduced = try? Quantity(millionths: millionths)
    else { throw Problem.unusable("its price less \(discount) % has too many digits") }
    return reduced
  }

}

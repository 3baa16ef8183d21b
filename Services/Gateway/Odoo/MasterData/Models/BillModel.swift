import Contracts
import Protobuf
import ServiceKit
import Values

/// Bills of material with their lines, their by-products and their operations, which become a routing of
/// the same code.
struct BillModel: MasterDataModel {
  let kind = SubjectKind.bill
  let main: OdooFeed? = OdooFeed(
    model: "mrp.bom",
    fields: [
      "code", "product_tmpl_id", "product_id", "product_qty", "product_uom_id", "type", "sequence",
    ], optional: ["active", "subcontractor_ids"])
  let details: [OdooFeed] = [line, byProduct, operation]
  /// Each brings its lines along, ten of them mostly and hundreds at times.
  let batchSize = 100

  static let line = OdooFeed(
    model: "mrp.bom.line",
    fields: ["bom_id", "product_id", "product_qty", "product_uom_id", "sequence", "operation_id"],
    optional: [variantsOnly], subject: "bom_id")
  static let byProduct = OdooFeed(
    model: "mrp.bom.byproduct",
    fields: ["bom_id", "product_id", "product_qty", "product_uom_id", "sequence", "operation_id"],
    optional: [variantsOnly], subject: "bom_id")
  static let operation = OdooFeed(
    model: "mrp.routing.workcenter",
    fields: ["bom_id", "name", "workcenter_id", "sequence", "time_cycle"],
    optional: ["active", variantsOnly], subject: "bom_id")

  /// Restricts a row to some variants of the bill's product.
  private static let variantsOnly = "bom_product_template_attribute_value_ids"
  private static let millisecondsPerMinute = 60_000.0

  func references(of subject: Subject) throws -> Set<Reference> {
    let row = try subject.own(kind)
    var references: Set = [
      try Self.product(row), Reference(.unit, try row.required("product_uom_id")),
    ]
    for feed in [Self.line, Self.byProduct] {
      for part in subject.details[feed.model] ?? [] {
        references.insert(Reference(.item, try part.required("product_id")))
        references.insert(Reference(.unit, try part.required("product_uom_id")))
      }
    }
    for operation in subject.details[Self.operation.model] ?? [] {
      references.insert(Reference(.workCenter, try operation.required("workcenter_id")))
    }
    references.formUnion(try row.ids("subcontractor_ids").map { Reference(.partner, $0) })
    return references
  }

  /// The variant that the bill is for, or the template for all of whose variants it is.
  private static func product(_ row: OdooRow) throws -> Reference {
    if let variant = try row.reference("product_id") { return Reference(.item, variant) }
    return Reference(.template, try row.required("product_tmpl_id"))
  }

  func draft(_ subject: Subject, _ known: Resolutions) throws -> Draft {
    let row = try subject.own(kind)
    let isActive = try row.isActive()
    let reference = try row.text("code")
    let name = try row.name(of: "product_tmpl_id")
    let label = reference.isEmpty ? name : "\(reference): \(name)"
    do {
      let item = try Self.item(row, known)
      let code = reference.isEmpty ? item : "\(item)/\(reference)"
      return try draft(subject, row, item: item, code: code, isActive: isActive, known)
    } catch let problem as Problem {
      return Draft(id: subject.id, label: label, isActive: isActive, problem: problem)
    }
  }

  private static func item(_ row: OdooRow, _ known: Resolutions) throws -> String {
    let product = try product(row)
    guard product.kind == .template else { return try known.code(.item, product.id, as: "product") }
    let variants = known.variants[product.id] ?? []
    if variants.isEmpty { throw Problem.waits("its product has no variant in use") }
    guard variants.count == 1 else {
      throw Problem(
        .billOfTemplate,
        "it is for all \(variants.count) variants of a product: make one for each of them")
    }
    return try known.code(.item, variants[0], as: "product")
  }

  private func draft(
    _ subject: Subject, _ row: OdooRow, item: String, code: String, isActive: Bool,
    _ known: Resolutions
  ) throws -> Draft {
    let operations = try Self.inOrder(subject.details[Self.operation.model] ?? [])
      .filter { try $0.isActive() }
    // Tens, as people number the steps of work.
    let numbers = Dictionary(
      try operations.enumerated().map { (try $0.element.id(), Int32(($0.offset + 1) * 10)) },
      uniquingKeysWith: { first, _ in first })
    var draft = try Draft.of(.billOfMaterial, subject, code: code, label: code, isActive: isActive)
    {
      code in
      .billOfMaterial(
        try .with {
          $0.head = .init(code, isActive: isActive)
          $0.item = item
          $0.type = try Self.type(row)
          $0.version = try row.text("code")
          $0.priority = try row.sequence()
          $0.quantity = try Self.quantity(row, known)
          $0.lines = try Self.lines(subject, numbers, known)
          $0.byProducts = try Self.byProducts(subject, numbers, known)
          $0.routing = operations.isEmpty ? "" : code
          $0.subcontractors = try row.ids("subcontractor_ids")
            .map { try known.code(.partner, $0, as: "subcontractor") }
        })
    }
    guard !operations.isEmpty, let bill = draft.claims?.first else { return draft }
    var routing = Claim(kind: .routing, code: bill.code)
    do {
      routing.content = .routing(
        try .with {
          $0.head = .init(bill.code, isActive: isActive)
          $0.description_p = bill.code
          $0.operations = try operations.map { try Self.step($0, numbers, known) }
        })
    } catch let problem as Problem {
      draft.problem = draft.problem ?? problem
    }
    draft.claims = [routing, bill]
    return draft
  }

  private static func inOrder(_ rows: [OdooRow]) throws -> [OdooRow] {
    try rows.map { (row: $0, place: (try $0.sequence(), try $0.id())) }
      .sorted { $0.place < $1.place }.map(\.row)
  }

  private static func type(_ row: OdooRow) throws -> Masterdata.V1.BillType {
    switch try row.text("type") {
    case "normal": .normal
    case "phantom": .kit
    case "subcontract": .subcontract
    default: throw row.unknown("type")
    }
  }

  private static func quantity(_ row: OdooRow, _ known: Resolutions) throws
    -> Common.V1.Quantity
  {
    .init(
      Amount(
        try row.exact("product_qty"),
        try known.code(.unit, row.required("product_uom_id"), as: "unit")))
  }

  private static func lines(
    _ subject: Subject, _ numbers: [Int64: Int32], _ known: Resolutions
  ) throws -> [Masterdata.V1.BillLine] {
    try inOrder(subject.details[line.model] ?? []).enumerated().map { index, row in
      try mustBeForAllVariants(row)
      return try .with {
        $0.line = Int32(index + 1)
        $0.item = try known.code(.item, row.required("product_id"), as: "component")
        $0.quantity = try quantity(row, known)
        $0.operation = try row.reference("operation_id").flatMap { numbers[$0] } ?? 0
      }
    }
  }

  private static func byProducts(
    _ subject: Subject, _ numbers: [Int64: Int32], _ known: Resolutions
  ) throws -> [Masterdata.V1.ByProduct] {
    try inOrder(subject.details[byProduct.model] ?? []).map { row in
      try mustBeForAllVariants(row)
      return try .with {
        $0.item = try known.code(.item, row.required("product_id"), as: "by-product")
        $0.quantity = try quantity(row, known)
        $0.operation = try row.reference("operation_id").flatMap { numbers[$0] } ?? 0
      }
    }
  }

  private static func step(
    _ row: OdooRow, _ numbers: [Int64: Int32], _ known: Resolutions
  ) throws -> Masterdata.V1.RoutingOperation {
    try mustBeForAllVariants(row)
    let milliseconds = (try row.number("time_cycle") * millisecondsPerMinute).rounded()
    guard let cycleTime = Int64(exactly: milliseconds) else { throw row.unknown("time_cycle") }
    return try .with {
      $0.number = numbers[try row.id()] ?? 0
      $0.description_p = try row.text("name")
      $0.workCenter = try known.code(.workCenter, row.required("workcenter_id"), as: "work centre")
      $0.cycleTimeMilliseconds = cycleTime
    }
  }

  /// What is only for some variants would be wrong for the others.
  private static func mustBeForAllVariants(_ row: OdooRow) throws {
    guard try row.ids(variantsOnly).isEmpty else {
      throw Problem.unusable("a part of it is only for some variants of its product")
    }
  }
}

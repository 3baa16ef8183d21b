import Values

/// That a field of a movement does not agree with master data.
struct ReferenceFinding: Sendable, Hashable {
  /// The field's path in the report.
  var field: String
  /// What it breaks, without the field's name.
  var rule: String
}

/// What of a movement is held against master data.
struct MovementReferences: Sendable {
  var itemCode: String
  var lot: String
  var serial: String
  var unit: String
  var locations: [(field: String, code: String)]
  var supplierCode: String

  /// What does not agree, in the order of the fields.
  func findings(_ known: some KnownReferences) throws -> [ReferenceFinding] {
    var findings: [ReferenceFinding] = []
    func add(_ field: String, _ rule: String) {
      findings.append(ReferenceFinding(field: field, rule: rule))
    }
    if let item = try known.item(itemCode), item.isInForce {
      switch item.tracking {
      case .none where !lot.isEmpty: add("lot", "must be empty: \(itemCode) has no lots")
      case .lot where lot.isEmpty: add("lot", "is required: \(itemCode) is tracked by lot")
      case .none where !serial.isEmpty, .lot where !serial.isEmpty:
        add("serial", "must be empty: \(itemCode) has no serial numbers")
      case .serial where serial.isEmpty:
        add("serial", "is required: \(itemCode) is tracked by serial number")
      default: break
      }
    } else {
      add("item_code", "must be a released item: \(itemCode)")
    }
    for (field, code) in locations where try known.location(code)?.isInForce != true {
      add(field, "must be a released location: \(code)")
    }
    if try known.unit(unit)?.isInForce != true {
      add("quantity.unit", "must be a released unit: \(unit)")
    }
    if !supplierCode.isEmpty, try !known.isBusinessPartner(supplierCode) {
      add("supplier_code", "must be a released business partner: \(supplierCode)")
    }
    return findings
  }
}

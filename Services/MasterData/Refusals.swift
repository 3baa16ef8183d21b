import ServiceKit

/// The one place where MasterData's rules become what callers see.
extension RecordRejection: RefusalConvertible {
  var refusal: Refusal {
    switch self {
    case .lifeCycleTransition(let code, let from, let to):
      Refusal(
        .failedPrecondition, reason: "LIFE_CYCLE_TRANSITION",
        "\(code) is \(from.name) and can't become \(to.name)",
        metadata: ["code": code, "life_cycle": from.name])
    case .etagMismatch(let code, let etag):
      Refusal(
        .aborted, reason: "ETAG_MISMATCH",
        "\(code) has changed; read it again and say what it is to be now",
        metadata: ["code": code, "etag": etag])
    case .recordTooLarge(let code, let bytes):
      Refusal(
        .invalidArgument, reason: "RECORD_TOO_LARGE",
        "\(code) has \(bytes) bytes; a record has \(AnswerSize.maximumRecordBytes) at most",
        metadata: ["code": code])
    case .referenceUnknown(let reference, let lifeCycle):
      Refusal(
        .failedPrecondition, reason: "REFERENCE_UNKNOWN",
        "\(reference.field): "
          + (lifeCycle.map { "the \(reference.kind.noun) \(reference.code) is \($0.name)" }
            ?? "there is no \(reference.kind.noun) \(reference.code)"),
        metadata: ["kind": reference.kind.rawValue, "code": reference.code],
        violations: [
          FieldViolation(reference.field, "must be a released \(reference.kind.noun)")
        ])
    case .recordInUse(let code, let user, let site) where !user.site.isEmpty && user.site != site:
      // What another site has is nobody's business who is not granted it.
      Refusal(
        .failedPrecondition, reason: "RECORD_IN_USE",
        "\(code) is used by what is released at another site", metadata: ["code": code])
    case .recordInUse(let code, let user, _):
      Refusal(
        .failedPrecondition, reason: "RECORD_IN_USE",
        "\(code) is used by what is released, the \(user.kind.noun) \(user.code) among it",
        metadata: ["code": code, "user_kind": user.kind.rawValue, "user_code": user.code])
    case .siteCode(let code, let site):
      Refusal(
        .invalidArgument, reason: "SITE_CODE",
        "the site \(code) can't be written on behalf of \(site)", metadata: ["code": code],
        violations: [FieldViolation("head.code", "must be \(site)")])
    }
  }
}

extension ContentRejection: RefusalConvertible {
  var refusal: Refusal {
    switch self {
    case .unitChanged(let code):
      Refusal(
        .failedPrecondition, reason: "UNIT_CHANGED",
        "the unit \(code) is no draft any more: its category and its ratio stay; make another unit",
        metadata: ["code": code])
    case .unitCategory(let field, let unit, let other):
      Refusal(
        .failedPrecondition, reason: "UNIT_CATEGORY",
        "\(field): \(unit) can't be converted into \(other): they are of different categories",
        metadata: ["unit": unit, "into_unit": other],
        violations: [FieldViolation(field, "must be a unit of the category of \(other)")])
    case .itemUnitChanged(let code, let unit):
      Refusal(
        .failedPrecondition, reason: "ITEM_UNIT_CHANGED",
        "the item \(code) is no draft any more: it stays counted in \(unit)",
        metadata: ["code": code, "unit": unit],
        violations: [FieldViolation("unit", "must be \(unit)")])
    case .barcodeTaken(let barcode, let item):
      Refusal(
        .alreadyExists, reason: "BARCODE_TAKEN",
        "the barcode \(barcode) is that of the item \(item)",
        metadata: ["barcode": barcode, "item_code": item],
        violations: [FieldViolation("barcode", "must be unique")])
    case .cyclicLocation(let code):
      Refusal(
        .failedPrecondition, reason: "CYCLIC_LOCATION",
        "the location \(code) would be below itself",
        metadata: ["code": code],
        violations: [FieldViolation("parent", "must not be the location or one below it")])
    case .locationTooDeep(let code, let maximum):
      Refusal(
        .failedPrecondition, reason: "LOCATION_TOO_DEEP",
        "the location \(code) would be below more than \(maximum) others", metadata: ["code": code],
        violations: [FieldViolation("parent", "must be below at most \(maximum - 1) others")])
    case .billTooLarge(let code, let maximum):
      Refusal(
        .failedPrecondition, reason: "BILL_TOO_LARGE",
        "below the bill \(code) there would be more than \(maximum) items, over all its levels",
        metadata: ["code": code])
    case .cyclicBill(let code, let item):
      Refusal(
        .failedPrecondition, reason: "CYCLIC_BILL",
        "by the bill \(code) the item \(item) would be made of itself",
        metadata: ["code": code, "item_code": item],
        violations: [FieldViolation("lines", "must not lead back to \(item)")])
    case .operationUnknown(let field, let operation, let routing):
      Refusal(
        .failedPrecondition, reason: "OPERATION_UNKNOWN",
        "\(field): the routing \(routing) has no operation \(operation)",
        metadata: ["routing": routing, "operation": "\(operation)"],
        violations: [FieldViolation(field, "must be an operation of \(routing)")])
    case .operationInUse(let code, let operation, let bill):
      Refusal(
        .failedPrecondition, reason: "OPERATION_IN_USE",
        "the operation \(operation) of \(code) is named by the released bill \(bill)",
        metadata: ["code": code, "operation": "\(operation)", "bill": bill],
        violations: [FieldViolation("operations", "must have the operation \(operation)")])
    case .supplierItemTaken(let supplier, let item, let other):
      Refusal(
        .alreadyExists, reason: "SUPPLIER_ITEM_TAKEN",
        "\(other) is the reference of the supplier \(supplier) and the item \(item)",
        metadata: ["code": other, "supplier": supplier, "item_code": item])
    }
  }
}

extension RuleRejection: RefusalConvertible {
  var refusal: Refusal {
    switch self {
    case .mappingRuleChanged(let code):
      Refusal(
        .failedPrecondition, reason: "MAPPING_RULE_CHANGED",
        "the rule \(code) is no draft any more: what it says stays; retire it and make another one",
        metadata: ["code": code])
    case .mappingOverlap(let code, let other):
      Refusal(
        .alreadyExists, reason: "MAPPING_OVERLAP",
        "\(code) is for the same codes at the same time as \(other)",
        metadata: ["code": code, "other_code": other])
    case .mappingRuleUnknown(let code):
      Refusal(
        .notFound, reason: "MAPPING_RULE_UNKNOWN", "there is no rule \(code)",
        metadata: ["code": code])
    case .ownershipOverlap(let code, let other):
      Refusal(
        .alreadyExists, reason: "OWNERSHIP_OVERLAP",
        "\(code) is for the same at the same time as \(other)",
        metadata: ["code": code, "other_code": other])
    case .secondPerson(let code):
      Refusal(
        .permissionDenied, reason: "SECOND_PERSON",
        "\(code) must be approved by somebody else than who has proposed it",
        metadata: ["code": code])
    case .proposalUnknown(let code):
      Refusal(
        .notFound, reason: "PROPOSAL_UNKNOWN",
        "nobody has proposed \(code) to be like this; list the proposals", metadata: ["code": code])
    }
  }
}

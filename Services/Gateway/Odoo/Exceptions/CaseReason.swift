/// Why a person must decide. The raw values are stable: partners and dashboards may depend on them.
public enum CaseReason: String, Sendable, Hashable, CaseIterable {
  // Bringing an order down.

  /// A product of the order has no internal reference.
  case itemCodeMissing = "ITEM_CODE_MISSING"
  /// The internal reference belongs to more than one product.
  case itemCodeAmbiguous = "ITEM_CODE_AMBIGUOUS"
  /// The order has a quantity, a unit or a name that cannot be released.
  case orderNotReleasable = "ORDER_NOT_RELEASABLE"
  /// The order was split into several open ones before it was released.
  case splitBeforeRelease = "ORDER_SPLIT_BEFORE_RELEASE"
  /// Production refused the order.
  case releaseRefused = "RELEASE_REFUSED"

  /// The order names an item, a unit or a work center that master data does not have.
  case referencesUnknown = "REFERENCES_UNKNOWN"

  // Keeping Odoo and the reports together.

  /// Odoo holds more in posted documents than was reported.
  case holdsMore = "ODOO_HOLDS_MORE_THAN_REPORTED"
  /// Reported quantities are left, and no open order to book them on.
  case noOpenOrder = "NO_OPEN_ORDER"
  /// The finished quantity agrees, the consumption does not.
  case consumptionDiffers = "CONSUMPTION_DIFFERS"
  /// The order's components in Odoo are no longer those that were released.
  case componentsChanged = "COMPONENTS_CHANGED"
  /// Somebody entered quantities on the order by hand.
  case editedByHand = "ORDER_EDITED_BY_HAND"
  /// Somebody entered a quantity on a work order by hand.
  case workOrderEditedByHand = "WORK_ORDER_EDITED_BY_HAND"
  /// Pieces were processed and none was good: Odoo cannot close an order at zero.
  case nothingGood = "NOTHING_GOOD"
  /// The order is gone from Odoo.
  case orderMissing = "ORDER_MISSING_IN_ODOO"
  /// The planned quantity in Odoo is no longer the released one.
  case planChanged = "PLANNED_QUANTITY_CHANGED"
  /// The order was closed or cancelled in Odoo while the shop floor was still at work.
  case closedByHand = "ORDER_CLOSED_BY_HAND"
  /// The totals that Production published do not fit the order.
  case totalsUnusable = "TOTALS_UNUSABLE"
  /// Production published totals of an order that the Gateway has never released.
  case orderUnknown = "ORDER_UNKNOWN_TO_GATEWAY"

  // Odoo's answers.

  /// Odoo refused a write by one of its rules.
  case refused = "ODOO_REFUSED"
  /// Odoo answered with a dialog for a person.
  case question = "ODOO_ASKED_A_QUESTION"
  /// Odoo answered success and did not do it.
  case didNotAct = "ODOO_DID_NOT_ACT"
  /// Odoo answered something that cannot be understood.
  case unreadable = "ODOO_ANSWER_UNREADABLE"
  /// Odoo says that our request is wrong.
  case requestDefect = "REQUEST_DEFECT"
  /// Odoo keeps failing for technical reasons; it is still tried.
  case keepsFailing = "ODOO_KEEPS_FAILING"
  /// Credentials, rights or address of Odoo are wrong; the whole site waits.
  case configuration = "ODOO_CONFIGURATION"

  // Bringing master data over.

  /// MasterData has rejected a record.
  case masterDataRejected = "MASTER_DATA_REJECTED"
  /// Odoo does not let a model be read.
  case masterDataUnreadable = "MASTER_DATA_UNREADABLE"
  /// So much is gone from Odoo at once that nothing of it is withdrawn before a person has looked.
  case masterDataGone = "MASTER_DATA_GONE"
  /// Products without an internal reference, which is their code.
  case itemWithoutCode = "ITEM_WITHOUT_CODE"
  /// Suppliers without a reference, which is their code.
  case partnerWithoutCode = "PARTNER_WITHOUT_CODE"
  /// Several records of Odoo that are in use have one code.
  case duplicateCode = "DUPLICATE_CODE"
  /// A bill of material is for a template with several variants, or none.
  case billOfTemplate = "BILL_OF_TEMPLATE"
  /// Something that it names is not in use, or can't be told from something else.
  case referenceMissing = "REFERENCE_MISSING"
  /// It has a value that a record can't have.
  case recordUnusable = "RECORD_UNUSABLE"
  /// It is gone, archived or renamed in Odoo, and can't be withdrawn because others name it.
  case recordInUse = "RECORD_IN_USE"
  /// There are more cases of a kind than are shown.
  case manyCases = "MANY_CASES"

  /// Who should decide.
  public var owner: CaseOwner {
    switch self {
    case .releaseRefused, .totalsUnusable, .orderUnknown, .unreadable, .requestDefect,
      .keepsFailing, .configuration, .masterDataUnreadable, .masterDataGone:
      .integration
    default: .production
    }
  }

  /// The reasons of orders that could not be released.
  static let ofRelease: [CaseReason] = [
    .itemCodeMissing, .itemCodeAmbiguous, .orderNotReleasable, .splitBeforeRelease,
    .releaseRefused,
  ]

  /// The reasons that the posting side opens and closes.
  static let ofPosting: [CaseReason] = allCases.filter {
    !ofRelease.contains($0) && !ofMasterData.contains($0)
      && ![.configuration, .referencesUnknown].contains($0)
  }

  /// The reasons of master data that could not be brought over.
  static let ofMasterData: [CaseReason] = [
    .masterDataRejected, .masterDataUnreadable, .masterDataGone, .itemWithoutCode,
    .partnerWithoutCode, .duplicateCode, .billOfTemplate, .referenceMissing, .recordUnusable,
    .recordInUse, .manyCases,
  ]
}

/// Who should decide a case.
public enum CaseOwner: String, Sendable, Hashable {
  /// The shop floor's planners.
  case production = "PRODUCTION"
  /// Whoever runs the integration.
  case integration = "INTEGRATION"
}

/// What was found, before it becomes a case with an identifier and a time.
struct CaseFinding: Error, Sendable, Hashable {
  /// Why.
  var reason: CaseReason
  /// The same in a sentence, with the figures.
  var explanation: String
  /// Odoo's own words and error class; empty when Odoo said nothing.
  var odooAnswer: String

  init(_ reason: CaseReason, _ explanation: String, odooAnswer: String = "") {
    self.reason = reason
    self.explanation = OdooWords.bounded(explanation)
    self.odooAnswer = odooAnswer
  }
}

import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `SubmitResults`: results of samples, as they come.
struct SubmitResults: ObjectWrite {
  static let method = Quality.V1.QualityService.submitResults
  /// Most results of one submission: the contract's bound.
  static let maximumResults = 1_000
  /// Most results of one inspection, corrections among them: the contract's bound. Twice as many as the largest plan
  /// asks for; all are in one answer.
  static let maximumOfInspection = 40_000

  let inspections: InspectionDesk

  func site(of request: Quality.V1.SubmitResultsRequest) -> String? { request.site }

  func validate(_ request: Quality.V1.SubmitResultsRequest, _ fields: inout Fields) -> Input {
    let results = fields.each(request.results, "results", atMost: Self.maximumResults) {
      fields, given in
      Quality.V1.InspectionResult.with {
        $0.sample = Int32(
          clamping: fields.number(Int64(given.sample), "sample", 1...Fields.maximumSamples))
        $0.characteristic = fields.code(given.characteristic, "characteristic", .businessCode)
        $0.value = fields.optionalDecimal(given.value, "value", .any)
        $0.passed = given.passed
        $0.correctsResultID = fields.optionalText(
          given.correctsResultID, "corrects_result_id", .businessCode)
      }
    }
    if request.results.isEmpty { fields.reject("results", "must have at least one entry") }
    fields.unique(results, "results", "characteristic") {
      SampledCharacteristic(sample: $0.sample, code: $0.characteristic)
    }
    return Input(
      &fields, fact: request.header, at: request.site,
      .with {
        $0.inspectionID = fields.identifier(request.inspectionID, "inspection_id")
        $0.results = results
      })
  }

  func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Quality.V1.Inspection
  { try inspections.require(input.site, input.request.inspectionID, snapshot) }

  func write(
    _ input: Input, _ before: Quality.V1.Inspection?, fact: Identifier, _ transaction: Transaction,
    _ call: Call
  ) throws -> Quality.V1.Inspection {
    var inspection = try before ?? object(input, fact: fact, transaction)
    try InspectionDesk.requireOpen(inspection)
    try Self.checkRoom(in: inspection, for: input.request.results.count)
    let results = try judged(input, inspection, fact, transaction)
    let id = inspection.inspectionID
    for result in results {
      if !result.correctsResultID.isEmpty {
        try ResultRecords.replace(result.correctsResultID, at: input.site, transaction)
      }
      try ResultRecords.insert(result, of: id, at: input.site, transaction)
    }
    let tally = try ResultRecords.tally(of: id, at: input.site, transaction)
    inspection.state = .inProgress
    inspection.resultCount = Int32(clamping: tally.all)
    inspection.failedSamples = Int32(clamping: tally.failedSamples)
    return try inspections.put(inspection, at: input.site, transaction)
  }

  static func checkRoom(in inspection: Quality.V1.Inspection, for count: Int) throws(QualityError) {
    guard Int(inspection.resultCount) + count <= maximumOfInspection else {
      throw .tooManyResults(inspection.inspectionID, maximum: maximumOfInspection)
    }
  }

  /// Each result with its identifier and whether it is good; all rules come before the first write.
  private func judged(
    _ input: Input, _ inspection: Quality.V1.Inspection, _ fact: Identifier, _ snapshot: Snapshot
  ) throws -> [Quality.V1.InspectionResult] {
    let characteristics = Dictionary(
      (inspection.plan?.characteristics ?? []).map { ($0.code, $0) }, uniquingKeysWith: { $1 })
    let samples = inspection.plan?.sampleSize ?? 0
    return try input.request.results.enumerated().map { place, given in
      guard let characteristic = characteristics[given.characteristic] else {
        throw QualityError.characteristicUnknown(given.characteristic, place: place)
      }
      try Self.checkForm(of: given, characteristic, samples: samples, place: place)
      let current = try ResultRecords.current(
        of: inspection.inspectionID, sample: given.sample, characteristic: given.characteristic,
        at: input.site, snapshot)
      if given.correctsResultID != current ?? "" {
        throw given.correctsResultID.isEmpty
          ? QualityError.resultExists(current ?? "", place: place)
          : .resultNotFound(given.correctsResultID, place: place)
      }
      var result = given
      result.resultID = "\(fact)-\(place + 1)"
      result.passed = Judgement(characteristic).passes(
        try? Quantity(decimal: given.value), seen: given.passed)
      return result
    }
  }

  private static func checkForm(
    of given: Quality.V1.InspectionResult, _ characteristic: Quality.V1.Characteristic,
    samples: Int32, place: Int
  ) throws {
    func refuse(_ field: String, _ rule: String) -> Refusal {
      .invalidFields([FieldViolation("results[\(place)].\(field)", rule)])
    }
    if given.sample > samples { throw refuse("sample", "must be 1 to \(samples)") }
    if characteristic.kind == .measured, given.value.isEmpty {
      throw refuse("value", "is required: \(characteristic.code) is measured")
    }
    if characteristic.kind != .measured, !given.value.isEmpty {
      throw refuse("value", "must be empty: \(characteristic.code) is not measured")
    }
  }

  func response(
    _ receipt: Common.V1.Receipt, _ inspection: Quality.V1.Inspection, fact: Identifier,
    _ input: Input, _ snapshot: Snapshot
  ) throws -> Quality.V1.SubmitResultsResponse {
    .with {
      $0.receipt = receipt
      $0.submissionID = fact.description
      $0.inspection = inspection
    }
  }

  func name(_ inspection: Quality.V1.Inspection) -> String {
    "inspection \(inspection.inspectionID)"
  }
}

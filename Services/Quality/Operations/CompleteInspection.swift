import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `CompleteInspection`: the verdict, which follows from the results alone.
struct CompleteInspection: ObjectWrite {
  static let method = Quality.V1.QualityService.completeInspection

  let inspections: InspectionDesk
  let nonconformances: NonconformanceDesk
  let desk: HoldDesk

  func site(of request: Quality.V1.CompleteInspectionRequest) -> String? { request.site }

  func validate(_ request: Quality.V1.CompleteInspectionRequest, _ fields: inout Fields) -> Input {
    Input(
      &fields, command: request.requestID, at: request.site,
      .with { $0.inspectionID = fields.identifier(request.inspectionID, "inspection_id") })
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
    let tally = try ResultRecords.tally(of: inspection.inspectionID, at: input.site, transaction)
    let plan = SamplePlan(inspection.plan)
    guard tally.counting == plan.resultsNeeded else {
      throw try missing(inspection, plan.resultsNeeded - tally.counting, input.site, transaction)
    }
    let verdict = plan.verdict(failedSamples: tally.failedSamples)
    let subject = call.principal.subject
    if verdict == .failed, inspection.plan?.holdOnFailure ?? false,
      let target = inspection.subject.flatMap(HoldTarget.init)
    {
      let description =
        "inspection \(inspection.inspectionID) failed: \(tally.failedSamples) of \(plan.sampleSize) samples"
      let raised = try nonconformances.raise(
        fact.description, about: target, at: input.site, description: description,
        inspection: inspection.inspectionID, by: subject, transaction)
      _ = try desk.place(
        fact.description, on: target, at: input.site, reason: description,
        nonconformance: raised.nonconformanceID, by: subject, transaction)
      inspection.nonconformanceID = raised.nonconformanceID
    }
    // A failure without a hold of its own leaves the one that waits for a pass: somebody has to decide.
    if verdict == .passed || !inspection.nonconformanceID.isEmpty {
      try inspections.endOwnHold(
        of: inspection, reason: "the inspection \(verdict.name.lowercased())", by: subject, desk,
        at: input.site, transaction)
    }
    inspection.state = .init(rawValue: verdict.rawValue)
    inspection.endedBy = subject
    inspection.endedAt = .init(transaction.now)
    return try inspections.put(inspection, at: input.site, transaction)
  }

  private func missing(
    _ inspection: Quality.V1.Inspection, _ count: Int, _ site: SiteCode, _ snapshot: Snapshot
  ) throws -> QualityError {
    let given = try ResultRecords.given(of: inspection.inspectionID, at: site, snapshot)
    for sample in 1...max(1, inspection.plan?.sampleSize ?? 1) {
      for characteristic in inspection.plan?.characteristics ?? []
      where !given.contains(.init(sample: sample, code: characteristic.code)) {
        return .inspectionIncomplete(
          inspection.inspectionID, missing: count, sample: Int(sample),
          characteristic: characteristic.code)
      }
    }
    throw RecordStoreError.corrupted("the results of \(inspection.inspectionID) do not add up")
  }

  func response(
    _ receipt: Common.V1.Receipt, _ inspection: Quality.V1.Inspection, fact: Identifier,
    _ input: Input, _ snapshot: Snapshot
  ) throws -> Quality.V1.CompleteInspectionResponse {
    .with {
      $0.receipt = receipt
      $0.inspection = inspection
    }
  }

  func name(_ inspection: Quality.V1.Inspection) -> String {
    "inspection \(inspection.inspectionID)"
  }
}

import Contracts
import Houses
import Protobuf
import ServiceKit
import Testing
import Values

@testable import Quality

@Suite("Inspections", .timeLimit(.minutes(1)))
struct InspectionTests {
  private static func create(
    _ quality: QualityFixture, _ request: Quality.V1.CreateInspectionRequest = Sample.inspection()
  ) async throws -> Quality.V1.Inspection {
    try #require(try await quality.anna.createInspection(request).inspection)
  }

  private static func holds(_ quality: QualityFixture) async throws -> [Quality.V1.Hold] {
    try await quality.anna.listHolds(
      .with {
        $0.site = HouseFixture.site
        $0.includeEnded = true
      }
    ).holds
  }

  @Test("It passes by its results, and the hold that waited for it is released")
  func passes() async throws {
    try await QualityFixture.run { quality in
      let created = try await Self.create(quality, Sample.inspection(untilPassed: true))
      let id = created.inspectionID
      #expect(created.state == .requested && created.holdID == id)
      try await quality.house.expectRefusal(.failedPrecondition, "INSPECTION_OPEN") {
        _ = try await quality.anna.releaseHold(Sample.release(id))
      }
      let submitted = try await quality.anna.submitResults(Sample.good(id))
      #expect(submitted.inspection?.state == .inProgress && submitted.inspection?.resultCount == 4)
      let again = try await quality.anna.submitResults(Sample.good(id))
      #expect(again.receipt == .duplicate && again.submissionID == submitted.submissionID)
      let completed = try await quality.bert.completeInspection(Sample.complete(id)).inspection
      #expect(completed?.state == .passed && completed?.endedBy == "bert")
      #expect(try await Self.holds(quality).map(\.state) == [.released])
      let repeated = try await quality.bert.completeInspection(Sample.complete(id))
      #expect(repeated.receipt == .duplicate && repeated.inspection == completed)
      try await quality.house.expectRefusal(.failedPrecondition, "INSPECTION_STATE") {
        _ = try await quality.anna.submitResults(
          Sample.results(id, event: "late", [Sample.surface(1)]))
      }
    }
  }

  @Test("It fails by its results: one nonconformance, and one hold that belongs to it")
  func fails() async throws {
    try await QualityFixture.run { quality in
      let id = try await Self.create(
        quality, Sample.inspection(untilPassed: true, onFailure: true)
      ).inspectionID
      let submitted = try await quality.anna.submitResults(Sample.good(id, diameter: "10.100001"))
      #expect(submitted.inspection?.failedSamples == 1)
      let completed = try #require(
        try await quality.anna.completeInspection(Sample.complete(id)).inspection)
      #expect(completed.state == .failed && !completed.nonconformanceID.isEmpty)
      let holds = try await Self.holds(quality)
      #expect(holds.map(\.state) == [.released, .active])
      #expect(holds.last?.nonconformanceID == completed.nonconformanceID)
      let found = try await quality.anna.getNonconformance(
        .with {
          $0.site = HouseFixture.site
          $0.nonconformanceID = completed.nonconformanceID
        })
      #expect(found.nonconformance?.inspectionID == id && found.nonconformance?.state == .open)
      #expect(found.holds.map(\.holdID) == [holds.last?.holdID])
    }
  }

  @Test("A failure without a hold of its own leaves the one that waits, for somebody to decide")
  func failsWithoutHold() async throws {
    try await QualityFixture.run { quality in
      let id = try await Self.create(quality, Sample.inspection(untilPassed: true)).inspectionID
      _ = try await quality.anna.submitResults(Sample.good(id, diameter: "11"))
      let completed = try await quality.anna.completeInspection(Sample.complete(id)).inspection
      #expect(completed?.state == .failed && completed?.nonconformanceID == "")
      #expect(try await Self.holds(quality).map(\.state) == [.active])
      #expect(try await quality.anna.releaseHold(Sample.release(id)).hold?.state == .released)
    }
  }

  @Test("A correction names what it replaces; both are shown, and the newest counts")
  func corrections() async throws {
    try await QualityFixture.run { quality in
      let id = try await Self.create(quality).inspectionID
      let first = try await quality.anna.submitResults(Sample.good(id, diameter: "12"))
      let wrong = "\(first.submissionID)-1"
      let exists = try await quality.house.expectRefusal(.failedPrecondition, "RESULT_EXISTS") {
        _ = try await quality.anna.submitResults(
          Sample.results(id, event: "r-2", [Sample.diameter(1, "10")]))
      }
      #expect(exists?.metadata["result_id"] == wrong)
      #expect(exists?.violations.map(\.field) == ["results[0].corrects_result_id"])
      let corrected = try await quality.anna.submitResults(
        Sample.results(id, event: "r-2", [Sample.diameter(1, "10", correcting: wrong)]))
      #expect(corrected.inspection?.failedSamples == 0 && corrected.inspection?.resultCount == 5)
      try await quality.house.expectRefusal(.failedPrecondition, "RESULT_NOT_FOUND") {
        _ = try await quality.anna.submitResults(
          Sample.results(id, event: "r-3", [Sample.diameter(1, "9.95", correcting: wrong)]))
      }
      let shown = try await quality.anna.getInspection(
        .with {
          $0.site = HouseFixture.site
          $0.inspectionID = id
        })
      #expect(shown.results.map(\.replaced) == [true, false, false, false, false])
      #expect(shown.results.map(\.passed) == [false, true, true, true, true])
      #expect(
        try await quality.anna.completeInspection(Sample.complete(id)).inspection?.state == .passed)
    }
  }

  @Test("An inspection takes results up to its bound, corrections among them")
  func manyResults() throws {
    let inspection = Quality.V1.Inspection.with {
      $0.inspectionID = "I"
      $0.resultCount = 39_999
    }
    try SubmitResults.checkRoom(in: inspection, for: 1)
    #expect(throws: QualityError.tooManyResults("I", maximum: 40_000)) {
      try SubmitResults.checkRoom(in: inspection, for: 2)
    }
  }

  @Test("Without every result there is no verdict; what is missing is named")
  func incomplete() async throws {
    try await QualityFixture.run { quality in
      let id = try await Self.create(quality).inspectionID
      _ = try await quality.anna.submitResults(
        Sample.results(id, [Sample.diameter(1, "10"), Sample.surface(1), Sample.surface(2)]))
      let refusal = try await quality.house.expectRefusal(
        .failedPrecondition, "INSPECTION_INCOMPLETE"
      ) {
        _ = try await quality.anna.completeInspection(Sample.complete(id))
      }
      #expect(refusal?.metadata["missing"] == "1" && refusal?.metadata["sample"] == "2")
      #expect(refusal?.metadata["characteristic"] == "DIAMETER")
      let cancelled = try await quality.anna.cancelInspection(
        .with {
          $0.site = HouseFixture.site
          $0.requestID = "cancel"
          $0.inspectionID = id
          $0.reason = "wrong lot"
        })
      #expect(cancelled.inspection?.state == .cancelled)
      let listed = try await quality.anna.listInspections(
        .with {
          $0.site = HouseFixture.site
          $0.states = [.cancelled]
          $0.subject = Sample.lot
        })
      #expect(listed.inspections.map(\.inspectionID) == [id])
    }
  }

  @Test("A bad plan or result is refused with its field, and nothing is recorded")
  func fields() async throws {
    let plans: [(String, (inout Quality.V1.InspectionPlan) -> Void)] = [
      ("plan.characteristics", { $0.characteristics = [] }),
      ("plan.characteristics[1].code", { $0.characteristics[1].code = "DIAMETER" }),
      ("plan.characteristics[0].kind", { $0.characteristics[0].kind = .unspecified }),
      ("plan.characteristics[0].unit", { $0.characteristics[0].unit = "" }),
      ("plan.characteristics[0].upper_limit", { $0.characteristics[0].upperLimit = "9.8" }),
      ("plan.characteristics[0].lower_limit", { $0.characteristics[0].lowerLimit = "1e3" }),
      ("plan.characteristics[1].unit", { $0.characteristics[1].unit = "mm" }),
      ("plan.sample_size", { $0.sampleSize = 0 }), ("plan.sample_size", { $0.sampleSize = 1_001 }),
      ("plan.acceptance_number", { $0.acceptanceNumber = 2 }),
    ]
    try await QualityFixture.run { quality in
      for (field, spoil) in plans {
        var request = Sample.inspection()
        request.plan.map { plan in
          var spoilt = plan
          spoil(&spoilt)
          request.plan = spoilt
        }
        let broken = try await quality.house.brokenFields {
          _ = try await quality.anna.createInspection(request)
        }
        #expect(broken == [field])
      }
      let id = try await Self.create(quality).inspectionID
      let results: [(String, Quality.V1.InspectionResult)] = [
        ("results[0].sample", Sample.diameter(0, "1")), ("results[0].sample", Sample.surface(3)),
        ("results[0].value", Sample.diameter(1, "")), ("results[0].value", Sample.diameter(1, "x")),
      ]
      for (field, result) in results {
        let broken = try await quality.house.brokenFields {
          _ = try await quality.anna.submitResults(Sample.results(id, [result]))
        }
        #expect(broken == [field])
      }
      var unknown = Sample.surface(1)
      unknown.characteristic = "WEIGHT"
      try await quality.house.expectRefusal(.failedPrecondition, "CHARACTERISTIC_UNKNOWN") {
        _ = try await quality.anna.submitResults(Sample.results(id, [unknown]))
      }
    }
  }
}

@Suite("Nonconformances", .timeLimit(.minutes(1)))
struct NonconformanceTests {
  @Test("Each step is only possible after the one before, and whoever decides does not verify")
  func way() async throws {
    try await QualityFixture.run { quality in
      let raised = try await quality.anna.raiseNonconformance(
        .with {
          $0.site = HouseFixture.site
          $0.requestID = "raise"
          $0.subject = Sample.lot
          $0.description_p = "too thin"
        })
      let id = try #require(raised.nonconformance).nonconformanceID
      #expect(raised.hold == nil)
      let early = try await quality.house.expectRefusal(
        .failedPrecondition, "NONCONFORMANCE_STATE"
      ) { try await quality.verify(id) }
      #expect(early?.metadata["state"] == "OPEN" && early?.metadata["allowed"] == "DISPOSITIONED")
      try await quality.decide(id, .rework)
      try await quality.house.expectRefusal(.permissionDenied, "SAME_PERSON") {
        _ = try await quality.anna.verifyNonconformance(
          .with {
            $0.site = HouseFixture.site
            $0.requestID = "verify"
            $0.nonconformanceID = id
          })
      }
      try await quality.verify(id)
      let closed = try #require(try await quality.close(id).nonconformance)
      #expect(closed.state == .closed && closed.revision == 5)
      #expect(closed.dispositionedBy == "anna" && closed.verifiedBy == "bert")
      #expect(closed.disposition == .rework && closed.closedAt != nil)
      try await quality.house.expectRefusal(.failedPrecondition, "NONCONFORMANCE_STATE") {
        _ = try await quality.anna.placeHold(Sample.hold("late", nonconformance: id))
      }
      let listed = try await quality.anna.listNonconformances(
        .with {
          $0.site = HouseFixture.site
          $0.states = [.closed]
        })
      #expect(listed.nonconformances == [closed])
    }
  }
}

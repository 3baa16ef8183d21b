import Contracts
import Houses
import Identity
import Protobuf
import ServiceKit
import Values

@testable import Quality

/// Quality as its callers meet it.
struct QualityFixture {
  let house: HouseFixture

  /// Runs a body against the service, several times over the same records when it names their folder.
  static func run<T>(
    in folder: String? = nil, seed: UInt64 = 1, _ body: (QualityFixture) async throws -> T
  ) async throws -> T {
    let settings = #""sites": [{"code": "PLANT1"}, {"code": "PLANT2"}]"#
    return try await HouseFixture.run(.quality, in: folder, seed: seed, settings: settings) {
      file in
      let configuration = try await QualityConfiguration.load(file)
      return (configuration.service, { QualityService.plan(configuration, $0) })
    } body: {
      try await body(QualityFixture(house: $0))
    }
  }

  var anna: Quality.V1.QualityServiceClient { client("anna") }
  var bert: Quality.V1.QualityServiceClient { client("bert") }

  func client(_ subject: String, roles: Set<RoleName> = []) -> Quality.V1.QualityServiceClient {
    .init(house.caller(as: subject, roles: roles))
  }
}

/// Good requests, to be sent as they are or spoilt.
enum Sample {
  static let lot = Quality.V1.HoldTarget(.lot(item: "BODY", lot: "L-1"))

  static func hold(
    _ request: String = "hold-1", on target: Quality.V1.HoldTarget = lot,
    nonconformance: String = "", role: String = ""
  ) -> Quality.V1.PlaceHoldRequest {
    .with {
      $0.site = HouseFixture.site
      $0.requestID = request
      $0.target = target
      $0.reason = "cracks"
      $0.nonconformanceID = nonconformance
      $0.releasingRole = role
    }
  }

  static func release(_ hold: String, _ request: String = "release-1", scrap: Bool = false)
    -> Quality.V1.ReleaseHoldRequest
  {
    .with {
      $0.site = HouseFixture.site
      $0.requestID = request
      $0.holdID = hold
      $0.reason = "looked at"
      $0.convertToScrap = scrap
    }
  }

  static func inspection(
    _ request: String = "inspection-1", samples: Int32 = 2, accepting: Int32 = 0,
    untilPassed: Bool = false, onFailure: Bool = false
  ) -> Quality.V1.CreateInspectionRequest {
    .with {
      $0.site = HouseFixture.site
      $0.requestID = request
      $0.subject = lot
      $0.document = "ASN-1"
      $0.plan = .with {
        $0.characteristics = [
          .with {
            $0.code = "DIAMETER"
            $0.kind = .measured
            $0.unit = "mm"
            $0.lowerLimit = "9.9"
            $0.upperLimit = "10.1"
          },
          .with {
            $0.code = "SURFACE"
            $0.kind = .attribute
          },
        ]
        $0.sampleSize = samples
        $0.acceptanceNumber = accepting
        $0.holdUntilPassed = untilPassed
        $0.holdOnFailure = onFailure
      }
    }
  }

  static func results(
    _ inspection: String, event: String = "r-1", _ results: [Quality.V1.InspectionResult]
  ) -> Quality.V1.SubmitResultsRequest {
    .with {
      $0.site = HouseFixture.site
      $0.header = header(event)
      $0.inspectionID = inspection
      $0.results = results
    }
  }

  static func header(_ event: String) -> Common.V1.FactHeader {
    .with {
      $0.sourceSystem = "lab"
      $0.sourceEventID = event
      $0.occurredAt = .init(Instant(seconds: 1_780_000_000))
    }
  }

  static func diameter(_ sample: Int32, _ value: String, correcting: String = "")
    -> Quality.V1.InspectionResult
  {
    .with {
      $0.sample = sample
      $0.characteristic = "DIAMETER"
      $0.value = value
      $0.correctsResultID = correcting
    }
  }

  static func surface(_ sample: Int32, _ passed: Bool = true) -> Quality.V1.InspectionResult {
    .with {
      $0.sample = sample
      $0.characteristic = "SURFACE"
      $0.passed = passed
    }
  }

  /// All results of two samples.
  static func good(_ inspection: String, diameter value: String = "10")
    -> Quality.V1.SubmitResultsRequest
  {
    results(inspection, [diameter(1, value), surface(1), diameter(2, "10"), surface(2)])
  }

  static func complete(_ inspection: String, _ request: String = "complete-1")
    -> Quality.V1.CompleteInspectionRequest
  {
    .with {
      $0.site = HouseFixture.site
      $0.requestID = request
      $0.inspectionID = inspection
    }
  }
}

import Contracts
import Foundation
import Houses
import Protobuf
import RecordStore
import Seeds
import ServiceKit
import TestFolders
import Testing
import Values

@testable import Quality

/// Random people inspect, decide and hold, in any order, twice and too early, over restarts and over the
/// restoring of an older file: Quality does what its diagrams say, refuses the rest with the reason of its rule,
/// and shows what a model in memory has.
@Suite("Quality against a model", .timeLimit(.minutes(3)))
struct QualityModelTests {
  private static let runs = 4
  private static let stepsPerRun = 300

  @Test("Every step is as the diagrams say, and every refusal has its reason")
  func model() async throws {
    var play = Play(generator: TestSeed(of: "quality against a model").generator())
    try await TemporaryFolder.use { folder in
      let (file, kept) = (folder + "/quality.sqlite", folder + "/kept.sqlite")
      var older = QualityModel()
      for run in 1...Self.runs {
        try await QualityFixture.run(in: folder, seed: UInt64(run)) { quality in
          try await play.compare(quality)
          for step in 1...Self.stepsPerRun { try await play.step(quality, "run-\(run)-\(step)") }
          try await play.compare(quality)
        }
        if run == 1 {
          try FileManager.default.copyItem(atPath: file, toPath: kept)
          older = play.model
        }
        if run == Self.runs - 1 {
          // What came after is gone, as people who restore a file know; everything before goes on.
          try FileManager.default.removeItem(atPath: file)
          try FileManager.default.copyItem(atPath: kept, toPath: file)
          play.model = older
          play.given = [:]
        }
      }
    }
    // Every way was gone, and every rule has refused something.
    #expect(play.done > 300 && play.refused.count == 10, "\(play.done) done, \(play.refused)")
  }
}

/// One game of random steps.
private struct Play<Generator: RandomNumberGenerator> {
  var generator: Generator
  var model = QualityModel()
  var done = 0
  var refused: [String: Int] = [:]
  /// Commands that were taken, and the hold that each placed.
  var given: [String: String] = [:]

  init(generator: Generator) { self.generator = generator }

  private mutating func pick<T: Comparable>(_ values: some Collection<T>) -> T? {
    values.sorted().randomElement(using: &generator)
  }

  /// An inspection; mostly one that is not over.
  private mutating func inspection() -> String? {
    let open = model.inspections.filter(\.value.isOpen).keys.sorted().prefix(3)
    return Int.random(in: 0...4, using: &generator) > 0 ? pick(open) : pick(model.inspections.keys)
  }

  private mutating func flip() -> Bool { Bool.random(using: &generator) }

  mutating func step(_ quality: QualityFixture, _ request: String) async throws {
    switch Int.random(in: 0...17, using: &generator) {
    case 0: try await create(quality, request)
    case 1: try await raise(quality, request)
    case 2...7: try await submit(quality, request)
    case 8...9: try await complete(quality, request)
    case 10: if flip() { try await cancel(quality, request) }
    case 11...13: try await goOn(quality, request)
    case 14: try await place(quality, request)
    case 15: try await again(quality)
    default: try await release(quality, request)
    }
  }

  /// Makes a call and tells the model's verdict from Quality's.
  /// - Parameter expected: plays the step in the model; it is given what Quality has answered, if anything.
  private mutating func check<Answer>(
    _ call: () async throws -> Answer, _ expected: (inout QualityModel, Answer?) -> String?
  ) async throws {
    var (answer, reason): (Answer?, String?) = (nil, nil)
    do { answer = try await call() } catch let refusal as Refusal { reason = refusal.reason }
    let verdict = expected(&model, answer)
    #expect(verdict == reason)
    if let reason { refused[reason, default: 0] += 1 } else { done += 1 }
  }

  private mutating func create(_ quality: QualityFixture, _ request: String) async throws {
    let samples = Int.random(in: 1...3, using: &generator)
    let inspection = QualityModel.Inspection(
      samples: samples, accepting: Int.random(in: 0..<samples, using: &generator),
      untilPassed: flip(), onFailure: flip())
    let asked = Sample.inspection(
      request, samples: Int32(samples), accepting: Int32(inspection.accepting),
      untilPassed: inspection.untilPassed, onFailure: inspection.onFailure)
    let created = try await quality.anna.createInspection(asked).inspection
    model.create(try #require(created).inspectionID, inspection)
  }

  private mutating func submit(_ quality: QualityFixture, _ request: String) async throws {
    guard let id = inspection(), let inspection = model.inspections[id] else {
      return
    }
    let sample = Int.random(in: 1...inspection.samples, using: &generator)
    let characteristic = flip() ? "DIAMETER" : "SURFACE"
    let passed = Int.random(in: 0...3, using: &generator) > 0
    let current = inspection.results["\(sample) \(characteristic)"]?.id ?? ""
    let corrects = Int.random(in: 0...3, using: &generator) > 0 ? current : flip() ? "R-0" : ""
    var result = Sample.surface(Int32(sample), passed)
    if characteristic == "DIAMETER" {
      result = Sample.diameter(Int32(sample), passed ? "10.1" : "10.100001")
    }
    result.correctsResultID = corrects
    let sent = Sample.results(id, event: request, [result])
    try await check({ try await quality.anna.submitResults(sent) }) { model, answer in
      model.submit(
        id, sample: sample, characteristic: characteristic, passed: passed, corrects: corrects
      ) { "\(answer?.submissionID ?? "")-1" }
    }
  }

  private mutating func complete(_ quality: QualityFixture, _ request: String) async throws {
    guard let id = inspection() else { return }
    try await check({ try await quality.bert.completeInspection(Sample.complete(id, request)) }) {
      $0.complete(id) { [answer = $1] in answer?.inspection?.nonconformanceID ?? "" }
    }
  }

  private mutating func cancel(_ quality: QualityFixture, _ request: String) async throws {
    guard let id = inspection() else { return }
    try await check({
      try await quality.anna.cancelInspection(
        .with {
          $0.site = HouseFixture.site
          $0.requestID = request
          $0.inspectionID = id
          $0.reason = "not needed"
        })
    }) { model, _ in model.cancel(id) }
  }

  private mutating func raise(_ quality: QualityFixture, _ request: String) async throws {
    let placeHold = flip()
    let raised = try await quality.anna.raiseNonconformance(
      .with {
        $0.site = HouseFixture.site
        $0.requestID = request
        $0.subject = Sample.lot
        $0.description_p = "too thin"
        $0.placeHold = placeHold
      })
    let id = try #require(raised.nonconformance).nonconformanceID
    model.nonconformances[id] = .init()
    if placeHold { model.holds[id] = .init(nonconformance: id) }
    #expect(raised.hold?.holdID == (placeHold ? id : nil))
  }

  /// One step of a nonconformance, by anyone, also out of turn.
  private mutating func goOn(_ quality: QualityFixture, _ request: String) async throws {
    guard let id = pick(model.nonconformances.keys), let found = model.nonconformances[id] else {
      return
    }
    let inTurn = NonconformanceState(rawValue: found.state.rawValue + 1)
    let any = NonconformanceState(rawValue: Int32.random(in: 2...5, using: &generator))
    guard let state = Int.random(in: 0...2, using: &generator) > 0 ? inTurn : any else { return }
    let person = flip() ? "anna" : "bert"
    let client = quality.client(person)
    func named<Request: Message>(
      _ type: Request.Type, _ name: WritableKeyPath<Request, String>,
      _ command: WritableKeyPath<Request, String>, _ site: WritableKeyPath<Request, String>
    ) -> Request {
      var value = Request()
      value[keyPath: site] = HouseFixture.site
      value[keyPath: command] = request
      value[keyPath: name] = id
      return value
    }
    switch state {
    case .underReview:
      let step = named(
        Quality.V1.ReviewNonconformanceRequest.self, \.nonconformanceID, \.requestID, \.site)
      try await check({ try await client.reviewNonconformance(step) }) { model, _ in
        model.step(id, to: state, by: person)
      }
    case .dispositioned:
      guard let disposition = Disposition.allCases.randomElement(using: &generator) else { return }
      var step = named(
        Quality.V1.DispositionNonconformanceRequest.self, \.nonconformanceID, \.requestID, \.site)
      step.disposition = .init(rawValue: disposition.rawValue)
      step.reason = "decided"
      try await check({ [step] in try await client.dispositionNonconformance(step) }) { model, _ in
        model.decide(id, disposition, by: person)
      }
    case .verified:
      let step = named(
        Quality.V1.VerifyNonconformanceRequest.self, \.nonconformanceID, \.requestID, \.site)
      try await check({ try await client.verifyNonconformance(step) }) { model, _ in
        model.step(id, to: state, by: person)
      }
    default:
      let step = named(
        Quality.V1.CloseNonconformanceRequest.self, \.nonconformanceID, \.requestID, \.site)
      try await check({ try await client.closeNonconformance(step) }) { model, _ in
        model.step(id, to: .closed, by: person)
      }
    }
  }

  private mutating func place(_ quality: QualityFixture, _ request: String) async throws {
    let nonconformance = flip() ? pick(model.nonconformances.keys) ?? "" : ""
    let asked = Sample.hold(request, nonconformance: nonconformance)
    var placed: String?
    try await check({ try await quality.anna.placeHold(asked) }) { model, answer in
      placed = answer?.hold?.holdID
      return model.place(nonconformance: nonconformance) { placed ?? "" }
    }
    if let placed, nonconformance.isEmpty { given[request] = placed }
  }

  /// A command that was given before, also before a restart, places no other hold.
  private mutating func again(_ quality: QualityFixture) async throws {
    guard let request = pick(given.keys) else { return }
    let answer = try await quality.anna.placeHold(Sample.hold(request))
    #expect(answer.receipt == .duplicate && answer.hold?.holdID == given[request])
  }

  private mutating func release(_ quality: QualityFixture, _ request: String) async throws {
    guard let id = pick(model.holds.keys) else { return }
    let scrap = Int.random(in: 0...2, using: &generator) == 0
    try await check({
      try await quality.bert.releaseHold(Sample.release(id, request, scrap: scrap))
    }) { model, _ in model.release(id, scrap: scrap) }
  }

  /// Everything that Quality shows is what the model has.
  func compare(_ quality: QualityFixture) async throws {
    for (id, expected) in model.inspections {
      let shown = try await quality.anna.getInspection(
        .with {
          $0.site = HouseFixture.site
          $0.inspectionID = id
        })
      let found = try #require(shown.inspection)
      #expect(found.state.rawValue == expected.state.rawValue)
      #expect(Int(found.resultCount) == expected.resultCount)
      #expect(Int(found.failedSamples) == expected.failedSamples)
      #expect(found.nonconformanceID == expected.nonconformance)
      let counting = shown.results.filter { !$0.replaced }
      #expect(Set(counting.map(\.resultID)) == Set(expected.results.values.map(\.id)))
      #expect(counting.filter(\.passed).count == expected.results.values.filter(\.passed).count)
    }
    for (id, expected) in model.nonconformances {
      let shown = try await quality.anna.getNonconformance(
        .with {
          $0.site = HouseFixture.site
          $0.nonconformanceID = id
        })
      #expect(shown.nonconformance?.state.rawValue == expected.state.rawValue)
      #expect(shown.nonconformance?.disposition.rawValue == expected.disposition?.rawValue ?? 0)
    }
    let held = try await holds(quality)
    #expect(held.count == model.holds.count)
    for hold in held {
      #expect(hold.state.rawValue == model.holds[hold.holdID]?.state.rawValue)
      #expect(hold.nonconformanceID == model.holds[hold.holdID]?.nonconformance)
    }
  }

  private func holds(_ quality: QualityFixture) async throws -> [Quality.V1.Hold] {
    var (found, token) = ([Quality.V1.Hold](), "")
    repeat {
      let page = try await quality.anna.listHolds(
        .with { [token] in
          $0.site = HouseFixture.site
          $0.includeEnded = true
          $0.page = .with {
            $0.pageSize = 100
            $0.pageToken = token
          }
        })
      found += page.holds
      token = page.page?.nextPageToken ?? ""
    } while !token.isEmpty
    return found
  }
}

import Environment
import Logging
import RecordStore
import Synchronization
import Values

/// Brings a site's master data from its Odoo to MasterData: reads what has changed, notes it together
/// with how far it was read, and sends what became another record. A first load is the same with
/// everything changed.
///
/// What may stop in between is found again: rows that were noted are due until MasterData has
/// answered, rows that were not are read again. What was answered is known by its content and not sent
/// again.
final class MasterDataPoll: Sendable {
  /// Batches of one kind in one round: five million subjects; a bound for what never ends.
  static let maximumBatches = 10_000
  /// What a person must repair is tried again, because the cause may be gone.
  static let retry = Backoff(firstMilliseconds: 2_000, maximumMilliseconds: 600_000)
  /// Between two lines about a first load, in nanoseconds.
  private static let logIntervalNanoseconds: Int64 = 5_000_000_000

  let site: SiteCode
  let models: [any MasterDataModel]
  let reader: MasterDataReader
  let sender: MasterDataSender
  let database: Database
  let board: MasterDataBoard
  let environment: Environment
  let logger: Logger
  private let deletionCheckSeconds: Int
  let maximumGonePercent: Int
  let state: Mutex<State>

  /// What a round remembers for the next one; nothing of it must be.
  struct State {
    /// Kinds whose cases may not be what is wrong with their subjects; all of them after a start.
    var unsettledCases = Set(SubjectKind.allCases)
    /// What Odoo does not let be read.
    var unreadable: [SubjectKind: OdooWords] = [:]
    /// What was not withdrawn because too much of it is gone, a sentence for each model; `nil` of kinds
    /// that were not compared since the start.
    var gone: [SubjectKind: [String]] = [:]
    /// Whether anything was sent, so that what is in use may not be any more.
    var hasSent = false
    /// How each model was looked at last.
    var looks: [String: Look] = [:]
    var glancedAt: Int64 = 0
    /// When MasterData was asked where it stands; `nil` after a start.
    var positionAskedAt: Int64?
    var comparedAt: Int64
    var loggedAt: Int64
    var failures = 0
    var resumeAt: Int64 = 0
  }

  init(
    _ configuration: OdooSiteConfiguration, reader: MasterDataReader, sender: MasterDataSender,
    database: Database, board: MasterDataBoard, environment: Environment, logger: Logger
  ) {
    site = configuration.site
    models = MasterDataModels.all(quarantineLocations: configuration.quarantineLocations)
    deletionCheckSeconds = configuration.deletionCheckIntervalSeconds
    maximumGonePercent = configuration.maximumGonePercent
    self.reader = reader
    self.sender = sender
    self.database = database
    self.board = board
    self.environment = environment
    self.logger = logger
    let now = environment.clock.monotonicNanoseconds
    state = Mutex(State(comparedAt: now, loggedAt: now))
  }

  /// One round.
  /// - Throws: ``OdooFailure`` when Odoo can't be asked now, errors of the database, cancellation.
  func once() async throws {
    let now = environment.clock.monotonicNanoseconds
    if state.withLock({ $0.resumeAt > now }) { return }
    do {
      try await board.working {
        let result = await Self.result { try await self.round() }
        try await self.settleCases()
        try result.get()
      }
      state.withLock { $0.failures = 0 }
    } catch let error as MasterDataSender.Unavailable {
      logger.warning("MasterData can't take records now", metadata: ["error": "\(error.text)"])
      let now = environment.clock.monotonicNanoseconds
      state.withLock { state in
        state.failures += 1
        let wait = Backoff.unreachable.milliseconds(
          attempt: state.failures, environment.randomness)
        state.resumeAt = now + wait * 1_000_000
      }
    }
  }

  private static func result(_ body: () async throws -> Void) async -> Result<Void, any Error> {
    do { return .success(try await body()) } catch { return .failure(error) }
  }

  private func round() async throws {
    try await noticeRestore()
    if isTimeToCompare {
      for model in models { try await reading(model) { try await self.compare(model) } }
    }
    for model in models { try await reading(model) { try await self.bring(model) } }
    // What came later may have changed what came before: a location its warehouse.
    for model in models where !state.withLock({ $0.unreadable.keys.contains(model.kind) }) {
      try await reading(model) { try await self.settleDue(model) }
    }
    try await withdraw()
  }

  private var isTimeToCompare: Bool {
    let now = environment.clock.monotonicNanoseconds
    let interval = Int64(deletionCheckSeconds) * 1_000_000_000
    return state.withLock { state in
      guard now - state.comparedAt >= interval else { return false }
      state.comparedAt = now
      return true
    }
  }

  /// Works on one model. What Odoo does not let be read there keeps nothing else waiting.
  func reading(
    _ model: any MasterDataModel, _ body: () async throws -> Void
  ) async throws {
    do {
      try await body()
      state.withLock { state in
        if state.unreadable.removeValue(forKey: model.kind) != nil {
          state.unsettledCases.insert(model.kind)
        }
      }
    } catch let failure as OdooFailure {
      switch failure {
      case .transient, .outcomeUnknown: throw failure
      case .business(let words), .configuration(let words), .defect(let words):
        // Fields may have gone with an upgrade.
        reader.forgetFields()
        state.withLock { state in
          if state.unreadable.updateValue(words, forKey: model.kind) != words {
            state.unsettledCases.insert(model.kind)
          }
        }
      }
    }
  }

  /// Everything of one kind: what has changed, then what is due for other reasons.
  private func bring(_ model: any MasterDataModel) async throws {
    for (feed, role) in model.feedsWithRoles { try await look(feed, model, role) }
    try await settleDue(model)
  }

  func model(of kind: SubjectKind) -> (any MasterDataModel)? { models.first { $0.kind == kind } }

  /// How a first load goes on, every few seconds.
  func logProgress() {
    let now = environment.clock.monotonicNanoseconds
    let isTime = state.withLock { state in
      guard now - state.loggedAt >= Self.logIntervalNanoseconds else { return false }
      state.loggedAt = now
      return true
    }
    guard isTime else { return }
    let parts = board.counts.sorted { $0.key < $1.key }.map { name, counts in
      name.contains(".")
        ? "\(name) \(counts.read) read"
        : "\(name) \(counts.sent) sent, \(counts.rejected) rejected"
    }
    logger.info("masterdata: \(parts.joined(separator: "; "))")
  }
}

import Contracts
public import Environment
import Identity
public import Logging
public import Protobuf
public import RecordStore
public import ServiceKit
import Synchronization

/// Tells all services which in-plant tokens they must not believe any more, each as fast as it hears.
public struct RevocationPublishers: MetricSource {
  private let publishers: [RevocationPublisher]

  /// Publishers to services, by their names.
  public init(
    to services: [(name: String, caller: any ServiceCaller)], database: Database, clock: any Clock,
    logger: Logger
  ) {
    publishers = services.map {
      RevocationPublisher(
        to: $0.caller, name: $0.name, database: database, clock: clock, logger: logger)
    }
  }

  /// Runs until the task is cancelled.
  public func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for publisher in publishers { group.addTask { try await publisher.run() } }
      try await group.waitForAll()
    }
  }

  /// Whether each service answers: what is said to it regularly shows it also when nobody calls.
  public func families() -> [MetricFamily] {
    var family = MetricFamily(
      "millrace_service_reachable", .gauge,
      help: "1 when the service has answered the Gateway's last message, of every ten seconds.")
    for publisher in publishers {
      let (name, isReached) = publisher.reach
      family.add(isReached ? 1 : 0, [.init("service", name)])
    }
    return [family]
  }
}

/// Tells a service which in-plant tokens it must not believe any more: as soon as something has
/// changed, when it has not heard the last word, and now and then in any case, because a service can
/// have been restored from a backup.
final class RevocationPublisher: Sendable {
  /// How often it is looked whether something has changed, in milliseconds.
  static let lookMilliseconds: Int64 = 500
  /// After how many seconds it is said again.
  static let repetitionSeconds: Int64 = 10
  /// How long a service may take to answer, in milliseconds.
  static let timeoutMilliseconds: Int64 = 5_000

  private let service: Contracts.Identity.V1.RevocationServiceClient
  private let name: String
  private let database: Database
  private let clock: any Clock
  private let logger: Logger
  private let isReached = Atomic(false)

  /// A publisher to one service.
  /// - Parameter name: the service's, for the log.
  init(
    to caller: any ServiceCaller, name: String, database: Database, clock: any Clock,
    logger: Logger
  ) {
    service = Contracts.Identity.V1.RevocationServiceClient(caller)
    self.name = name
    self.database = database
    self.clock = clock
    self.logger = logger
  }

  private struct Said {
    var epoch: Int64
    var atNanoseconds: Int64
  }

  /// Runs until the task is cancelled.
  func run() async throws {
    var said: Said?
    var isSilent = false
    while true {
      do {
        if try await isDue(said) { said = try await TraceContext.withNew(say) }
        if isSilent { logger.notice("revocations are heard again", metadata: ["by": "\(name)"]) }
        isSilent = false
      } catch let error where !(error is CancellationError) {
        if !isSilent {
          logger.warning(
            "revocations are not heard; it is tried until they are",
            metadata: ["by": "\(name)", "error": "\(error)"])
        }
        isSilent = true
      }
      isReached.store(!isSilent, ordering: .relaxed)
      try await Task.sleep(for: .milliseconds(Self.lookMilliseconds))
    }
  }

  /// The service's name, and whether it has answered the last message.
  var reach: (name: String, isReached: Bool) { (name, isReached.load(ordering: .relaxed)) }

  private func isDue(_ said: Said?) async throws -> Bool {
    guard let said else { return true }
    let elapsed = clock.monotonicNanoseconds - said.atNanoseconds
    if elapsed >= Self.repetitionSeconds * 1_000_000_000 { return true }
    return try await database.read { try RevokedTokens.epoch($0) } != said.epoch
  }

  private func say() async throws -> Said {
    let incarnation = database.incarnation
    let content = try await database.read { try RevokedTokens.content(incarnation, $0) }
    let startedAt = clock.monotonicNanoseconds
    let response = try await service.putRevocations(
      .init(content), options: CallOptions(timeoutMilliseconds: Self.timeoutMilliseconds))
    return Said(epoch: response.epoch, atNanoseconds: startedAt)
  }
}

extension Contracts.Identity.V1.PutRevocationsRequest {
  fileprivate init(_ content: RevocationList.Content) {
    self.init()
    source = content.source
    epoch = content.epoch
    revocations = content.entries.map { .init($0) }
  }
}

extension Contracts.Identity.V1.Revocation {
  fileprivate init(_ entry: RevocationList.Entry) {
    self.init()
    switch entry {
    case .credential(let id, let end):
      what = .credentialID(id)
      endsAt = .init(end)
    case .partner(let name, let revision):
      what = .partner(
        .with {
          $0.partner = name
          $0.minimumRevision = revision
        })
    case .all(let limit): what = .allIssuedBefore(.init(limit))
    }
  }
}

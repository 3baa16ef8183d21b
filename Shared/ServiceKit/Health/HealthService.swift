import Contracts
public import Logging
import NIOCore
import Protobuf
public import RPC
import Synchronization

/// `grpc.health.v1.Health`: whether the program and each of its services serve. Anyone may ask,
/// without a credential.
///
/// The empty name stands for the program as a whole. A service serves when the program does and
/// nothing was said against the service itself.
public final class HealthService: Sendable {
  /// The service's full name.
  public static let name = Grpc.Health.V1.Health.name
  /// Watches at the same time: each holds a task. Monitoring needs a handful.
  public static let maximumWatches = 256
  /// Most entries that List answers with, the empty name among them: the contract's own limit.
  public static let maximumListed = 100

  private typealias ServingStatus = Grpc.Health.V1.HealthCheckResponse.ServingStatus

  private struct State {
    var isServing = false
    var isShutDown = false
    var isDamaged = false
    /// What was said of each service itself.
    var services: [String: Bool]
    var lastID: UInt64 = 0
    var watchers: [UInt64: AsyncStream<Void>.Continuation] = [:]

    /// The state of a name; the program's own wins.
    func status(of service: String) -> ServingStatus {
      let own = service.isEmpty ? true : services[service]
      guard let own else { return .serviceUnknown }
      return own && isServing && !isShutDown && !isDamaged ? .serving : .notServing
    }
  }

  private let logger: Logger
  private let state: Mutex<State>

  /// Health of a program with these services (full names); not serving until ``setServing(_:)``.
  public init(services: [String], logger: Logger) {
    self.logger = logger
    state = Mutex(State(services: Dictionary(services.map { ($0, true) }) { first, _ in first }))
  }

  /// Says whether the program serves, and tells every watch.
  public func setServing(_ isServing: Bool) {
    change { $0.isServing = isServing }
  }

  /// Says whether one service serves while the program does, and tells every watch. A name that was
  /// not known is from now on.
  public func setServing(_ isServing: Bool, service: String) {
    if service.isEmpty { return setServing(isServing) }
    change { $0.services[service] = isServing }
  }

  /// The program's records are damaged: nothing serves any more, whatever is said later. Calls are
  /// still answered, so that people can look; whoever balances load by health goes elsewhere.
  public func setDamaged() {
    change { $0.isDamaged = true }
  }

  /// The program ends: nothing serves any more, whatever is said later. Every watch is told and
  /// then ended with `UNAVAILABLE`, so that none of them holds the shutdown up.
  public func shutDown() {
    change { $0.isShutDown = true }
  }

  /// What does not serve now: names of services, or `the program` for all of it.
  var notServing: [String] {
    state.withLock { state in
      guard state.status(of: "") == .serving else { return ["the program"] }
      return state.services.filter { !$0.value }.map(\.key)
    }
  }

  /// The handler of a path of the health service, `nil` for any other path.
  public func handler(for path: String) -> MethodHandler? {
    switch path {
    case Grpc.Health.V1.Health.check.path:
      .unary { request, context in try self.mapped(context) { try self.check(request) } }
    case Grpc.Health.V1.Health.list.path:
      .unary { request, context in try self.mapped(context) { try self.list(request) } }
    case Grpc.Health.V1.Health.watch.path:
      .serverStreaming { request, context, responses in
        do { try await self.watch(request, responses) } catch {
          throw StatusMapping.status(error, of: context, logger: self.logger)
        }
      }
    default: nil
    }
  }

  private func mapped(
    _ context: CallContext, _ answer: () throws -> ByteBuffer
  ) throws -> ByteBuffer {
    do { return try answer() } catch {
      throw StatusMapping.status(error, of: context, logger: logger)
    }
  }

  private func check(_ message: ByteBuffer) throws -> ByteBuffer {
    let request: Grpc.Health.V1.HealthCheckRequest = try MessageCoding.decode(message)
    let status = state.withLock { $0.status(of: request.service) }
    guard status != .serviceUnknown else {
      throw Refusal(.notFound, reason: "SERVICE_UNKNOWN", "there is no such service here")
    }
    return try MessageCoding.encode(Self.response(status))
  }

  private func list(_ message: ByteBuffer) throws -> ByteBuffer {
    let _: Grpc.Health.V1.HealthListRequest = try MessageCoding.decode(message)
    let statuses = state.withLock { state in
      (state.services.keys + [""]).map { ($0, Self.response(state.status(of: $0))) }
    }
    guard statuses.count <= Self.maximumListed else {
      throw Refusal(
        .resourceExhausted, reason: "TOO_MANY_SERVICES",
        "there are more than \(Self.maximumListed) services; check them one by one")
    }
    return try MessageCoding.encode(
      Grpc.Health.V1.HealthListResponse.with {
        $0.statuses = Dictionary(statuses) { first, _ in first }
      })
  }

  /// Sends the status now and whenever it changes, until the caller leaves or the program ends.
  private func watch(_ message: ByteBuffer, _ responses: RPC.ResponseWriter) async throws {
    let request: Grpc.Health.V1.HealthCheckRequest = try MessageCoding.decode(message)
    // Only the newest state matters, so one waiting signal is enough.
    let (changes, signal) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let id = try enter(signal)
    defer { state.withLock { $0.watchers[id] = nil } }
    signal.yield()
    var sent: ServingStatus?
    for await _ in changes {
      let (status, isLast) = state.withLock { ($0.status(of: request.service), $0.isShutDown) }
      if status != sent {
        try await responses.write(MessageCoding.encode(Self.response(status)))
        sent = status
      }
      if isLast { throw Refusal.shuttingDown }
    }
  }

  private func enter(_ signal: AsyncStream<Void>.Continuation) throws -> UInt64 {
    try state.withLock { state in
      guard state.watchers.count < Self.maximumWatches else {
        throw Refusal(
          .resourceExhausted, reason: "TOO_MANY_WATCHES", "too many health watches are open")
      }
      state.lastID += 1
      state.watchers[state.lastID] = signal
      return state.lastID
    }
  }

  private func change(_ body: (inout State) -> Void) {
    let watchers = state.withLock { state in
      body(&state)
      return Array(state.watchers.values)
    }
    for watcher in watchers { watcher.yield() }
  }

  private static func response(_ status: ServingStatus) -> Grpc.Health.V1.HealthCheckResponse {
    .with { $0.status = status }
  }
}

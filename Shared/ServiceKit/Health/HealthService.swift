import Contracts
public import Logging
import NIOCore
import Protobuf
public import RPC
import Synchronization

/// `grpc.health.v1.Health`: whether the program serves. Anyone may ask, without a credential.
///
/// The empty name stands for the program as a whole. All names change together: a service that
/// drains takes no call of any kind.
public final class HealthService: Sendable {
  /// Watches at the same time: each holds a task. Monitoring needs a handful.
  public static let maximumWatches = 256

  private typealias ServingStatus = Grpc.Health.V1.HealthCheckResponse.ServingStatus

  private struct State {
    var isServing = false
    var lastID: UInt64 = 0
    var watchers: [UInt64: AsyncStream<Void>.Continuation] = [:]
  }

  private let services: Set<String>
  private let logger: Logger
  private let state = Mutex(State())

  /// Health of a program with these services (full names); not serving until ``setServing(_:)``.
  public init(services: [String], logger: Logger) {
    self.services = Set(services + [""])
    self.logger = logger
  }

  /// Says whether the program serves, and tells every watch.
  public func setServing(_ isServing: Bool) {
    let watchers = state.withLock { state in
      state.isServing = isServing
      return Array(state.watchers.values)
    }
    for watcher in watchers { watcher.yield() }
  }

  /// The handler of a path of the health service, `nil` for any other path.
  public func handler(for path: String) -> MethodHandler? {
    switch path {
    case Grpc.Health.V1.Health.check.path: .unary { request, _ in try self.check(request) }
    case Grpc.Health.V1.Health.watch.path:
      .serverStreaming { request, _, responses in
        try await self.watch(request, responses)
      }
    default: nil
    }
  }

  private func status(of service: String) -> ServingStatus {
    guard services.contains(service) else { return .serviceUnknown }
    return state.withLock { $0.isServing } ? .serving : .notServing
  }

  private func check(_ message: ByteBuffer) throws -> ByteBuffer {
    do {
      let request: Grpc.Health.V1.HealthCheckRequest = try MessageCoding.decode(message)
      let status = status(of: request.service)
      guard status != .serviceUnknown else {
        throw Refusal(.notFound, reason: "SERVICE_UNKNOWN", "there is no such service here")
      }
      return try Self.response(status)
    } catch {
      throw StatusMapping.status(error, logger: logger)
    }
  }

  /// Sends the status now and whenever it changes, until the caller leaves or the server ends the
  /// stream.
  private func watch(_ message: ByteBuffer, _ responses: RPC.ResponseWriter) async throws {
    do {
      let request: Grpc.Health.V1.HealthCheckRequest = try MessageCoding.decode(message)
      // Only the newest state matters, so one waiting signal is enough.
      let (changes, signal) = AsyncStream.makeStream(
        of: Void.self, bufferingPolicy: .bufferingNewest(1))
      let id = try enter(signal)
      defer { state.withLock { $0.watchers[id] = nil } }
      signal.yield()
      var sent: ServingStatus?
      for await _ in changes {
        let status = status(of: request.service)
        guard status != sent else { continue }
        try await responses.write(Self.response(status))
        sent = status
      }
    } catch {
      throw StatusMapping.status(error, logger: logger)
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

  private static func response(_ status: ServingStatus) throws -> ByteBuffer {
    try MessageCoding.encode(Grpc.Health.V1.HealthCheckResponse.with { $0.status = status })
  }
}

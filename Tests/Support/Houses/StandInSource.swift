public import Protobuf
public import ServiceKit
import Synchronization

/// A service that others follow, as they see it: watches, and what a test tells them.
///
/// ```swift
/// let quality = StandInSource<HoldWatch> { $0.site }
/// quality.tell(.with { $0.hold = hold }, at: "PLANT1")
/// ```
public final class StandInSource<Watch: FollowedWatch>: ServiceCaller {
  private struct State {
    var watches: [String: AsyncThrowingStream<Watch.Response, any Error>.Continuation] = [:]
    var requests: [String: [Watch.Request]] = [:]
    var isRestored = false
  }

  private let state = Mutex(State())
  private let place: @Sendable (Watch.Request) -> String
  private let hasToken: @Sendable (Watch.Request) -> Bool

  /// A source.
  /// - Parameters:
  ///   - hasToken: whether a request goes on from somewhere.
  ///   - place: what tells its watches apart, by what they ask for.
  public init(
    hasToken: @escaping @Sendable (Watch.Request) -> Bool,
    place: @escaping @Sendable (Watch.Request) -> String
  ) {
    self.hasToken = hasToken
    self.place = place
  }

  /// How many watches stand.
  public var watches: Int { state.withLock(\.watches.count) }

  /// What was asked for at a place, the newest last.
  public func requests(at place: String) -> [Watch.Request] {
    state.withLock { $0.requests[place] ?? [] }
  }

  /// Tells whoever watches a place.
  public func tell(_ response: Watch.Response, at place: String) {
    state.withLock { _ = $0.watches[place]?.yield(response) }
  }

  /// Ends all watches, as a stop does.
  public func breakDown() {
    let ended = state.withLock { state in
      defer { state.watches = [:] }
      return state.watches.values.map(\.self)
    }
    for watch in ended {
      watch.finish(throwing: Refusal(.unavailable, reason: "SERVICE_DOWN", "gone"))
    }
  }

  /// From now on tokens are refused, as those of before a restore are.
  public func restore() {
    state.withLock { $0.isRestored = true }
    breakDown()
  }

  /// A watch, told by the test.
  public func serverStreaming<Request: Message, Response: Message>(
    _ method: Method<Request, Response>, _ request: Request, _ options: CallOptions
  ) async throws -> ResponseStream<Response> {
    guard let request = request as? Watch.Request else {
      throw Refusal(.unimplemented, reason: "UNKNOWN", "only watches")
    }
    let (stream, continuation) = AsyncThrowingStream<Watch.Response, any Error>.makeStream()
    let place = place(request)
    let isRefused = state.withLock { state in
      state.requests[place, default: []].append(request)
      if state.isRestored, hasToken(request) { return true }
      state.watches[place] = continuation
      return false
    }
    if isRefused { throw Refusal.feedRestored }
    return ResponseStream(
      stream.map { told in
        guard let response = told as? Response else { throw CancellationError() }
        return response
      })
  }

  /// Not of its kind.
  public func unary<Request: Message, Response: Message>(
    _ method: Method<Request, Response>, _ request: Request, _ options: CallOptions
  ) async throws -> Response { throw CancellationError() }

  /// Not of its kind.
  public func clientStreaming<Request: Message, Response: Message>(
    _ method: Method<Request, Response>, _ options: CallOptions
  ) async throws -> ClientStreamingCall<Request, Response> { throw CancellationError() }

  /// Not of its kind.
  public func bidirectionalStreaming<Request: Message, Response: Message>(
    _ method: Method<Request, Response>, _ options: CallOptions
  ) async throws -> BidirectionalCall<Request, Response> { throw CancellationError() }
}

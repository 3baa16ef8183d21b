import Logging
import NIOCore

/// The connections of a channel for one sort of calls, and the calls that wait for one.
///
/// Connects when a call needs it, to every address of the server, and lets the calls take turns.
/// While a connect is under way calls wait; when there is no connection and none is coming they
/// fail at once with `UNAVAILABLE`, those excepted that wait for a server. Confined to one event
/// loop (hence unchecked).
final class ClientPool: @unchecked Sendable {
  let connector: Connector
  let maximumConnections: Int
  var eventLoop: any EventLoop { connector.eventLoop }

  var endpoints: [Endpoint] = []
  /// Connections that take no further calls, while theirs end.
  var ending: [ClientConnection] = []
  var lastFailure = ""
  var isResolving = false
  /// When the server's addresses were looked up last (nanoseconds); nil when they never were.
  var resolvedAt: Int64?
  var resolveBackoff: Backoff
  var waiting = CircularBuffer<ClientStream>()
  var retryTimer: Scheduled<Void>?
  private(set) var isClosed = false
  private var nextEndpoint = 0
  private var isPumping = false

  /// A pool of at most so many connections to each address.
  init(connector: Connector, maximumConnections: Int) {
    self.connector = connector
    resolveBackoff = Backoff(limits: connector.limits)
    self.maximumConnections = maximumConnections
  }

  /// Takes a call: sends it, queues it, or ends it.
  func enqueue(_ call: ClientStream) {
    guard !isClosed else {
      return call.finish(Status(code: .unavailable, message: "the channel is closed"))
    }
    if waiting.isEmpty, let connection = connectionWithRoom() {
      connection.open(call)
      return connectMissing()
    }
    guard waiting.count < connector.limits.queuedCalls else {
      return call.finish(
        Status(
          code: .resourceExhausted, reason: "TOO_MANY_CALLS_WAIT",
          message: "too many calls wait for \(connector.target.authority)"))
    }
    waiting.append(call)
    review()
  }

  /// Takes a call out of the queue.
  func withdraw(_ call: ClientStream) { waiting.removeAll { $0 === call } }

  /// Something has changed: sends waiting calls as far as there is room.
  func pump() {
    guard !isPumping, !waiting.isEmpty else { return }
    isPumping = true
    while !waiting.isEmpty, let connection = connectionWithRoom() {
      connection.open(waiting.removeFirst())
    }
    isPumping = false
    review()
  }

  /// Ends every call and connection; the future comes when the sockets are closed.
  func close() -> EventLoopFuture<Void> {
    isClosed = true
    retryTimer?.cancel()
    failWaiting("the channel is closed", all: true)
    var all = endpoints.flatMap(\.connections) + ending
    for case .yes(let connection?) in endpoints.map(\.connecting) { all.append(connection) }
    for connection in all {
      connection.terminate(.noError, reason: "the channel is closed")
      connection.end(within: connector.limits.drainRoundTripMilliseconds)
    }
    return .andAllComplete(all.compactMap(\.closeFuture), on: eventLoop)
  }

  /// Ends the calls that do not wait for a server, or all.
  func failWaiting(_ reason: String, all: Bool = false) {
    let calls = waiting
    waiting = []
    for call in calls {
      if call.options.waitsForReady, !all {
        waiting.append(call)
      } else {
        call.finish(Status(code: .unavailable, message: reason))
      }
    }
  }

  /// The addresses take turns.
  private func connectionWithRoom() -> ClientConnection? {
    for _ in endpoints.indices {
      nextEndpoint = (nextEndpoint + 1) % endpoints.count
      if let connection = endpoints[nextEndpoint].connectionWithRoom() { return connection }
    }
    return nil
  }
}

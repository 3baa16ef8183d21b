import AsyncHTTPClient
import JSON
import NIOCore
import NIOHTTP1
import Synchronization

/// Tells a URL of changes, one after the other, without waiting for it and without trying twice: as
/// Odoo's automation rules do.
final class WebhookSender: Sendable {
  /// Where to, and the secret that proves who calls.
  struct Target: Sendable {
    let url: String
    let secret: String?
  }

  /// Odoo waits one second for the answer.
  private static let timeout = TimeAmount.seconds(1)
  static let maximumWaiting = 10_000
  static let secretHeader = "X-Millrace-Webhook-Secret"

  private struct State {
    var queue = WebhookQueue(limit: WebhookSender.maximumWaiting)
    var sentCount: Int64 = 0
    var failedCount: Int64 = 0
  }

  private let target: Target
  private let state = Mutex(State())
  private let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

  init(_ target: Target) {
    self.target = target
    (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  func append(_ changes: [RecordChange]) {
    guard !changes.isEmpty else { return }
    state.withLock { $0.queue.append(changes) }
    signal.yield()
  }

  /// What happened so far, for `GET /sandbox/webhooks`.
  var counts: JSONValue {
    state.withLock { state in
      [
        "sent": .int(state.sentCount), "failed": .int(state.failedCount),
        "dropped": .int(state.queue.droppedCount), "waiting": .int(Int64(state.queue.count)),
      ]
    }
  }

  /// Sends until ``finish()``.
  func run() async {
    let client = HTTPClient(eventLoopGroupProvider: .singleton)
    for await _ in signals {
      while let change = state.withLock({ $0.queue.next() }) {
        let isAccepted = await post(change, client)
        state.withLock { state in
          if isAccepted { state.sentCount += 1 } else { state.failedCount += 1 }
        }
      }
    }
    // Shutting down twice is the only failure, and then there is nothing left to do.
    try? await client.shutdown()
  }

  /// No more changes; what waits is still sent.
  func finish() { signal.finish() }

  private func post(_ change: RecordChange, _ client: HTTPClient) async -> Bool {
    var request = HTTPClientRequest(url: target.url)
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    if let secret = target.secret {
      request.headers.add(name: Self.secretHeader, value: secret)
    }
    request.body = .bytes(change.body.serialized)
    do {
      let status = try await client.execute(request, timeout: Self.timeout).status
      return (200..<300).contains(status.code)
    } catch {
      // Counted; Odoo writes it to its log and goes on.
      return false
    }
  }
}

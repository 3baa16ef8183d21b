import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// HTTP with kept-alive connections.
final class HTTPTransport: OdooTransport {
  /// Establishing a connection takes milliseconds; ten seconds mean that the host is away.
  static let connectTimeoutSeconds: Int64 = 10
  /// One sender for postings and one for polling; the rest is reserve for a slow answer.
  static let maximumConnections = 4
  /// The largest recorded answer is 66 kB for 500 records; 16 MiB is a page of 10,000 orders with
  /// room.
  static let maximumAnswerBytes = 16 * 1_024 * 1_024

  private let client: HTTPClient
  private let baseURL: String
  private let timeout: TimeAmount

  /// A transport to `baseURL` (scheme, host and port), each request bounded by `timeoutSeconds`.
  init(baseURL: String, timeoutSeconds: Int) {
    var configuration = HTTPClient.Configuration()
    configuration.timeout = .init(
      connect: .seconds(Self.connectTimeoutSeconds), read: .seconds(Int64(timeoutSeconds)))
    configuration.redirectConfiguration = .disallow
    configuration.httpVersion = .http1Only
    configuration.connectionPool = .init(
      idleTimeout: .seconds(30),
      concurrentHTTP1ConnectionsPerHostSoftLimit: Self.maximumConnections)
    // The posting engine retries, with what it has read in between; the pool must not.
    configuration.connectionPool.retryConnectionEstablishment = false
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
    timeout = .seconds(Int64(timeoutSeconds))
  }

  deinit {
    // A client must not go without being shut down; a second time does nothing.
    client.shutdown { _ in }
  }

  func post(path: String, body: [UInt8]) async throws(OdooTransportFailure) -> OdooHTTPAnswer {
    var request = HTTPClientRequest(url: baseURL + path)
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    request.body = .bytes(body)
    do {
      let response = try await client.execute(request, timeout: timeout)
      let buffer = try await response.body.collect(upTo: Self.maximumAnswerBytes)
      return OdooHTTPAnswer(
        status: Int(response.status.code), body: Array(buffer.readableBytesView))
    } catch {
      throw OdooTransportFailure(text: OdooWords.bounded("\(error)"))
    }
  }

  func close() async {
    // Shutting down twice is the only failure, and then there is nothing left to do.
    try? await client.shutdown()
  }
}

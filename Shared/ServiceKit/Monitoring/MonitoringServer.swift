import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// Plain HTTP for those who watch over a program: `/metrics` for Prometheus, `/livez` and `/readyz`
/// for whoever starts it and sends it calls. It tells nothing about partners or orders; it has a port
/// of its own, so that it need not be reachable for them.
struct MonitoringServer: Sendable {
  /// Connections at a time: monitoring needs a handful, and each costs memory.
  static let maximumConnections = 32

  let address: HostAndPort
  let metrics: Metrics
  let health: HealthService
  let group: any EventLoopGroup
  let logger: Logger

  /// Serves until the task is cancelled.
  func run() async throws {
    let application = Application(
      router: router,
      configuration: .init(
        address: .hostname(address.host, port: address.port),
        availableConnectionsDelegate: MaximumAvailableConnections(Self.maximumConnections)),
      eventLoopGroupProvider: .shared(group), logger: quiet)
    do { try await application.run() } catch let error as IOError {
      throw ListenFailure(setting: "monitoring", address: address, problem: error)
    }
  }

  /// What keeps it from starting is thrown. Of the rest the library calls the orderly end an error,
  /// and what matters should not be hidden.
  private var quiet: Logger {
    var logger = logger
    logger.logLevel = .critical
    return logger
  }

  private var router: Router<BasicRequestContext> {
    let router = Router()
    router.get("/metrics") { [metrics] _, _ in
      Response(
        status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
        body: .init(byteBuffer: ByteBuffer(string: await metrics.text())))
    }
    // Whoever gets this answer knows that the event loop turns: more would restart a program that
    // only waits for somebody else.
    router.get("/livez") { _, _ in Self.text(.ok, "alive\n") }
    router.get("/readyz") { [health] _, _ in
      let missing = health.notServing
      return missing.isEmpty
        ? Self.text(.ok, "ready\n")
        : Self.text(
          .serviceUnavailable, "not ready: \(missing.sorted().joined(separator: ", "))\n")
    }
    return router
  }

  private static func text(_ status: HTTPResponse.Status, _ text: String) -> Response {
    Response(
      status: status, headers: [.contentType: "text/plain; charset=utf-8"],
      body: .init(byteBuffer: ByteBuffer(string: text)))
  }
}

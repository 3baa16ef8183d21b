public import Logging
public import NIOCore
import NIOPosix
public import RPC
import ServiceLifecycle
import UnixSignals

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Runs a program: listens, tells when it does, on SIGHUP reads its certificates again, and on
/// SIGTERM or SIGINT lets the running calls end.
public struct ServiceHost: Sendable {
  /// How long calls may go on after the signal, in milliseconds: longer than any unary call should
  /// take, shorter than what service managers wait before they kill (90 s).
  public static let drainGraceMilliseconds: Int64 = 10_000
  /// After which time the program stops hard, in seconds.
  private static let maximumShutdownSeconds = 30

  private let name: String
  private let door: Door
  private let group: any EventLoopGroup
  private let health: HealthService
  private let reflection: ReflectionService?
  private let drain: Drain
  private let logger: Logger
  private let lookup: @Sendable (String) -> MethodHandler?
  private let background: [(name: String, run: @Sendable () async throws -> Void)]
  private let observers: [any CallObserver]

  /// A program to run.
  /// - Parameters:
  ///   - name: the program's name, for its log.
  ///   - door: where it listens, by which certificates and within which limits.
  ///   - group: the event loops its calls run on.
  ///   - health: set to serving when it listens, shut down when the drain begins.
  ///   - reflection: shows the program's contracts; `nil` when it shall not.
  ///   - drain: begun with the first signal; ends open streams.
  ///   - background: what runs beside the server; cancelled when the drain begins. When one fails,
  ///     the program ends.
  ///   - care: what the program's records need beside the server; `nil` when it has none.
  ///   - observers: who is told how calls end, beside the metrics.
  ///   - metrics: what monitoring sees, where the door has a place for it.
  ///   - lookup: which handler a path has; health and reflection come first.
  public init(
    name: String, door: Door, group: any EventLoopGroup, health: HealthService,
    reflection: ReflectionService? = nil, drain: Drain, logger: Logger,
    background: [(name: String, run: @Sendable () async throws -> Void)] = [],
    care: RecordsCare? = nil, observers: [any CallObserver] = [], metrics: Metrics,
    lookup: @escaping @Sendable (String) -> MethodHandler?
  ) {
    self.name = name
    self.door = door
    self.group = group
    self.health = health
    self.reflection = reflection
    self.drain = drain
    self.logger = logger
    var parts = background + (care?.background ?? [])
    if let address = door.monitoring {
      let monitoring = MonitoringServer(
        address: address, metrics: metrics, health: health, group: group, logger: logger)
      parts.append((name: "monitoring", run: { try await monitoring.run() }))
    }
    self.background = parts
    self.observers =
      observers + [CallLog(logger: logger)] + (door.monitoring == nil ? [] : [metrics.calls])
    self.lookup = lookup
  }

  /// Runs until a signal has been served, or a part has failed.
  public func run() async throws {
    let services = background.map { part in
      ServiceGroupConfiguration.ServiceConfiguration(
        service: Background(run: part.run), successTerminationBehavior: .ignore,
        serviceName: part.name)
    }
    let server = ServiceGroupConfiguration.ServiceConfiguration(
      service: Listening(host: self), successTerminationBehavior: .gracefullyShutdownGroup,
      serviceName: name)
    var configuration = ServiceGroupConfiguration(
      services: services + [server], gracefulShutdownSignals: [.sigterm, .sigint],
      logger: logger)
    configuration.maximumGracefulShutdownDuration = .seconds(Self.maximumShutdownSeconds)
    try await ServiceGroup(configuration: configuration).run()
  }

  fileprivate func serve() async throws {
    let (health, reflection, lookup) = (health, reflection, lookup)
    var configuration = ServerConfiguration(
      host: door.listen.host, port: door.listen.port, tls: door.tls, limits: door.limits,
      logger: logger)
    configuration.observers = observers
    configuration.details = { Refusal(ofRuntime: $0).status(of: $1).details }
    let server = RPC.Server(
      configuration: configuration, group: group,
      lookup: {
        health.handler(for: $0) ?? reflection?.handler(for: $0) ?? lookup($0)
      })
    // Without TLS there is nothing to read again, but the signal must not end the program either.
    let signals = await UnixSignalsSequence(trapping: .sighup)
    let address: SocketAddress
    do { address = try await server.start() } catch let error as IOError {
      throw ListenFailure(setting: "listen", address: door.listen, problem: error)
    }
    if door.tls == nil, !door.listen.isLoopback {
      logger.warning(
        "credentials come in the clear: whoever reads the network can use them; set listen.tls",
        metadata: ["listen": "\(door.listen)"])
    }
    let reloading = Task { for await _ in signals { server.reloadCredentials() } }
    defer { reloading.cancel() }
    health.setServing(true)
    print("listening on \(door.listen.host):\(address.port ?? door.listen.port)")
    // Whoever starts the program waits for this line, and output to a pipe is held back.
    fflush(nil)
    // Ends with the signal, and is cancelled when another part has failed. Calls get their time then
    // as well, in a task of their own: one that is cancelled could not wait for them.
    let hasFailed = (try? await gracefulShutdown()) == nil
    logger.info("draining")
    health.shutDown()
    drain.begin()
    await Task { await server.shutdown(graceMilliseconds: Self.drainGraceMilliseconds) }.value
    if hasFailed { throw CancellationError() }
  }
}

private struct Listening: Service {
  let host: ServiceHost
  func run() async throws { try await host.serve() }
}

/// Runs until it ends by itself or the drain begins.
private struct Background: Service {
  let run: @Sendable () async throws -> Void

  func run() async throws {
    do {
      try await cancelWhenGracefulShutdown(run)
    } catch is CancellationError {
      return
    }
  }
}

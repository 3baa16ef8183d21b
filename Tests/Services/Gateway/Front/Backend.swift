import Environment
import Foundation
import GatewayFront
import Identity
import Logging
import NIOCore
import NIOPosix
import RPC
import RecordStore
import ServiceKit
import Synchronization
import TestFolders
import Testing
import Values

/// A service on loopback and a front before it, both real, with a client of the front.
final class Backend: Sendable {
  static let audience = "millrace.production"
  static let service = "/millrace.production.v1.ProductionService/"
  static let watchPath = service + "WatchOrders"
  static let callPath = service + "GetOrder"
  static let streamPath = service + "StreamReports"

  /// A partner's key that the front knows.
  let key: APIKey
  /// The partner, and what it shows.
  let partner: Partner
  let credential: Credential
  /// The partners that the front knows.
  let directory: PartnerDirectory
  /// A channel to the front.
  let client: ClientChannel
  /// Verifies what the front has signed.
  let verifier: PrincipalVerifier

  /// Where the front remembers whom it refused.
  let database: Database

  private let folder: String
  private let server: Server
  private let front: Server
  private let onward: ClientChannel

  /// The roles of a test: an MES may call everything but what no role has.
  static let roles = [
    Role(.mes, paths: [callPath, watchPath, streamPath]),
    Role(RoleName("everything"), paths: [service]),
  ]
  static let forbiddenPath = service + "ReleaseOrder"

  /// Starts both; the handler answers every path of the service.
  init(
    _ handler: MethodHandler, roles: [Role] = roles, limits: CallLimits = .standard,
    overload: OverloadGuard = OverloadGuard(), fastest: FastestCalls? = nil
  ) async throws {
    let environment = Environment.system
    let group = MultiThreadedEventLoopGroup.singleton
    let key = APIKey.generate(environment)
    partner = Partner(
      name: "mes-line-1", sites: [SiteCode("PLANT1")], roles: [.mes], limits: limits)
    credential = Credential(
      id: "\(key.id)", partner: partner.name, shown: .apiKey(key.digest),
      createdAt: environment.clock.now)
    directory = PartnerDirectory(
      partners: [partner], credentials: [credential], at: environment.clock.now)
    let signingKey = try await SigningKey.generate()
    verifier = PrincipalVerifier(
      keys: try await VerificationKeys(keySet: signingKey.publicKeySet()),
      audience: Self.audience, environment: environment)
    server = Server(
      configuration: ServerConfiguration(host: "127.0.0.1", port: 0), group: group
    ) { _ in handler }
    let onward = ClientChannel(
      host: "127.0.0.1", port: try #require(try await server.start().port), group: group)
    folder = try TemporaryFolder.make()
    database = try Database.open(
      DatabaseConfiguration(path: folder + "/gateway.sqlite"), migrations: [],
      environment: environment)
    let logger = Logger(label: "front")
    let front = Front(
      authenticator: Authenticator(directory, clock: environment.clock),
      authorizer: Authorizer(roles, offered: [Self.forbiddenPath]),
      // Its clock stands still: how busy the machine is decides nothing.
      limiter: RateLimiter(clock: Environment.manual(seed: 1).clock), overload: overload,
      fastest: fastest,
      destinations: [
        Destination(
          audience: Self.audience, pathPrefix: "/millrace.production.v1.",
          longLivedPaths: [Self.watchPath], requestStreamPaths: [Self.streamPath])
      ], signer: try PrincipalSigner(key: signingKey, environment: environment),
      refusals: RefusalAudit(
        database, clock: environment.clock, logger: logger, counts: RefusalCounts()),
      strangers: Strangers(database, clock: environment.clock, logger: logger),
      logger: logger,
      channel: { _ in onward })
    self.front = Server(
      configuration: ServerConfiguration(host: "127.0.0.1", port: 0), group: group,
      lookup: { front.handler(for: $0) })
    client = ClientChannel(
      host: "127.0.0.1", port: try #require(try await self.front.start().port), group: group)
    self.onward = onward
    self.key = key
  }

  /// Ends only the service behind the front.
  func stopService() async { await server.shutdown(graceMilliseconds: 0) }

  /// Ends everything.
  func stop() async {
    await client.close()
    await front.shutdown(graceMilliseconds: 0)
    await onward.close()
    await server.shutdown(graceMilliseconds: 0)
    await database.close()
    // What is left in the place for temporary files does no harm.
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Runs the body against a service that answers with the handler.
  static func run(
    _ handler: MethodHandler, roles: [Role] = roles, limits: CallLimits = .standard,
    overload: OverloadGuard = OverloadGuard(), fastest: FastestCalls? = nil,
    _ body: (Backend) async throws -> Void
  ) async throws {
    let backend = try await Backend(
      handler, roles: roles, limits: limits, overload: overload, fastest: fastest)
    do { try await body(backend) } catch {
      await backend.stop()
      throw error
    }
    await backend.stop()
  }

  /// What a partner sends with every call.
  func options(
    deadline: Deadline = .after(milliseconds: 30_000), _ more: [(name: String, value: String)] = []
  ) throws -> ClientCallOptions {
    let metadata = try Metadata([("authorization", "Bearer \(key.text)")] + more)
    return ClientCallOptions(deadline: deadline, metadata: metadata)
  }

  /// How a call ends that must not succeed.
  func refusal(
    _ request: ByteBuffer = ByteBuffer(string: "x"), path: String = callPath,
    options: ClientCallOptions
  ) async throws -> Status {
    do throws(Status) {
      _ = try await client.unary(path: path, request, options: options)
    } catch {
      return error
    }
    throw NotRefused()
  }

  struct NotRefused: Error {}
}

/// Something that a handler sets and a test waits for.
final class Signal<Value: Sendable>: Sendable {
  private let stream: AsyncStream<Value>
  private let feed: AsyncStream<Value>.Continuation

  init() { (stream, feed) = AsyncStream.makeStream(of: Value.self) }

  /// Sets it.
  func send(_ value: Value) { feed.yield(value) }

  /// Waits until it is set.
  func value() async -> Value? {
    for await value in stream { return value }
    return nil
  }
}

/// Counts what several tasks do.
final class Counter: Sendable {
  private let count = Mutex(0)

  /// How many there were.
  var value: Int { count.withLock { $0 } }

  /// One more.
  func increment() { count.withLock { $0 += 1 } }
}

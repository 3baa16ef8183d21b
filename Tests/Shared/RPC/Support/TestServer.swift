import NIOCore
import NIOPosix
import RPC
import Testing

extension Limits {
  /// Limits for tests that run beside a thousand others: what they test is not how soon a busy
  /// machine gets round to a connection.
  static let patient: Limits = {
    var limits = Limits()
    limits.prefaceMilliseconds = 60_000
    limits.headersMilliseconds = 60_000
    limits.connectMilliseconds = 60_000
    return limits
  }()
}

/// A server on loopback with the given handlers, and a channel to it, for the length of a test.
///
/// - Parameters:
///   - limits: the server's.
///   - serverSetup: changes the server's configuration.
///   - clientSetup: changes the channel's configuration.
func withServer<Result>(
  _ handlers: [String: MethodHandler] = ["/test.Echo/Unary": echo], limits: Limits = .patient,
  server serverSetup: (inout ServerConfiguration) -> Void = { _ in },
  client clientSetup: (inout ClientConfiguration) -> Void = { _ in },
  _ body: (_ server: Server, _ channel: ClientChannel, _ port: Int) async throws -> Result
) async throws -> Result {
  let group = MultiThreadedEventLoopGroup.singleton
  var serverConfiguration = ServerConfiguration(host: "127.0.0.1", port: 0, limits: limits)
  serverSetup(&serverConfiguration)
  let server = Server(configuration: serverConfiguration, group: group) { handlers[$0] }
  let port = try #require(try await server.start().port)
  var clientConfiguration = ClientConfiguration(limits: .patient)
  clientSetup(&clientConfiguration)
  let channel = ClientChannel(
    host: "127.0.0.1", port: port, configuration: clientConfiguration, group: group)
  do {
    let result = try await body(server, channel, port)
    await channel.close()
    await server.shutdown(graceMilliseconds: 0)
    return result
  } catch {
    await channel.close()
    await server.shutdown(graceMilliseconds: 0)
    throw error
  }
}

/// Answers with the request.
let echo = MethodHandler.unary { request, _ in request }

/// What an honest client does after an attack: its call must complete.
func expectHonestCallSucceeds(_ port: Int) async throws {
  let channel = ClientChannel(
    host: "127.0.0.1", port: port, configuration: ClientConfiguration(limits: .patient),
    group: MultiThreadedEventLoopGroup.singleton)
  let response = try await channel.unary(
    path: "/test.Echo/Unary", ByteBuffer(string: "honest"),
    options: ClientCallOptions(deadline: .after(milliseconds: 20_000)))
  #expect(String(buffer: response.message) == "honest")
  await channel.close()
}

/// The status a call ends with; records an issue when it succeeds.
func status(_ body: () async throws -> Void) async -> Status? {
  do {
    try await body()
    Issue.record("the call succeeded")
    return nil
  } catch let status as Status {
    return status
  } catch {
    Issue.record("the call failed with \(error)")
    return nil
  }
}

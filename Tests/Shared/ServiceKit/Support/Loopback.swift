import NIOCore
import NIOPosix
import RPC
import ServiceKit

/// Runs a body with a caller of a server on loopback that has these handlers.
func withServer<Result: Sendable>(
  _ lookup: @escaping @Sendable (String) -> MethodHandler?,
  _ body: (RPCCaller) async throws -> Result
) async throws -> Result {
  let group = MultiThreadedEventLoopGroup.singleton
  let server = RPC.Server(
    configuration: ServerConfiguration(host: "127.0.0.1", port: 0), group: group, lookup: lookup)
  let port = try await server.start().port ?? 0
  let channel = RPC.ClientChannel(host: "127.0.0.1", port: port, group: group)
  let result: Swift.Result<Result, any Error>
  do { result = .success(try await body(RPCCaller(channel))) } catch { result = .failure(error) }
  await channel.close()
  await server.shutdown(graceMilliseconds: 0)
  return try result.get()
}

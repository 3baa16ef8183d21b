import NIOCore
import NIOPosix
import RPC

#if canImport(Glibc)
  import Glibc
#endif

/// Serves one unary method for `deploy/bench rpc`: `rpc-bench-server [event loops]`.
///
/// Prints the port it listens on and runs until it is killed.
@main
enum RPCBenchServer {
  static func main() async throws {
    let loops = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1
    let group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
    let configuration = ServerConfiguration(host: "127.0.0.1", port: 0)
    let server = Server(configuration: configuration, group: group) { path in
      path == "/millrace.production.v1.ProductionService/ReportProduction"
        ? .unary { request, _ in request } : nil
    }
    let address = try await server.start()
    print("listening on 127.0.0.1:\(address.port ?? 0)")
    fflush(nil)
    try await Task.sleep(for: .seconds(86_400))
  }
}

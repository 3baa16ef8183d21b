import Dispatch
import NIOCore
import NIOPosix
import RPC

#if canImport(Glibc)
  import Glibc
#endif

/// Serves ``Methods`` for `deploy/bench`: what is measured beside the transport is decoding and
/// encoding. Writes request bodies for a load generator (``Bodies``), prints where it listens and
/// runs until it is killed.
///
/// `main` is synchronous on purpose. An asynchronous one parks the main thread in Dispatch's
/// `sigsuspend`, at which Valgrind 3.19 crashes, and instructions could not be counted.
@main
enum RPCBenchServer {
  static func main() {
    guard let options = Options(CommandLine.arguments.dropFirst()) else {
      print(Options.usage)
      exit(2)
    }
    let started = DispatchSemaphore(value: 0)
    // Detached: main belongs to the main actor, whose thread waits here.
    Task.detached {
      do {
        try await serve(options)
        started.signal()
      } catch {
        print("RPCBenchServer: \(error)")
        exit(1)
      }
    }
    started.wait()
    while true { pause() }
  }

  private static func serve(_ options: Options) async throws {
    try Bodies(messageCount: options.messageCount).write(to: options.bodyFolder)
    var configuration = ServerConfiguration(host: "127.0.0.1", port: 0)
    // A load generator is one address.
    configuration.limits.connectionsPerAddress = configuration.limits.connections
    if let certificate = options.certificateFile, let key = options.keyFile {
      configuration.tls = ServerTLS(certificateChainFile: certificate, privateKeyFile: key)
    }
    let server = Server(
      configuration: configuration,
      group: MultiThreadedEventLoopGroup(numberOfThreads: options.loopCount),
      lookup: Methods.handler(of:))
    let address = try await server.start()
    print("listening on 127.0.0.1:\(address.port ?? 0)")
    fflush(nil)
  }
}

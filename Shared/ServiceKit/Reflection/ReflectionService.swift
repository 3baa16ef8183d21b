import Contracts
public import Logging
import NIOCore
import Protobuf
public import RPC

/// `grpc.reflection`, v1 and v1alpha: shows a program's contracts to tools that have none of their
/// own. Anyone who reaches the program may ask, without a credential: a door for partners is best
/// left without it.
///
/// It shows the services that it is given, health and itself, and every file that these need;
/// contracts of other services stay unknown.
public struct ReflectionService: Sendable {
  /// The longest name that is looked up, in bytes: protoc itself refuses much longer ones.
  public static let maximumNameBytes = 1_024

  /// What refusals consist of: every program answers with them, as bytes in the trailers.
  private static let refusalTypes = [
    Google.Rpc.Status.fullName, Google.Rpc.ErrorInfo.fullName,
  ]

  private let services: [String]
  private let catalog: DescriptorCatalog
  private let drain: Drain
  private let logger: Logger

  /// Reflection of a program.
  /// - Parameters:
  ///   - services: the full names of the services that it shows besides health and itself.
  ///   - types: the full names of messages that travel in these services as bytes, events for
  ///     example: no file of a service imports them.
  ///   - drain: ends open calls.
  public init(
    services: [String], types: [String] = [], drain: Drain, logger: Logger
  ) {
    self.services =
      Set(services).union([
        HealthService.name, Grpc.Reflection.V1.ServerReflection.name,
        Grpc.Reflection.V1Alpha.ServerReflection.name,
      ]).sorted()
    catalog = DescriptorCatalog(
      ContractDescriptors.files, showing: self.services + types + Self.refusalTypes)
    self.drain = drain
    self.logger = logger
  }

  /// The handler of a path of the reflection service in both versions, `nil` for any other path.
  public func handler(for path: String) -> MethodHandler? {
    // The versions have the same messages on the wire; one set of types serves both.
    let paths = [
      Grpc.Reflection.V1.ServerReflection.serverReflectionInfo.path,
      Grpc.Reflection.V1Alpha.ServerReflection.serverReflectionInfo.path,
    ]
    guard paths.contains(path) else { return nil }
    return .bidirectional { requests, context, responses in
      do {
        try await self.drain.wait { try await self.answer(requests, responses) }
      } catch {
        let cause: any Error = self.drain.hasBegun ? Refusal.shuttingDown : error
        throw StatusMapping.status(cause, of: context, logger: self.logger)
      }
    }
  }

  /// One question after the other: nothing piles up for a caller that asks and does not listen.
  private func answer(
    _ requests: RPC.RequestStream, _ responses: RPC.ResponseWriter
  ) async throws {
    var conversation = ReflectionConversation(services: services, catalog: catalog)
    for try await message in requests {
      let request: Grpc.Reflection.V1.ServerReflectionRequest = try MessageCoding.decode(message)
      try await responses.write(MessageCoding.encode(conversation.answer(request)))
    }
  }
}

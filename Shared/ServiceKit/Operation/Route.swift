import Protobuf
public import RPC

/// One line of a service's route table: which RPC is which operation.
public struct Route: Sendable {
  /// `/package.Service/Method`.
  public let path: String
  let handler: @Sendable (ServiceContext) -> MethodHandler

  /// A read.
  public static func read(_ operation: some ReadOperation) -> Route {
    unary(operation) { try await OperationRunner.run(operation, $0, $1, $2) }
  }

  /// A write that is its own identity: said again it changes nothing more.
  public static func write(_ operation: some WriteOperation) -> Route {
    unary(operation) { try await OperationRunner.run(operation, $0, $1, $2) }
  }

  /// A write that is remembered by its identity.
  public static func write(_ operation: some IdentifiedWriteOperation) -> Route {
    unary(operation) { try await OperationRunner.run(operation, $0, $1, $2) }
  }

  /// A watch.
  public static func watch<O: WatchOperation>(_ operation: O) -> Route {
    Route(path: O.method.path) { context in
      .serverStreaming { request, call, responses in
        do {
          let (input, call) = try OperationRunner.admit(operation, request, call, context)
          try await OperationRunner.watch(operation, input, call, responses, context)
        } catch {
          throw StatusMapping.status(error, logger: context.logger)
        }
      }
    }
  }

  private static func unary<O: Operation>(
    _ operation: O,
    _ run: @escaping @Sendable (O.Input, Call, ServiceContext) async throws -> O.Response
  ) -> Route {
    Route(path: O.method.path) { context in
      .unary { request, call in
        do {
          let (input, call) = try OperationRunner.admit(operation, request, call, context)
          return try MessageCoding.encode(await run(input, call, context))
        } catch {
          throw StatusMapping.status(error, logger: context.logger)
        }
      }
    }
  }
}

/// A service's routes, ready to be called.
public struct RouteTable: Sendable {
  private let handlers: [String: MethodHandler]

  /// The table of some routes. Two routes for one path are a mistake in the program and stop it at
  /// its start.
  public init(_ routes: [Route], _ context: ServiceContext) {
    handlers = Dictionary(
      uniqueKeysWithValues: routes.map { ($0.path, $0.handler(context)) })
  }

  /// Every path.
  public var paths: Set<String> { Set(handlers.keys) }

  /// The handler of a path, `nil` when there is none.
  public func handler(for path: String) -> MethodHandler? { handlers[path] }
}

import Identity
import NIOCore
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

  /// A read that somebody else answers in some cases: where that is so, `elsewhere` answers.
  static func read<O: ReadOperation>(
    _ operation: O,
    elsewhere: @escaping @Sendable (O.Input, Call) async throws -> O.Response?
  ) -> Route {
    unary(operation) { input, call, service in
      if let response = try await elsewhere(input, call) { return response }
      return try await OperationRunner.run(operation, input, call, service)
    }
  }

  /// A write that is its own identity: said again it changes nothing more.
  public static func write(_ operation: some WriteOperation) -> Route {
    unary(operation) { try await OperationRunner.run(operation, $0, $1, $2) }
  }

  /// A write that is remembered by its identity.
  public static func write(_ operation: some IdentifiedWriteOperation) -> Route {
    unary(operation) { try await OperationRunner.run(operation, $0, $1, $2) }
  }

  /// A write of many, each remembered by its identity.
  public static func batch(_ operation: some BatchOperation) -> Route {
    unary(operation) { try await OperationRunner.run(operation, $0, $1, $2) }
  }

  /// A watch.
  public static func watch<O: WatchOperation>(_ operation: O) -> Route {
    Route(path: O.method.path) { service in
      .serverStreaming { request, context, responses in
        try await answering(O.self, request, context, service) { call in
          let input = try OperationRunner.admit(operation, request, call, service)
          try await service.whileConfirmed(context) {
            try await OperationRunner.watch(operation, input, call, responses, service)
          }
        }
      }
    }
  }

  /// A stream of requests with one answer.
  public static func collect<O: CollectOperation>(_ operation: O) -> Route {
    Route(path: O.method.path) { service in
      .clientStreaming { requests, context in
        // Who calls is asked before the first message; its size is that of all of them.
        try await answering(O.self, ByteBuffer(), context, service) { call in
          var collected = operation.begin()
          for try await request in requests {
            if service.drain.hasBegun { throw Refusal.shuttingDown }
            try OperationRunner.take(operation, request, into: &collected, call, service)
          }
          let records = CallRecords(database: service.database, call: call)
          return try MessageCoding.encode(await operation.finish(collected, records, call))
        }
      }
    }
  }

  /// A stream of facts, answered by how far it has got.
  public static func stream<O: StreamOperation>(_ operation: O) -> Route {
    Route(path: O.method.path) { service in
      .bidirectional { requests, context, responses in
        // Who calls is asked before the first message.
        try await answering(O.self, ByteBuffer(), context, service) { call in
          try await service.whileConfirmed(context) {
            try await OperationRunner.stream(operation, requests, responses, call, service)
          }
        }
      }
    }
  }

  private static func unary<O: Operation>(
    _ operation: O,
    _ run: @escaping @Sendable (O.Input, Call, ServiceContext) async throws -> O.Response
  ) -> Route {
    Route(path: O.method.path) { service in
      .unary { request, context in
        try await answering(O.self, request, context, service) { call in
          let input = try OperationRunner.admit(operation, request, call, service)
          return try MessageCoding.encode(await run(input, call, service))
        }
      }
    }
  }

  /// Finds out who calls, and turns every error into the status that the caller gets.
  private static func answering<O: Operation, Result>(
    _ operation: O.Type, _ request: ByteBuffer, _ context: CallContext,
    _ service: ServiceContext,
    _ body: (Call) async throws -> Result
  ) async throws(Status) -> Result {
    do {
      let call: Call
      do { call = try OperationRunner.call(operation, request, context, service) } catch let refusal
        as Refusal
      {
        let nobody = Principal(subject: "", kind: .partner, sites: [])
        await service.refusals.record(refusal, Call(principal: nobody, context))
        throw refusal
      }
      do {
        if let granted = call.grantedPaths, !granted.contains(context.path) {
          throw InPlantRefusals.methodNotGranted(call.method, call.principal)
        }
        return try await body(call)
      } catch {
        // What a service's rules refuse is counted and, for lack of rights, on record like the rest.
        guard
          let refusal = error as? Refusal ?? (error as? any RefusalConvertible)?.refusal
        else { throw error }
        await service.refusals.record(refusal, call)
        throw refusal
      }
    } catch {
      throw StatusMapping.status(error, of: context, logger: service.logger)
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

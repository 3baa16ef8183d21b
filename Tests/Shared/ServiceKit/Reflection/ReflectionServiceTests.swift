import Contracts
import Logging
import Protobuf
import RPC
import ServiceKit
import Testing

@Suite("Reflection", .timeLimit(.minutes(1)))
struct ReflectionServiceTests {
  private typealias V1 = Grpc.Reflection.V1
  private typealias V1Alpha = Grpc.Reflection.V1Alpha

  private func run(_ body: (RPCCaller, Drain) async throws -> Void) async throws {
    let drain = Drain()
    let reflection = ReflectionService(
      services: [Production.V1.ProductionService.name],
      types: [Production.V1.OrderTotalsChanged.fullName], drain: drain,
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    try await withServer({ reflection.handler(for: $0) }) { try await body($0, drain) }
  }

  @Test func `The services of the program, health and reflection are listed`() async throws {
    try await run { caller, _ in
      let call = try await V1.ServerReflectionClient(caller).serverReflectionInfo()
      try await call.requests.write(.with { $0.messageRequest = .listServices("") })
      var answers = call.responses.makeAsyncIterator()
      let answer = try await answers.next()
      guard case .listServicesResponse(let list) = answer?.messageResponse else {
        Issue.record("no list: \(String(describing: answer))")
        return
      }
      #expect(
        list.service.map(\.name) == [
          "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
          "grpc.reflection.v1alpha.ServerReflection", "millrace.production.v1.ProductionService",
        ])
      call.requests.finish()
      #expect(try await answers.next() == nil)
    }
  }

  @Test func `The older version answers the same questions`() async throws {
    try await run { caller, _ in
      let call = try await V1Alpha.ServerReflectionClient(caller).serverReflectionInfo()
      var answers = call.responses.makeAsyncIterator()
      for name in [
        Production.V1.ProductionService.name, Production.V1.OrderTotalsChanged.fullName,
        Google.Rpc.ErrorInfo.fullName, Google.Rpc.Status.fullName,
      ] {
        try await call.requests.write(.with { $0.messageRequest = .fileContainingSymbol(name) })
        let answer = try await answers.next()
        #expect(answer?.originalRequest?.messageRequest == .fileContainingSymbol(name))
        let file = ContractDescriptors.files.first { $0.symbols.contains(name) }
        guard case .fileDescriptorResponse(let found) = answer?.messageResponse else {
          Issue.record("no file: \(String(describing: answer))")
          return
        }
        #expect(found.fileDescriptorProto.first == file?.bytes)
      }
      call.requests.finish()
    }
  }

  @Test func `Another path is not its own`() {
    let reflection = ReflectionService(
      services: [], drain: Drain(),
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    for path in ["/grpc.reflection.v1.ServerReflection/Other", "/grpc.health.v1.Health/Check", ""] {
      #expect(reflection.handler(for: path) == nil)
    }
  }

  @Test func `A question that is none ends the call`() async throws {
    try await run { caller, _ in
      let call = try await V1.ServerReflectionClient(caller).serverReflectionInfo()
      try await call.requests.write(
        .with {
          $0.messageRequest = .fileByFilename(
            String(repeating: "x", count: ReflectionService.maximumNameBytes + 1))
        })
      let refused = await #expect(throws: Refusal.self) {
        var answers = call.responses.makeAsyncIterator()
        _ = try await answers.next()
      }
      #expect(refused?.code == .invalidArgument)
      #expect(refused?.reason == Refusal.invalidFieldsReason)
    }
  }

  @Test func `A drain ends a call that waits for its next question`() async throws {
    try await run { caller, drain in
      let call = try await V1.ServerReflectionClient(caller).serverReflectionInfo()
      var answers = call.responses.makeAsyncIterator()
      try await call.requests.write(.with { $0.messageRequest = .listServices("") })
      #expect(try await answers.next() != nil)
      drain.begin()
      let refused = await #expect(throws: Refusal.self) { _ = try await answers.next() }
      #expect(refused?.code == .unavailable)
      #expect(refused?.reason == "SHUTTING_DOWN")
    }
  }
}

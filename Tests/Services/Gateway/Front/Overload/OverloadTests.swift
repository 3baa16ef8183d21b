import Environment
import Identity
import NIOCore
import RPC
import ServiceKit
import Testing

@testable import GatewayFront

@Suite struct `The priority of a call` {
  @Test(
    arguments: [
      ("ListOrders", .list), ("GetOrder", .read), ("ReleaseOrder", .command),
      ("PutPartner", .command),
      ("ReportProduction", .fact), ("AcknowledgeOrder", .fact),
    ] as [(String, CallPriority)])
  func `is that of its method's name`(method: String, priority: CallPriority) {
    #expect(CallPriority(path: "/millrace.x.v1.ListService/\(method)") == priority)
  }
}

@Suite struct `When more calls are under way than can be held` {
  private static func isLetIn(_ priority: CallPriority, with underWay: Int64) throws -> Bool {
    let guarded = OverloadGuard(capacity: 100)
    for _ in 0..<underWay { try guarded.begin(bound: 100) }
    do {
      try guarded.begin(bound: guarded.bound(of: priority))
      return true
    } catch {
      #expect(error.reason == "OVERLOADED" && error.retryDelayMilliseconds != nil)
      return false
    }
  }

  @Test(arguments: [(49, 4), (50, 3), (69, 3), (70, 2), (90, 1), (99, 1), (100, 0)])
  func `lists are refused first and facts last`(underWay: Int64, letIn: Int) throws {
    let found = try CallPriority.allCases.filter { try Self.isLetIn($0, with: underWay) }
    #expect(found == Array(CallPriority.allCases.suffix(letIn)))
  }

  @Test func `those that are refused take no place, and those that end give theirs back`() throws {
    let guarded = OverloadGuard(capacity: 10)
    for _ in 0..<10 { try guarded.begin(bound: 10) }
    for _ in 0..<5 { #expect(throws: Refusal.self) { try guarded.begin(bound: 10) } }
    guarded.end()
    try guarded.begin(bound: 10)
  }

  @Test func `a fact gets through where a list does not, and a watch takes no place`() async throws
  {
    let (reached, open) = AsyncStream.makeStream(of: Void.self)
    let (gate, release) = AsyncStream.makeStream(of: Void.self)
    let slow = MethodHandler.bidirectional { _, context, responses in
      try await responses.sendInitialMetadata()
      if context.path == Backend.watchPath || context.path == Backend.callPath {
        open.yield()
        for await _ in gate {}
      }
      try await responses.write(.init())
    }
    let roles = [Role(.mes, paths: [Backend.service])]
    try await Backend.run(slow, roles: roles, overload: OverloadGuard(capacity: 2)) { backend in
      var arrivals = reached.makeAsyncIterator()
      let watch = try await backend.client.serverStreaming(
        path: Backend.watchPath, .init(), options: backend.options())
      await arrivals.next()
      let call = Task {
        try await backend.client.unary(
          path: Backend.callPath, .init(), options: backend.options())
      }
      await arrivals.next()
      let list = try await backend.refusal(
        path: Backend.service + "ListOrders", options: backend.options())
      #expect(Refusal(list).reason == "OVERLOADED")
      _ = try await backend.client.unary(
        path: Backend.service + "ReportProduction", .init(), options: backend.options())
      release.finish()
      _ = try await call.value
      _ = try await backend.client.unary(
        path: Backend.service + "ListOrders", .init(), options: backend.options())
      watch.cancel()
    }
  }
}

@Suite struct `A deadline that can't be met` {
  private let clock: ManualClock
  private let fastest: FastestCalls

  init() {
    clock = Environment.manual(seed: 1).clock
    fastest = FastestCalls(paths: ["/p.S/A"], clock: clock)
  }

  private func see(_ count: Int, nanoseconds: Int64, code: StatusCode = .ok) {
    let observe = fastest.observation(of: "/p.S/A")
    for _ in 0..<count {
      observe?(
        CallOutcome(
          code: code, durationNanoseconds: nanoseconds, requestBytes: 0, responseBytes: 0))
    }
  }

  private var known: Int64? {
    fastest.method("/p.S/A")?.fastestNanoseconds(at: clock.monotonicNanoseconds)
  }

  @Test func `is known by the fastest of enough good calls`() {
    see(FastestCalls.enough - 1, nanoseconds: 500)
    #expect(known == nil)
    see(1, nanoseconds: 300)
    #expect(known == 300)
    see(100, nanoseconds: 1, code: .notFound)
    #expect(known == 300)
  }

  @Test func `is forgotten when the calls are long ago`() {
    see(FastestCalls.enough, nanoseconds: 300)
    clock.advance(milliseconds: 10_000)
    #expect(known == 300)
    see(FastestCalls.enough, nanoseconds: 900)
    clock.advance(milliseconds: 10_000)
    #expect(known == 900)
    clock.advance(milliseconds: 20_000)
    #expect(known == nil)
  }

  @Test func `is refused before the service hears of it`() async throws {
    let handler = MethodHandler.unary { request, _ in
      Issue.record("the service was called")
      return request
    }
    let fastest = FastestCalls(paths: [Backend.callPath], clock: Environment.system.clock)
    let observe = fastest.observation(of: Backend.callPath)
    for _ in 0..<FastestCalls.enough {
      observe?(
        CallOutcome(
          code: .ok, durationNanoseconds: 3_600_000_000_000, requestBytes: 0, responseBytes: 0))
    }
    try await Backend.run(handler, fastest: fastest) { backend in
      let options = try backend.options(deadline: .after(milliseconds: 30_000))
      let status = try await backend.refusal(options: options)
      #expect(status.code == .deadlineExceeded)
      #expect(Refusal(status).reason == "DEADLINE_TOO_SHORT")
    }
  }
}

import Environment
import GatewayFront
import Identity
import NIOCore
import NIOPosix
import RPC
import ServiceKit
import Testing
import Values

@Suite("Forwarded metadata")
struct ForwardedMetadataTests {
  private let environment: Environment
  private let clock: ManualClock
  private let caller = Caller(
    Partner(name: "acme", sites: [SiteCode("PLANT1")], roles: [.mes]),
    Credential(
      id: "c", partner: "acme", shown: .apiKey(.ofNothing), createdAt: Instant(seconds: 0)))

  init() { (environment, clock) = Environment.manual(seed: 1) }

  private static func call(_ metadata: Metadata) -> CallContext {
    CallContext(
      path: "/test.Echo/Unary", metadata: metadata,
      eventLoop: MultiThreadedEventLoopGroup.singleton.any())
  }

  private func forwarded() async throws -> ForwardedMetadata {
    ForwardedMetadata(
      signer: try PrincipalSigner(key: await SigningKey.generate(), environment: environment))
  }

  @Test("Only what is allowed passes, and the principal is the Gateway's own")
  func allowList() async throws {
    let metadata = try Metadata([
      ("authorization", "Bearer mr_live_x"), ("millrace-principal", "forged"),
      ("Millrace-Principal", "forged too"), ("traceparent", Self.trace), ("cookie", "a=b"),
      ("tracestate", "a=1"), ("tracestate", "b=2"), ("user-agent", "grpc-python/1.60"),
      ("x-anything", "1"),
    ])
    let found = try await forwarded().make(
      from: Self.call(metadata), caller, audience: "millrace.production", at: clock.now)
    let principals = found.values("millrace-principal")
    #expect(principals.count == 1)
    #expect(principals.first?.split(separator: ".").count == 3)
    #expect(found.values("traceparent") == [Self.trace])
    #expect(found.values("tracestate") == ["a=1", "b=2"])
    #expect(found.values("user-agent") == ["grpc-python/1.60"])
    #expect(found.entries.count == 5)
  }

  private static let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

  @Test(
    "A trace that breaks the rule is replaced by a new one, and its state stays at the door",
    arguments: [["00-1-2-01"], ["garbage"], [""], [trace, trace]])
  func brokenTrace(values: [String]) async throws {
    let metadata = try Metadata(
      values.map { ("traceparent", $0) } + [("tracestate", "a=1")])
    let found = try await forwarded().make(
      from: Self.call(metadata), caller, audience: "millrace.production", at: clock.now)
    #expect(found.values("traceparent").count == 1)
    #expect(TraceContext(found) != nil)
    #expect(found.values("traceparent") != [Self.trace])
    #expect(found["tracestate"] == nil)
  }

  @Test("Without anything that passes there are the principal and a trace")
  func principalAlone() async throws {
    let found = try await forwarded().make(
      from: Self.call(Metadata()), caller, audience: "millrace.production", at: clock.now)
    #expect(found.entries.map(\.name) == ["millrace-principal", "traceparent"])
    #expect(TraceContext(found) != nil)
  }

  @Test("A token is for one service, and always good for another minute")
  func renewal() async throws {
    let key = try await SigningKey.generate()
    let forwarded = ForwardedMetadata(
      signer: try PrincipalSigner(key: key, environment: environment))
    let verifier = PrincipalVerifier(
      keys: try await VerificationKeys(keySet: key.publicKeySet()), audience: "millrace.production",
      environment: environment)
    var tokens: Set<String> = []
    for _ in 0..<200 {
      clock.advance(milliseconds: 7_000)
      let found = try forwarded.make(
        from: Self.call(Metadata()), caller, audience: "millrace.production", at: clock.now)
      let token = try #require(found["millrace-principal"])
      tokens.insert(token)
      // A call that is under way for a minute is still believed.
      let later = Environment.manual(seed: 1, start: clock.now.advanced(seconds: 55)).environment
      let patient = PrincipalVerifier(
        keys: try await VerificationKeys(keySet: key.publicKeySet()),
        audience: "millrace.production", environment: later)
      #expect(try patient.verify(token).subject == "acme")
      let other = try forwarded.make(
        from: Self.call(Metadata()), caller, audience: "millrace.quality", at: clock.now)
      let foreign = try #require(other["millrace-principal"])
      #expect(throws: (any Error).self) { try verifier.verify(foreign) }
    }
    #expect((3...20).contains(tokens.count), "it is made anew now and then, not for each call")
  }
}

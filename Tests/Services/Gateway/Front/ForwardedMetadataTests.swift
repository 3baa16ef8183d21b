import GatewayFront
import RPC
import Testing

@Suite("Forwarded metadata")
struct ForwardedMetadataTests {
  @Test("Only what is allowed passes, and the principal is the Gateway's own")
  func allowList() throws {
    let metadata = try Metadata([
      ("authorization", "Bearer mr_live_x"), ("millrace-principal", "forged"),
      ("Millrace-Principal", "forged too"), ("traceparent", "00-1-2-01"), ("cookie", "a=b"),
      ("tracestate", "a=1"), ("tracestate", "b=2"), ("user-agent", "grpc-python/1.60"),
      ("x-anything", "1"),
    ])
    let forwarded = try ForwardedMetadata.make(from: metadata, principal: "token")
    #expect(forwarded.values("millrace-principal") == ["token"])
    #expect(forwarded.values("traceparent") == ["00-1-2-01"])
    #expect(forwarded.values("tracestate") == ["a=1", "b=2"])
    #expect(forwarded.values("user-agent") == ["grpc-python/1.60"])
    #expect(forwarded.entries.count == 5)
  }

  @Test("Without anything that passes there is the principal alone")
  func principalAlone() throws {
    let forwarded = try ForwardedMetadata.make(from: Metadata(), principal: "token")
    #expect(forwarded.entries.map(\.name) == ["millrace-principal"])
  }
}

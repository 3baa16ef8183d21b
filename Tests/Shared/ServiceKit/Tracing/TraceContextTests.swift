import Environment
import RPC
import Testing

@testable import ServiceKit

@Suite struct `A trace context` {
  private static let trace = "0af7651916cd43dd8448eb211c80319c"

  @Test(arguments: [
    "00-\(trace)-b7ad6b7169203331-01", "00-\(trace)-b7ad6b7169203331-00",
    "01-\(trace)-b7ad6b7169203331-01-more",
  ])
  func `is taken as it is sent`(text: String) throws {
    #expect(try Self.context([text])?.traceID == Self.trace)
  }

  private static func context(_ values: [String]) throws -> TraceContext? {
    TraceContext(try Metadata(values.map { ("traceparent", $0) }))
  }

  @Test func `that is there twice is none`() throws {
    let text = "00-\(Self.trace)-b7ad6b7169203331-01"
    #expect(try Self.context([text, text]) == nil)
    #expect(try Self.context([]) == nil)
  }

  @Test(arguments: [
    "", "00", trace, "00-\(trace)-b7ad6b7169203331", "00-\(trace)-b7ad6b7169203331-01-more",
    "ff-\(trace)-b7ad6b7169203331-01", "00-\(trace)-0000000000000000-01",
    "00-00000000000000000000000000000000-b7ad6b7169203331-01",
    "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
    "00_\(trace)-b7ad6b7169203331-01", "00-\(trace)-b7ad6b716920333g-01",
    "01-\(trace)-b7ad6b7169203331-01+",
  ])
  func `that breaks the rule is none`(text: String) throws {
    #expect(try Self.context([text]) == nil)
  }

  @Test func `is made for calls without one, each unlike the others`() throws {
    let source = TraceSource(Environment.manual(seed: 1).environment.randomness)
    let identities = try (0..<1_000).map { _ in
      var metadata = Metadata()
      source.append(to: &metadata)
      return try #require(TraceContext(metadata)).traceID
    }
    #expect(Set(identities + [source.context().traceID]).count == identities.count + 1)
  }
}

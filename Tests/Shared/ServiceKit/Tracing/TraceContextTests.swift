import Logging
import NIOCore
import NIOPosix
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

  @Test func `is the one that came with a call`() throws {
    let text = "00-\(Self.trace)-b7ad6b7169203331-01"
    #expect(TraceContext(Self.call([("traceparent", text)])).traceID == Self.trace)
  }

  @Test(arguments: [[], ["garbage"], ["00-\(trace)-b7ad6b7169203331-01", "00-1-2-01"]])
  func `is made for a call without one, the same whenever it is asked for`(values: [String]) throws
  {
    let call = Self.call(values.map { ("traceparent", $0) })
    let made = TraceContext(call)
    #expect(made == TraceContext(call))
    #expect(made != TraceContext(Self.call([])))
    var metadata = Metadata()
    TraceContext.append(call.id, to: &metadata)
    #expect(TraceContext(metadata) == made)
  }

  @Test func `of a task goes with what the task does`() async throws {
    #expect(TraceContext.current == nil)
    let trace = try await TraceContext.withNew {
      let current = try #require(TraceContext.current)
      #expect(try Self.context([current.traceparent.value]) == current)
      #expect(TraceContext.logMetadata.get() == ["trace_id": "\(current.traceID)"])
      return current
    }
    #expect(TraceContext.current == nil)
    #expect(await TraceContext.withNew { TraceContext.current } != trace)
  }

  private static func call(_ metadata: [(String, String)]) -> CallContext {
    CallContext(
      path: "/test.Echo/Unary", metadata: (try? Metadata(metadata)) ?? Metadata(),
      eventLoop: MultiThreadedEventLoopGroup.singleton.any())
  }
}

import Contracts
import NIOCore
import Protobuf
import RPC

/// The methods that are measured. Their work is trivial: decode a request, encode a response.
enum Methods {
  typealias Request = Production.V1.ReportProductionRequest
  typealias Response = Production.V1.ReportProductionResponse

  /// What answers a path. The contracts of the streams are in `deploy/benchmarks/peer/bench.proto`,
  /// because the peer serves them too.
  @Sendable static func handler(of path: String) -> MethodHandler? {
    switch path {
    case Production.V1.ProductionService.reportProduction.path: .unary(report)
    case "/millrace.bench.v1.BenchService/Suspend": .unary(suspend)
    case "/millrace.bench.v1.BenchService/Feed": .serverStreaming(feed)
    case "/millrace.bench.v1.BenchService/Echo": .bidirectional(echo)
    default: nil
    }
  }

  /// One request, one response, without suspending.
  @Sendable private static func report(
    _ bytes: ByteBuffer, _ context: CallContext
  ) async throws -> ByteBuffer {
    try encode(response(to: decode(bytes)))
  }

  /// The same for a handler that really leaves its thread, as one does that waits for a commit: it
  /// goes on when a later turn of the loop resumes it.
  @Sendable private static func suspend(
    _ bytes: ByteBuffer, _ context: CallContext
  ) async throws -> ByteBuffer {
    let request = try decode(bytes)
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      context.eventLoop.execute { continuation.resume() }
    }
    return try encode(response(to: request))
  }

  /// As many responses of the fixed length as the request's source sequence says.
  @Sendable private static func feed(
    _ bytes: ByteBuffer, _ context: CallContext, _ responses: RPC.ResponseWriter
  ) async throws {
    let request = try decode(bytes)
    let response = try Bodies.filled(response(to: request)) {
      $0.reportID = String(repeating: "r", count: $1)
    }
    for _ in 0..<response.sequence {
      try await responses.write(encode(response))
    }
  }

  /// A response to each request, in order.
  @Sendable private static func echo(
    _ requests: RPC.RequestStream, _ context: CallContext, _ responses: RPC.ResponseWriter
  ) async throws {
    for try await bytes in requests {
      try await responses.write(encode(response(to: decode(bytes))))
    }
  }

  private static func response(to request: Request) -> Response {
    .with {
      $0.receipt = .accepted
      $0.reportID = request.header?.sourceEventID ?? ""
      $0.sequence = request.header?.sourceSequence ?? 0
      $0.orderState = .running
    }
  }

  private static func decode(_ bytes: ByteBuffer) throws -> Request {
    try bytes.withUnsafeReadableBytes { try Request(decoding: $0) }
  }

  private static func encode(_ response: Response) throws -> ByteBuffer {
    try response.withPacked { packed in
      var buffer = ByteBufferAllocator().buffer(capacity: packed.byteCount)
      buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: packed.byteCount) { space in
        packed.write(into: UnsafeMutableRawBufferPointer(rebasing: space[..<packed.byteCount]))
        return packed.byteCount
      }
      return buffer
    }
  }
}

import Contracts
import NIOCore
import NIOPosix
import Protobuf
import RPC

#if canImport(Glibc)
  import Glibc
#endif

/// Serves `ReportProduction` with trivial work for `deploy/bench rpc`: decodes the request, encodes
/// a response. Called as `RPCBenchServer BODY-FILE [event loops]`.
///
/// Writes one request message of 244 bytes with its gRPC prefix to the file, for a load generator,
/// prints where it listens and runs until it is killed.
@main
enum RPCBenchServer {
  typealias Request = Production.V1.ReportProductionRequest
  typealias Response = Production.V1.ReportProductionResponse

  /// The length of the request, fixed so that figures of different days compare.
  static let requestByteCount = 244

  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 2, let loops = Int(arguments.count > 2 ? arguments[2] : "1") else {
      print("usage: RPCBenchServer BODY-FILE [event loops]")
      exit(2)
    }
    try writeBody(to: arguments[1])
    let group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
    let path = Production.V1.ProductionService.reportProduction.path
    let server = Server(
      configuration: ServerConfiguration(host: "127.0.0.1", port: 0), group: group
    ) { $0 == path ? .unary(report) : nil }
    let address = try await server.start()
    print("listening on 127.0.0.1:\(address.port ?? 0)")
    fflush(nil)
    try await Task.sleep(for: .seconds(86_400))
  }

  /// The method: what is measured beside the transport is decoding and encoding.
  @Sendable static func report(
    _ bytes: ByteBuffer, _ context: CallContext
  ) async throws -> ByteBuffer {
    let request = try bytes.withUnsafeReadableBytes { try Request(decoding: $0) }
    let response = Response.with {
      $0.receipt = .accepted
      $0.reportID = request.header?.sourceEventID ?? ""
      $0.sequence = request.header?.sourceSequence ?? 0
      $0.orderState = .running
    }
    return try response.withPacked { packed in
      var buffer = ByteBuffer()
      buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: packed.byteCount) { space in
        packed.write(into: UnsafeMutableRawBufferPointer(rebasing: space[..<packed.byteCount]))
        return packed.byteCount
      }
      return buffer
    }
  }

  private static func writeBody(to file: String) throws {
    var request = Request.with {
      $0.site = "PLANT1"
      $0.header = .with {
        $0.sourceSystem = "mes-line-1"
        $0.sourceEventID = "01939f2e-6c1a-7d30-a2b4-5f6e7d8c9b0a"
        $0.sourceSequence = 48_213
        $0.occurredAt = .with {
          $0.seconds = 1_795_000_000
          $0.nanos = 250_000_000
        }
      }
      $0.orderName = "WH/MO/00042"
      $0.operation = "Assembly"
      $0.good = .with {
        $0.value = "40.5"
        $0.unit = "kg"
      }
      $0.scrap = .with {
        $0.value = "1.25"
        $0.unit = "kg"
      }
    }
    // What is missing to the fixed length goes into the one text that may be long.
    request.header?.correlationID = "c"
    let missing = requestByteCount - (try request.encodedByteCount)
    request.header?.correlationID = String(repeating: "c", count: 1 + missing)
    let message = try request.encoded()
    let longer = message.count - requestByteCount
    request.header?.correlationID = String(repeating: "c", count: 1 + missing - longer)
    let body = ByteBuffer(bytes: try request.encoded())
    precondition(body.readableBytes == requestByteCount, "the request has another length")
    let prefixed = [0, 0, 0, 0, UInt8(requestByteCount)] + Array(body.readableBytesView)
    guard let stream = fopen(file, "w") else { throw IOError(errnoCode: errno, reason: file) }
    fwrite(prefixed, 1, prefixed.count, stream)
    fclose(stream)
  }
}

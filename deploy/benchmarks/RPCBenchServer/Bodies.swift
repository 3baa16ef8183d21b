import Contracts
import NIOCore
import Protobuf

#if canImport(Glibc)
  import Glibc
#endif

/// What a load generator sends: request messages of one length, with their gRPC prefix.
struct Bodies {
  typealias Request = Production.V1.ReportProductionRequest
  typealias Response = Production.V1.ReportProductionResponse

  /// The length of a request and of a feed's response, fixed so that figures of different days
  /// compare: what a confirmation of a machine typically has.
  static let messageByteCount = 244

  /// Messages of one streaming call.
  let messageCount: Int

  /// Writes one file for each kind of call:
  /// - `report`: one request.
  /// - `feed`: one request that asks for as many responses as there are messages.
  /// - `echo`: as many requests.
  func write(to folder: String) throws {
    let request = try Self.prefixed(Self.request(sequence: 48_213))
    try Self.write(request, to: folder + "/report")
    try Self.write(Self.prefixed(Self.request(sequence: messageCount)), to: folder + "/feed")
    try Self.write(
      Array(repeatElement(request, count: messageCount).joined()), to: folder + "/echo")
  }

  private static func request(sequence: Int) throws -> Request {
    let request = Request.with {
      $0.site = "PLANT1"
      $0.header = .with {
        $0.sourceSystem = "mes-line-1"
        $0.sourceEventID = "01939f2e-6c1a-7d30-a2b4-5f6e7d8c9b0a"
        $0.sourceSequence = Int64(sequence)
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
    return try filled(request) { $0.header?.correlationID = String(repeating: "c", count: $1) }
  }

  /// A message of exactly the fixed length: `lengthen` gives it a text of so many characters.
  static func filled<Filled: Message>(
    _ message: Filled, lengthen: (inout Filled, Int) -> Void
  ) throws -> Filled {
    var message = message
    // The text's own length takes one byte or two: the first guess may miss by one.
    var count = 1
    for _ in 0..<3 {
      lengthen(&message, count)
      count += messageByteCount - (try message.encodedByteCount)
    }
    let length = try message.encodedByteCount
    precondition(length == messageByteCount, "a message has \(length) bytes")
    return message
  }

  private static func prefixed(_ request: Request) throws -> [UInt8] {
    [0, 0, 0, 0, UInt8(messageByteCount)] + (try request.encoded())
  }

  private static func write(_ bytes: [UInt8], to file: String) throws {
    guard let stream = fopen(file, "w") else { throw IOError(errnoCode: errno, reason: file) }
    fwrite(bytes, 1, bytes.count, stream)
    fclose(stream)
  }
}

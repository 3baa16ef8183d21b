import Contracts
import Logging
import NIOCore
import NIOPosix
import Protobuf
import RPC
import RecordStore
import Testing
import Values

@testable import ServiceKit

@Suite("Refusals")
struct RefusalTests {
  private static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

  private static let call = CallContext(
    path: "/test.Echo/Unary", eventLoop: MultiThreadedEventLoopGroup.singleton.any())

  /// What a caller reads, who finds the call's identity in it.
  private static func refusal(_ error: any Error) -> Refusal {
    var refusal = ErrorDetails.refusal(
      StatusMapping.status(error, of: Self.call, logger: logger))
    #expect(refusal.requestID == TraceContext(call).traceID)
    refusal.requestID = ""
    return refusal
  }

  @Test("A refusal comes back from its status whole", arguments: RefusalCode.allCases)
  func roundTrip(code: RefusalCode) {
    let refusal = Refusal(
      code, reason: "A_REASON", "a sentence, ä", metadata: ["a": "1", "b": ""],
      violations: [FieldViolation("x[0].y", "is required")], retryDelayMilliseconds: 1_250)
    #expect(Self.refusal(refusal) == refusal)
    let bare = Refusal(code, reason: "B", "")
    #expect(Self.refusal(bare) == bare)
  }

  @Test("The details are google.rpc.Status with an ErrorInfo of our domain first")
  func details() throws {
    let status = StatusMapping.status(
      Refusal.siteNotGranted("X"), of: Self.call, logger: Self.logger)
    let details = try Google.Rpc.Status(decoding: status.details)
    #expect(details.code == 7)
    #expect(details.message == status.message)
    let first = try #require(details.details.first)
    #expect(first.typeURL == "type.googleapis.com/google.rpc.ErrorInfo")
    let info = try Google.Rpc.ErrorInfo(decoding: first.value)
    #expect(info.domain == "millrace")
    #expect(info.reason == "SITE_NOT_GRANTED")
    #expect(info.metadata == ["site": "X"])
  }

  /// Errors of the records, what callers see, and after how many milliseconds they may try again.
  static let storeErrors: [(RecordStoreError, RefusalCode, String, Int64?)] = [
    (.diskFull, .resourceExhausted, "DISK_FULL", 10_000),
    (.overloaded(bound: 1), .resourceExhausted, "OVERLOADED", 250),
    (.ioError("secret path"), .unavailable, "STORAGE_UNAVAILABLE", 1_000),
    (.outOfMemory, .unavailable, "STORAGE_UNAVAILABLE", 1_000),
    (.lockedByAnotherProcess("secret lock"), .unavailable, "STORAGE_UNAVAILABLE", 1_000),
    (.closed, .unavailable, "SHUTTING_DOWN", 1_000),
    (.corrupted("secret page"), .dataLoss, "RECORDS_DAMAGED", nil),
    (.invalidToken, .invalidArgument, "INVALID_FIELDS", nil),
    (.acknowledgementBeyondHead(head: 1), .invalidArgument, "INVALID_FIELDS", nil),
    (.unknownConsumer("x"), .invalidArgument, "INVALID_FIELDS", nil),
    (
      .feedRestored(current: Incarnation(Identifier(high: 1, low: 1))), .failedPrecondition,
      "FEED_RESTORED", nil
    ),
    (.settings("secret setting"), .internalError, "INTERNAL", nil),
    (.constraint(.unique, "secret table"), .internalError, "INTERNAL", nil),
    (.sql(code: 1, "secret statement"), .internalError, "INTERNAL", nil),
  ]

  @Test(
    "Errors of the records tell whether trying again helps, and nothing of the inside",
    arguments: storeErrors)
  func records(error: RecordStoreError, code: RefusalCode, reason: String, delay: Int64?) {
    let refusal = Self.refusal(error)
    #expect(refusal.code == code)
    #expect(refusal.reason == reason)
    #expect(refusal.retryDelayMilliseconds == delay)
    #expect(!refusal.message.contains("secret"))
  }

  @Test("An unforeseen error keeps its words to itself")
  func unforeseen() {
    struct Secret: Error {}
    let refusal = Self.refusal(Secret())
    #expect(refusal.reason == "INTERNAL")
    #expect(!refusal.message.contains("Secret"))
  }

  @Test("Bytes that are no message are the caller's mistake; the field is named where there is one")
  func decoding() {
    let refusal = Self.refusal(
      Protobuf.DecodingError.invalidUTF8(field: "millrace.production.v1.Order.item_code"))
    #expect(refusal.code == .invalidArgument)
    #expect(refusal.violations.map(\.field) == ["item_code"])
    let truncated = Self.refusal(Protobuf.DecodingError.truncated(message: "m"))
    #expect(truncated.code == .invalidArgument)
    #expect(truncated.violations.isEmpty)
  }

  @Test("However many violations and words there are, the answer fits a header list of 8 KiB")
  func bounded() throws {
    let violations = (0..<5_000).map {
      FieldViolation("components[\($0)].unit_rounding", "must have at most 6 fractional digits")
    }
    let status = StatusMapping.status(
      Refusal.invalidFields(violations), of: Self.call, logger: Self.logger)
    // Base64 makes four characters of three bytes.
    #expect(status.details.count * 4 / 3 + status.message.utf8.count < 7_500)
    #expect(ErrorDetails.refusal(status).violations.count == ErrorDetails.maximumViolations)
    let wordy = Refusal(.notFound, reason: "X", String(repeating: "ä", count: 100_000))
    #expect(StatusMapping.status(wordy, of: Self.call, logger: Self.logger).details.count < 7_500)
  }

  @Test("A status without details of ours still has its code")
  func foreignStatus() {
    for details in [[], [0xFF, 0xFF], [0x0A]] as [[UInt8]] {
      let refusal = ErrorDetails.refusal(
        RPC.Status(code: .unavailable, message: "gone", details: details))
      #expect(refusal.code == .unavailable)
      #expect(refusal.reason.isEmpty)
    }
    #expect(
      ErrorDetails.refusal(RPC.Status(code: StatusCode(rawValue: 99))).code == .unknown)
  }
}

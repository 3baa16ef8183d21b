/// The code of a finished call, as gRPC numbers them (0–16).
///
/// A number this version does not know is kept as it came: a proxy passes it on unchanged.
public struct StatusCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The number on the wire (`grpc-status`).
  public let rawValue: Int

  /// Takes any number; only 0–16 have a name.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// The call succeeded.
  public static let ok = StatusCode(rawValue: 0)
  /// The caller gave the call up.
  public static let cancelled = StatusCode(rawValue: 1)
  /// An error without a better name, such as one thrown by a handler that is not a ``Status``.
  public static let unknown = StatusCode(rawValue: 2)
  /// The request is wrong whatever the state of the system.
  public static let invalidArgument = StatusCode(rawValue: 3)
  /// The deadline passed before the call was finished.
  public static let deadlineExceeded = StatusCode(rawValue: 4)
  /// What was asked for is not there.
  public static let notFound = StatusCode(rawValue: 5)
  /// What should be created exists already.
  public static let alreadyExists = StatusCode(rawValue: 6)
  /// The caller is known but may not do this.
  public static let permissionDenied = StatusCode(rawValue: 7)
  /// A quota or a limit is used up.
  public static let resourceExhausted = StatusCode(rawValue: 8)
  /// The system is not in the state this call needs.
  public static let failedPrecondition = StatusCode(rawValue: 9)
  /// The operation lost against another one running at the same time.
  public static let aborted = StatusCode(rawValue: 10)
  /// A position or value is past the valid range.
  public static let outOfRange = StatusCode(rawValue: 11)
  /// The method, or something it would need, is not offered here.
  public static let unimplemented = StatusCode(rawValue: 12)
  /// An invariant is broken, or the peer violated the protocol.
  public static let internalError = StatusCode(rawValue: 13)
  /// The service can't be reached now; trying again later may help.
  public static let unavailable = StatusCode(rawValue: 14)
  /// Data is lost or damaged for good.
  public static let dataLoss = StatusCode(rawValue: 15)
  /// The caller did not say, or could not prove, who it is.
  public static let unauthenticated = StatusCode(rawValue: 16)

  private static let names = [
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
    "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",
    "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
  ]

  /// gRPC's own name of the code (`NOT_FOUND`), or `CODE_<number>`.
  public var description: String {
    Self.names.indices.contains(rawValue) ? Self.names[rawValue] : "CODE_\(rawValue)"
  }
}

/// How a call ended: what a handler throws to refuse one, and what a client call throws.
public struct Status: Error, Hashable, Sendable, CustomStringConvertible {
  /// The code; `.ok` in a thrown status is sent as `UNKNOWN`, because a failed call can't be OK.
  public var code: StatusCode
  /// One sentence for a person; any Unicode text (percent-encoded on the wire).
  public var message: String
  /// A serialized `google.rpc.Status` for `grpc-status-details-bin`; empty when there is none.
  public var details: [UInt8]
  /// The trailing metadata that goes, or came, with the status.
  public var metadata: Metadata
  /// Why the runtime itself has ended the call, in UPPER_SNAKE, for programs: the details are made of
  /// it (``ServerConfiguration/details``). Empty for every status that somebody else has made.
  public var reason: String

  /// Puts a status together.
  public init(
    code: StatusCode, reason: String = "", message: String = "", details: [UInt8] = [],
    metadata: Metadata = Metadata()
  ) {
    self.code = code
    self.reason = reason
    self.message = message
    self.details = details
    self.metadata = metadata
  }

  /// Room for the names of the headers and what stands beside the status, in bytes.
  private static let otherHeaderBytes = 400
  private static let shortened = " (shortened: the status is larger than the peer takes)"

  /// The same status, small enough for a peer's limit on headers (bytes, as RFC 9113 §6.5.2
  /// counts).
  ///
  /// A peer drops what is larger, and with it the whole answer: better to lose the details, and say
  /// so. The caller's own metadata is kept to the last.
  func fitting(headerListBytes limit: Int) -> Status {
    // Percent-encoding triples a byte at most, base64 makes 4 of 3.
    func bytes(_ status: Status) -> Int {
      Self.otherHeaderBytes + status.message.utf8.count * 3 + status.details.count * 4 / 3
        + status.metadata.flat.count * 2
    }
    guard bytes(self) > limit else { return self }
    var smaller = self
    smaller.details = []
    // Cut by scalars, of 12 bytes on the wire at most: one character may have any number of them.
    let room = max(0, limit - Self.otherHeaderBytes - Self.shortened.utf8.count * 3)
    smaller.message = String(message.unicodeScalars.prefix(min(512, room / 12))) + Self.shortened
    if bytes(smaller) > limit { smaller.metadata = Metadata() }
    return smaller
  }

  /// `NOT_FOUND: no such order`.
  public var description: String { message.isEmpty ? "\(code)" : "\(code): \(message)" }
}

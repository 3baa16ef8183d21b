/// How a call was refused: gRPC's codes without OK. The raw values are those on the wire.
///
/// ServiceKit has its own list so that those who refuse, or read a refusal, need not know the
/// transport.
public enum RefusalCode: Int, Sendable, Hashable, CaseIterable {
  /// The caller gave up.
  case cancelled = 1
  /// Unclear.
  case unknown = 2
  /// The request is wrong whatever the state of the system.
  case invalidArgument = 3
  /// The deadline passed.
  case deadlineExceeded = 4
  /// What the request names is not there.
  case notFound = 5
  /// What the request would make is there already.
  case alreadyExists = 6
  /// The caller is known and may not do this.
  case permissionDenied = 7
  /// A limit is reached: overload, or no space left.
  case resourceExhausted = 8
  /// The request does not fit the state of what it is about.
  case failedPrecondition = 9
  /// Lost against another operation.
  case aborted = 10
  /// Past the valid range.
  case outOfRange = 11
  /// Not offered here.
  case unimplemented = 12
  /// A mistake in the program.
  case internalError = 13
  /// Not now; trying again helps.
  case unavailable = 14
  /// Records are damaged.
  case dataLoss = 15
  /// The caller has not proved who it is.
  case unauthenticated = 16
}

import Logging
import Protobuf
import RPC
import RecordStore

/// The one place where errors become what callers see.
enum StatusMapping {
  /// How long a caller should wait when the database has no place in its queue: about what the
  /// queue holds.
  static let overloadRetryMilliseconds: Int64 = 250
  /// How long when there is no space left: a person has to act.
  static let diskFullRetryMilliseconds: Int64 = 10_000
  /// How long when the storage fails or the service is closing: about a restart.
  static let unavailableRetryMilliseconds: Int64 = 1_000

  /// The status of any error of a call.
  static func status(_ error: any Error, of call: CallContext, logger: Logger) -> RPC.Status {
    let traceID = TraceContext(call).traceID
    var logger = logger
    logger[metadataKey: "trace_id"] = "\(traceID)"
    return switch error {
    case let status as RPC.Status: status
    case is CancellationError: RPC.Status(code: .cancelled, message: "the call was cancelled")
    default: ErrorDetails.status(refusal(error, logger), traceID: traceID)
    }
  }

  private static func refusal(_ error: any Error, _ logger: Logger) -> Refusal {
    switch error {
    case let refusal as Refusal: refusal
    case let error as any RefusalConvertible: error.refusal
    case let error as RecordStoreError: refusal(error, logger)
    case let error as Protobuf.DecodingError: refusal(error)
    default: internalError(error, logger)
    }
  }

  private static func refusal(_ error: RecordStoreError, _ logger: Logger) -> Refusal {
    switch error {
    case .diskFull:
      return Refusal(
        .resourceExhausted, reason: "DISK_FULL", "there is no space left for records",
        retryDelayMilliseconds: diskFullRetryMilliseconds)
    case .overloaded:
      return Refusal(
        .resourceExhausted, reason: "OVERLOADED", "too many calls are waiting for the database",
        retryDelayMilliseconds: overloadRetryMilliseconds)
    case .ioError, .outOfMemory, .lockedByAnotherProcess, .archive:
      logger.error("the database failed", metadata: ["error": "\(error)"])
      return Refusal(
        .unavailable, reason: "STORAGE_UNAVAILABLE", "the records cannot be reached now",
        retryDelayMilliseconds: unavailableRetryMilliseconds)
    case .closed: return .shuttingDown
    case .corrupted:
      logger.critical("the database is damaged", metadata: ["error": "\(error)"])
      return Refusal(.dataLoss, reason: "RECORDS_DAMAGED", "the records are damaged")
    case .feedRestored: return .feedRestored
    case .invalidToken:
      return .invalidFields([FieldViolation("resume_token", "was not made by this service")])
    case .acknowledgementBeyondHead:
      return .invalidFields([FieldViolation("resume_token", "is beyond the last event")])
    case .unknownConsumer:
      return .invalidFields([FieldViolation("consumer", "has never subscribed")])
    default: return internalError(error, logger)
    }
  }

  /// Bytes that are no such message: the field is named where there is one.
  private static func refusal(_ error: Protobuf.DecodingError) -> Refusal {
    let reason = "MALFORMED_MESSAGE"
    switch error {
    case .wrongWireType(let field), .duplicateField(let field), .invalidUTF8(let field):
      // Full name to field name: what follows the message's name.
      let name = field.split(separator: ".").last.map(String.init) ?? field
      return Refusal(
        .invalidArgument, reason: reason, "\(error)",
        violations: [FieldViolation(name, "\(error)")])
    case .tooLarge, .tooManyElements, .tooMuchMemory, .tooDeep, .truncated, .invalidTag, .group,
      .invalidVarint, .malformed:
      return Refusal(.invalidArgument, reason: reason, "\(error)")
    }
  }

  /// A mistake of ours: the log has it, the caller does not.
  private static func internalError(_ error: any Error, _ logger: Logger) -> Refusal {
    logger.error("a call failed for an unforeseen reason", metadata: ["error": "\(error)"])
    return Refusal(.internalError, reason: "INTERNAL", "the service failed; its log says why")
  }
}

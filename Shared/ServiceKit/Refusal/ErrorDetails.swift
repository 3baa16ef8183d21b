import Contracts
import Protobuf
import RPC

/// Refusals to `google.rpc.Status` and back.
enum ErrorDetails {
  /// Most violations in one answer: they travel in a header whose size peers limit (8 KiB is gRPC's
  /// usual), with some 80 bytes each.
  static let maximumViolations = 40
  /// Longest message in bytes, for the same reason.
  static let maximumMessageLength = 500

  private static let typePrefix = "type.googleapis.com/"

  /// The status of a refusal with its details.
  static func status(_ refusal: Refusal, traceID: String = "") -> RPC.Status {
    let code = RPC.StatusCode(rawValue: refusal.code.rawValue)
    let message = String(refusal.message.prefix(maximumMessageLength))
    do {
      let details = try Google.Rpc.Status.with {
        $0.code = Int32(refusal.code.rawValue)
        $0.message = message
        $0.details = try Self.details(of: refusal, traceID)
      }
      return RPC.Status(code: code, message: message, details: try details.encoded())
    } catch {
      // Only a message of more than 2 GiB cannot be encoded; the code alone is still right.
      return RPC.Status(code: code, message: message)
    }
  }

  private static func details(
    of refusal: Refusal, _ traceID: String
  ) throws -> [Google.ProtobufTypes.AnyMessage] {
    var details = [
      try packed(
        Google.Rpc.ErrorInfo.with {
          $0.reason = refusal.reason
          $0.domain = Refusal.domain
          $0.metadata = refusal.metadata
        })
    ]
    if !refusal.violations.isEmpty {
      details.append(
        try packed(
          Google.Rpc.BadRequest.with {
            $0.fieldViolations = refusal.violations.prefix(maximumViolations).map { violation in
              .with {
                $0.field = violation.field
                $0.description_p = violation.rule
              }
            }
          }))
    }
    if let quota = refusal.quota {
      details.append(
        try packed(
          Google.Rpc.QuotaFailure.with {
            $0.violations = [
              .with {
                $0.subject = quota.subject
                $0.description_p = quota.description
              }
            ]
          }))
    }
    if let delay = refusal.retryDelayMilliseconds {
      details.append(
        try packed(
          Google.Rpc.RetryInfo.with {
            $0.retryDelay = .with {
              $0.seconds = delay / 1_000
              $0.nanos = Int32(delay % 1_000) * 1_000_000
            }
          }))
    }
    if !traceID.isEmpty {
      details.append(try packed(Google.Rpc.RequestInfo.with { $0.requestID = traceID }))
    }
    return details
  }

  private static func packed<M: Message>(_ message: M) throws -> Google.ProtobufTypes.AnyMessage {
    try .with {
      $0.typeURL = typePrefix + M.fullName
      $0.value = try message.encoded()
    }
  }

  /// The refusal in a status; what its details do not say stays empty.
  static func refusal(_ status: RPC.Status) -> Refusal {
    let code = RefusalCode(rawValue: status.code.rawValue) ?? .unknown
    // Details that are no google.rpc.Status come from something between us and the service: the
    // code still counts.
    let details = (try? Google.Rpc.Status(decoding: status.details))?.details ?? []
    let info: Google.Rpc.ErrorInfo? = unpacked(details)
    let bad: Google.Rpc.BadRequest? = unpacked(details)
    let quota: Google.Rpc.QuotaFailure? = unpacked(details)
    let retry: Google.Rpc.RetryInfo? = unpacked(details)
    let request: Google.Rpc.RequestInfo? = unpacked(details)
    var refusal = Refusal(
      code, reason: info?.reason ?? status.reason, status.message, metadata: info?.metadata ?? [:],
      violations: bad?.fieldViolations.map { FieldViolation($0.field, $0.description_p) } ?? [],
      quota: quota?.violations.first.map {
        QuotaViolation(subject: $0.subject, description: $0.description_p)
      },
      retryDelayMilliseconds: retry?.retryDelay.map {
        // Clamped to a day: whatever a peer says, the product fits.
        min(max($0.seconds, 0), 86_400) * 1_000 + Int64($0.nanos) / 1_000_000
      })
    refusal.requestID = request?.requestID ?? ""
    return refusal
  }

  private static func unpacked<M: Message>(_ details: [Google.ProtobufTypes.AnyMessage]) -> M? {
    details.first { $0.typeURL == typePrefix + M.fullName }.flatMap { try? M(decoding: $0.value) }
  }
}

/// What a call's end means in gRPC's codes when no `grpc-status` said it.
enum ClientStatus {
  /// The reason of every status for an answer that is not gRPC's, or is larger than it may be.
  static let answerInvalid = "ANSWER_INVALID"

  /// The status of an HTTP answer that is not gRPC's (gRPC: "HTTP to gRPC Status Code Mapping").
  static func ofHTTP(_ status: Int?) -> Status {
    guard let status else {
      return Status(
        code: .unknown, reason: answerInvalid, message: "the answer has no HTTP status")
    }
    let code: StatusCode =
      switch status {
      case 400: .internalError
      case 401: .unauthenticated
      case 403: .permissionDenied
      case 404: .unimplemented
      case 429, 502, 503, 504: .unavailable
      default: .unknown
      }
    return Status(
      code: code, reason: answerInvalid,
      message: "the server answered HTTP \(status) instead of gRPC")
  }

  /// The status of a stream the server reset (gRPC over HTTP2: "Errors").
  static func ofReset(_ reset: HTTP2ErrorCode) -> Status {
    let code: StatusCode =
      switch reset {
      case .refusedStream: .unavailable
      case .cancel: .cancelled
      case .enhanceYourCalm: .resourceExhausted
      case .inadequateSecurity: .permissionDenied
      default: .internalError
      }
    return Status(
      code: code, reason: "STREAM_RESET", message: "the server reset the stream: \(reset)")
  }
}

import Testing

/// One line of a conformance table: what a client sends on a connection of its own, and what the
/// RFC wants the server to answer.
struct Row: Sendable, CustomTestStringConvertible {
  /// The section of RFC 9113, or of RFC 7541 in the tables of HPACK.
  let section: String
  /// What the client does, as a sentence.
  let sentence: String
  let steps: [Step]
  let answer: Answer

  /// A line of a table.
  init(_ section: String, _ sentence: String, _ steps: Step..., answer: Answer) {
    self.section = section
    self.sentence = sentence
    self.steps = steps
    self.answer = answer
  }

  var testDescription: String { "§\(section) \(sentence)" }
}

/// What the client does next.
enum Step: Sendable {
  case send([UInt8])
  /// Waits until the server has ended the stream.
  case waitForEnd(UInt32)
  /// Waits until the server has reset the stream.
  case waitForReset(UInt32)
  /// Waits until the server has done everything that was asked so far; see ``RawPeer/fence()``.
  case fence
}

/// What the server must answer. Where the RFC leaves a choice, the row has a comment.
enum Answer: Sendable {
  /// A GOAWAY with one of the codes; then the connection is closed (§5.4.1).
  case connectionError([ErrorCode])
  /// The connection is closed, with or without a GOAWAY.
  case closed
  /// A RST_STREAM with one of the codes (§5.4.2), and the connection goes on.
  case streamError(UInt32, [ErrorCode])
  /// Either of the two: §5.4 lets an endpoint treat any stream error as a connection error.
  case anyError(UInt32, [ErrorCode])
  /// The stream gets a response of this status, and the connection goes on.
  case response(UInt32, status: String = "200")
  /// The stream gets DATA frames of exactly these lengths, so far, and the connection goes on.
  case data(UInt32, lengths: [Int])
  /// A frame of this type, these flags and this payload on stream 0, and the connection goes on.
  case control(type: UInt8, flags: UInt8, payload: [UInt8])
  /// No frame beside acknowledgements and windows, and the connection goes on.
  case nothing

  static func connectionError(_ code: ErrorCode) -> Answer { .connectionError([code]) }
  static func streamError(_ stream: UInt32, _ code: ErrorCode) -> Answer {
    .streamError(stream, [code])
  }
  static func anyError(_ stream: UInt32, _ code: ErrorCode) -> Answer { .anyError(stream, [code]) }
}

/// RFC 9113 §7.
enum ErrorCode: UInt32 {
  case noError, protocolError, internalError, flowControlError, settingsTimeout, streamClosed
  case frameSizeError, refusedStream, cancel, compressionError, connectError, enhanceYourCalm
  case inadequateSecurity, http11Required
}

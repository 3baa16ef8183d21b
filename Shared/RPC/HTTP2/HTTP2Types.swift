import CNghttp2

/// The reason of a RST_STREAM or GOAWAY frame (RFC 9113 §7).
struct HTTP2ErrorCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  let rawValue: UInt32

  static let noError = HTTP2ErrorCode(rawValue: 0)
  static let protocolError = HTTP2ErrorCode(rawValue: 1)
  static let internalError = HTTP2ErrorCode(rawValue: 2)
  static let streamClosed = HTTP2ErrorCode(rawValue: 5)
  static let frameSizeError = HTTP2ErrorCode(rawValue: 6)
  static let refusedStream = HTTP2ErrorCode(rawValue: 7)
  static let cancel = HTTP2ErrorCode(rawValue: 8)
  static let enhanceYourCalm = HTTP2ErrorCode(rawValue: 11)
  static let inadequateSecurity = HTTP2ErrorCode(rawValue: 12)

  /// RFC 9113's name of the code (`CANCEL`); `UNKNOWN` for numbers it does not define.
  var description: String { String(cString: nghttp2_http2_strerror(rawValue)) }
}

/// A session that can't go on, in nghttp2's words.
struct HTTP2SessionError: Error, Hashable, CustomStringConvertible {
  /// nghttp2's number, negative.
  let code: Int32

  /// Whether the session must not be touched any more, not even to send a GOAWAY.
  var isFatal: Bool { code < NGHTTP2_ERR_FATAL.rawValue }
  var description: String { String(cString: nghttp2_strerror(code)) }
}

/// What one end tells the other in its first SETTINGS frame, and the windows it opens.
struct HTTP2Settings {
  var maximumConcurrentStreams: Int
  var maximumHeaderListBytes: Int
  /// The size of a header block (counted as the list's) at which it is not read any further.
  var maximumHeaderBlockBytes: Int
  var streamWindowBytes: Int
  var connectionWindowBytes: Int
  /// CONTINUATION frames after one HEADERS frame.
  var maximumContinuations: Int
  /// Acknowledgements of PING and SETTINGS that may wait to be sent.
  var maximumOutboundAcknowledgements: Int
}

extension HTTP2Settings {
  /// What each header counts beside its name and value (RFC 9113 §6.5.2).
  static let headerEntryBytes = 32
}

/// What happens on a connection beside its streams.
enum HTTP2Event: Hashable {
  case settings
  case ping
  case pingAcknowledged(UInt64)
  /// A PRIORITY frame, or one of a type we do not know.
  case unusedFrame
  /// A DATA frame without data that does not end its stream.
  case emptyData
  case resetReceived
  /// A header block is larger than ``HTTP2Settings/maximumHeaderBlockBytes``.
  case headerFlood
  /// We reset a stream, for whatever reason.
  case resetSent(HTTP2ErrorCode)
  /// A frame of so many bytes that breaks the protocol in a way which ends only its stream.
  case invalidFrame(bytes: Int)
  case goAway(lastStreamID: Int32, code: HTTP2ErrorCode)
}

/// Who owns a session: told what happens on it. Called inside nghttp2's callbacks: it may submit
/// frames, but must neither feed nor drain the session.
protocol HTTP2SessionDelegate: AnyObject {
  /// The peer opens a stream. Nil refuses it.
  func acceptStream() -> HTTP2Stream?
  /// Something happened that does not belong to one stream.
  func received(_ event: HTTP2Event)
}

/// What a stream put into the buffer of a DATA frame.
enum HTTP2BodyPart: Hashable {
  /// Some bytes; there is, or will be, more.
  case bytes(Int)
  /// Nothing at the moment; ``HTTP2Session/resume(_:)`` asks again.
  case later
  /// The last bytes, and the end of the stream.
  case end(Int)
  /// The last bytes; trailers (already submitted) end the stream.
  case endBeforeTrailers(Int)
}

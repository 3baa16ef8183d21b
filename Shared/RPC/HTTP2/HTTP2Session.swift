import CNghttp2

/// One end of an HTTP/2 connection, without any input or output: bytes are fed in and drained out.
///
/// A thin cover over an nghttp2 session. It knows nothing of gRPC or SwiftNIO and must be used by
/// one thread at a time.
final class HTTP2Session {
  /// Which end this is.
  enum Side { case server, client }

  let side: Side
  // Unowned: the delegate owns the session and outlives every call into it.
  unowned(unsafe) let delegate: any HTTP2SessionDelegate
  let session: OpaquePointer?
  var streams = HTTP2StreamTable()
  /// What a server checks by itself.
  private var rules = FrameRules(prefaceBytes: Int(NGHTTP2_CLIENT_MAGIC_LEN))
  private var isBusy = false
  var isTerminated = false
  /// Whose header block has begun and is not complete; blocks never interleave.
  /// Unretained, because the table keeps it: each header asks for it.
  private var headerStream: Unmanaged<HTTP2Stream>?
  /// Whether a header block has begun and is not complete.
  private(set) var isInsideHeaderBlock = false
  /// Header blocks begun since the start.
  private(set) var headerBlocksBegun = 0
  private var headerBlockBytes = 0
  private let maximumHeaderBlockBytes: Int
  /// Bytes of names and values in HEADERS frames that wait to be sent.
  var queuedHeaderBytes = 0

  /// Starts a session and queues its SETTINGS frame.
  init(
    side: Side, settings: HTTP2Settings, delegate: any HTTP2SessionDelegate
  ) throws(HTTP2SessionError) {
    self.side = side
    self.delegate = delegate
    maximumHeaderBlockBytes = settings.maximumHeaderBlockBytes
    var option: OpaquePointer?
    try Self.check(nghttp2_option_new(&option))
    defer { nghttp2_option_del(option) }
    nghttp2_option_set_no_auto_window_update(option, 1)
    // Priorities are a hint which a server of short answers has no use for; closed streams would be
    // kept only for their tree.
    nghttp2_option_set_no_closed_streams(option, 1)
    nghttp2_option_set_max_continuations(option, settings.maximumContinuations)
    nghttp2_option_set_max_outbound_ack(option, settings.maximumOutboundAcknowledgements)
    // Frames of types that nobody knows are shown to us, to be counted and ignored.
    for type in UInt8(10)...255 { nghttp2_option_set_user_recv_extension_type(option, type) }
    let callbacks = HTTP2Callbacks.shared.pointer
    var made: OpaquePointer?
    try Self.check(
      side == .server
        ? nghttp2_session_server_new2(&made, callbacks, nil, option)
        : nghttp2_session_client_new2(&made, callbacks, nil, option))
    session = made
    nghttp2_session_set_user_data(session, Unmanaged.passUnretained(self).toOpaque())
    try submit(settings)
  }

  deinit { nghttp2_session_del(session) }

  private func submit(_ settings: HTTP2Settings) throws(HTTP2SessionError) {
    func entry(_ id: nghttp2_settings_id, _ value: Int) -> nghttp2_settings_entry {
      nghttp2_settings_entry(settings_id: Int32(id.rawValue), value: UInt32(clamping: value))
    }
    var entries = [
      entry(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, settings.streamWindowBytes),
      entry(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, settings.maximumHeaderListBytes),
    ]
    switch side {
    case .server:
      entries.append(
        entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, settings.maximumConcurrentStreams))
      entries.append(entry(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1))
    case .client:
      entries.append(entry(NGHTTP2_SETTINGS_ENABLE_PUSH, 0))
    }
    try Self.check(
      nghttp2_submit_settings(
        session, UInt8(NGHTTP2_FLAG_NONE.rawValue), entries, entries.count))
    try Self.check(
      nghttp2_session_set_local_window_size(
        session, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0,
        Int32(clamping: settings.connectionWindowBytes)))
  }

  static func check(_ code: Int32) throws(HTTP2SessionError) {
    if code < 0 { throw HTTP2SessionError(code: code) }
  }
}

/// Bytes in, bytes out.
extension HTTP2Session {
  /// Takes bytes from the peer; streams and delegate hear of what they mean during this call.
  func receive(_ bytes: UnsafeRawBufferPointer) throws(HTTP2SessionError) {
    assert(begin(), "a session must not be fed inside its callbacks")
    defer { assert(end()) }
    guard side == .server, let breach = rules.firstBreach(in: bytes) else {
      return try feed(bytes)
    }
    try feed(UnsafeRawBufferPointer(rebasing: bytes[..<breach.offset]))
    terminate(breach.error)
  }

  private func feed(_ bytes: UnsafeRawBufferPointer) throws(HTTP2SessionError) {
    var offset = 0
    while offset < bytes.count, !isTerminated {
      let end = min(offset + Limits.Fixed.feedBytes, bytes.count)
      let part = UnsafeRawBufferPointer(rebasing: bytes[offset..<end])
      let taken = nghttp2_session_mem_recv(
        session, part.bindMemory(to: UInt8.self).baseAddress, part.count)
      if taken < 0 { throw HTTP2SessionError(code: Int32(truncatingIfNeeded: taken)) }
      offset = end
    }
  }

  /// The next bytes for the peer, valid until the next call on this session; nil when there are
  /// none.
  func nextOutbound() throws(HTTP2SessionError) -> UnsafeRawBufferPointer? {
    assert(begin(), "a session must not be drained inside its callbacks")
    defer { assert(end()) }
    var pointer: UnsafePointer<UInt8>?
    let count = nghttp2_session_mem_send(session, &pointer)
    if count < 0 { throw HTTP2SessionError(code: Int32(truncatingIfNeeded: count)) }
    return count == 0 ? nil : UnsafeRawBufferPointer(start: pointer, count: count)
  }

  // In debug builds only: notes that nghttp2 is at work.
  private func begin() -> Bool {
    defer { isBusy = true }
    return !isBusy
  }

  private func end() -> Bool {
    isBusy = false
    return true
  }

  /// Whether it expects more from the peer. With ``wantsWrite`` false too, the connection is over.
  var wantsRead: Bool { nghttp2_session_want_read(session) != 0 }
  /// Whether it has something to send.
  var wantsWrite: Bool { nghttp2_session_want_write(session) != 0 }
  /// Frames that wait to be sent, DATA excepted.
  var outboundQueueCount: Int { nghttp2_session_get_outbound_queue_size(session) }
  /// Streams begun since the start.
  var streamsBegun: Int { streams.begun }
  /// Streams open now.
  var openStreamCount: Int { streams.count }
  /// Every open stream.
  var openStreams: [HTTP2Stream] { streams.all }
  /// How many streams the peer lets us open at the same time.
  var remoteMaximumConcurrentStreams: Int {
    Int(
      nghttp2_session_get_remote_settings(session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS))
  }
  /// The largest list of headers the peer takes, in bytes as RFC 9113 §6.5.2 counts them.
  var remoteMaximumHeaderListBytes: Int {
    let announced = nghttp2_session_get_remote_settings(
      session, NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE)
    // Many clients announce nothing and hold to a limit all the same.
    return announced == .max ? Limits.Fixed.assumedHeaderListBytes : Int(announced)
  }
  /// Whether the peer still lets us open streams (no GOAWAY, numbers left).
  var allowsRequests: Bool { nghttp2_session_check_request_allowed(session) != 0 }

  /// Ends every stream, because the connection is gone: nghttp2 would not tell them.
  func closeAllStreams(_ code: HTTP2ErrorCode) {
    endHeaderBlock()
    for stream in streams.all {
      streams.remove(stream)
      stream.closed(code)
    }
  }
}

/// What the callbacks do.
extension HTTP2Session {
  func beginHeaders(_ frame: UnsafePointer<nghttp2_frame>) -> Int32 {
    let id = frame.pointee.hd.stream_id
    isInsideHeaderBlock = true
    headerBlocksBegun += 1
    headerBlockBytes = 0
    guard frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST else {
      headerStream = stream(id).map { .passUnretained($0) }
      return 0
    }
    headerStream = nil
    guard let stream = delegate.acceptStream() else {
      nghttp2_submit_rst_stream(
        session, UInt8(NGHTTP2_FLAG_NONE.rawValue), id, HTTP2ErrorCode.refusedStream.rawValue)
      return 0
    }
    streams.insert(stream, id: id)
    headerStream = .passUnretained(stream)
    return nghttp2_session_set_stream_user_data(
      session, id, Unmanaged.passUnretained(stream).toOpaque())
  }

  /// Hands a header to its stream; not 0 stops nghttp2 from bringing the rest of the block.
  func receivedHeader(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) -> Int32 {
    headerBlockBytes += name.count + value.count + HTTP2Settings.headerEntryBytes
    guard headerBlockBytes <= maximumHeaderBlockBytes else {
      delegate.received(.headerFlood)
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
    }
    headerStream?._withUnsafeGuaranteedRef { $0.receivedHeader(name: name, value: value) }
    return 0
  }

  func endHeaderBlock() {
    headerStream = nil
    isInsideHeaderBlock = false
  }

  func stream(_ id: Int32) -> HTTP2Stream? {
    guard let pointer = nghttp2_session_get_stream_user_data(session, id) else { return nil }
    return Unmanaged<HTTP2Stream>.fromOpaque(pointer).takeUnretainedValue()
  }

  func streamClosed(_ id: Int32, _ code: UInt32) {
    guard let stream = stream(id) else { return }
    if headerStream?.toOpaque() == Unmanaged.passUnretained(stream).toOpaque() {
      headerStream = nil
    }
    streams.remove(stream)
    stream.closed(HTTP2ErrorCode(rawValue: code))
  }

  /// Headers could not be sent (they are too large for HPACK's buffer): nothing else can follow.
  func headersNotSent(_ id: Int32) {
    guard let stream = stream(id) else { return }
    stream.headersNotSent()
    if side == .server { reset(stream, .internalError) }
  }

  /// A server's answer is complete. If the request is not, the client is told to stop sending.
  func sentEnd(_ id: Int32) {
    guard side == .server, let stream = stream(id), !stream.isRemoteEnded else { return }
    reset(stream, .noError)
  }
}

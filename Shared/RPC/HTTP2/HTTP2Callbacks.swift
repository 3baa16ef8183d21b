import CNghttp2

/// nghttp2's callbacks, one table for all sessions. Each only finds its session and stream.
struct HTTP2Callbacks: @unchecked Sendable {
  // Unchecked: written once before it is shared; nghttp2 copies it into each session.
  let pointer: OpaquePointer?

  static let shared = HTTP2Callbacks()

  private init() {
    var table: OpaquePointer?
    // Fails only when memory is out; a session made without callbacks would do nothing at all, and
    // `nghttp2_session_server_new2` refuses it for the same reason.
    nghttp2_session_callbacks_new(&table)
    nghttp2_session_callbacks_set_on_begin_headers_callback(table, beginHeaders)
    nghttp2_session_callbacks_set_on_begin_frame_callback(table, beginFrame)
    nghttp2_session_callbacks_set_on_header_callback(table, header)
    nghttp2_session_callbacks_set_unpack_extension_callback(table, ignoreExtension)
    nghttp2_session_callbacks_set_on_frame_recv_callback(table, frameReceived)
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(table, invalidFrame)
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(table, dataChunk)
    nghttp2_session_callbacks_set_on_stream_close_callback(table, streamClosed)
    nghttp2_session_callbacks_set_on_frame_send_callback(table, frameSent)
    nghttp2_session_callbacks_set_on_frame_not_send_callback(table, frameNotSent)
    pointer = table
  }

  /// The read callback of every body.
  static let readBody: nghttp2_data_source_read_callback = {
    _, _, buffer, length, flags, source, _ in
    guard let pointer = source?.pointee.ptr, let buffer, let flags else {
      return ssize_t(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue)
    }
    let stream = Unmanaged<HTTP2Stream>.fromOpaque(pointer).takeUnretainedValue()
    switch stream.produceBody(into: UnsafeMutableRawBufferPointer(start: buffer, count: length)) {
    case .bytes(let count): return count
    case .later: return ssize_t(NGHTTP2_ERR_DEFERRED.rawValue)
    case .end(let count):
      flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
      return count
    case .endBeforeTrailers(let count):
      flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue | NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
      return count
    }
  }
}

/// Runs the body with the session, which lives as long as nghttp2's own, so it needs no retaining.
private func withSession<Result>(
  _ user: UnsafeMutableRawPointer?, _ body: (HTTP2Session) -> Result
) -> Result {
  // Set when the session was made; nghttp2 always hands it back.
  Unmanaged<HTTP2Session>.fromOpaque(user.unsafelyUnwrapped)._withUnsafeGuaranteedRef(body)
}

// Frames of no use to us are counted by their heads: nghttp2 reports no more of them.
private let beginFrame: nghttp2_on_begin_frame_callback = { _, head, user in
  guard let type = head?.pointee.type else { return 0 }
  if type > UInt8(NGHTTP2_CONTINUATION.rawValue) || type == UInt8(NGHTTP2_PRIORITY.rawValue) {
    withSession(user) { $0.delegate.received(.unusedFrame) }
  }
  return 0
}

// RFC 9113 §5.5: frames of unknown types are discarded.
private let ignoreExtension: nghttp2_unpack_extension_callback = { _, _, _, _ in
  Int32(NGHTTP2_ERR_CANCEL.rawValue)
}

private let beginHeaders: nghttp2_on_begin_headers_callback = { _, frame, user in
  guard let frame else { return 0 }
  return withSession(user) { $0.beginHeaders(frame) }
}

private let header: nghttp2_on_header_callback = {
  _, _, name, nameCount, value, valueCount, _, user in
  withSession(user) { session in
    session.receivedHeader(
      name: UnsafeRawBufferPointer(start: name, count: nameCount),
      value: UnsafeRawBufferPointer(start: value, count: valueCount))
  }
}

private let dataChunk: nghttp2_on_data_chunk_recv_callback = { _, _, id, data, count, user in
  withSession(user) { session in
    if let stream = session.stream(id) {
      stream.receivedData(UnsafeRawBufferPointer(start: data, count: count))
    } else {
      session.consumeOnConnection(count)
    }
  }
  return 0
}

private let streamClosed: nghttp2_on_stream_close_callback = { _, id, code, user in
  withSession(user) { $0.streamClosed(id, code) }
  return 0
}

private let invalidFrame: nghttp2_on_invalid_frame_recv_callback = { _, frame, _, user in
  let bytes = frame?.pointee.hd.length ?? 0
  withSession(user) { session in
    session.endHeaderBlock()
    session.delegate.received(.invalidFrame(bytes: bytes))
  }
  return 0
}

private let frameReceived: nghttp2_on_frame_recv_callback = { _, frame, user in
  guard let frame else { return 0 }
  withSession(user) { $0.receivedFrame(frame) }
  return 0
}

private let frameSent: nghttp2_on_frame_send_callback = { _, frame, user in
  guard let frame else { return 0 }
  let head = frame.pointee.hd
  switch UInt32(head.type) {
  case NGHTTP2_RST_STREAM.rawValue:
    let code = HTTP2ErrorCode(rawValue: frame.pointee.rst_stream.error_code)
    withSession(user) { $0.delegate.received(.resetSent(code)) }
  case NGHTTP2_HEADERS.rawValue, NGHTTP2_DATA.rawValue:
    if UInt32(head.type) == NGHTTP2_HEADERS.rawValue {
      withSession(user) { $0.dequeuedHeaders(frame.pointee.headers) }
    }
    if head.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0 {
      withSession(user) { $0.sentEnd(head.stream_id) }
    }
  default: break
  }
  return 0
}

private let frameNotSent: nghttp2_on_frame_not_send_callback = { _, frame, error, user in
  guard let frame, UInt32(frame.pointee.hd.type) == NGHTTP2_HEADERS.rawValue else { return 0 }
  withSession(user) { session in
    session.dequeuedHeaders(frame.pointee.headers)
    if error == NGHTTP2_ERR_FRAME_SIZE_ERROR.rawValue {
      session.headersNotSent(frame.pointee.hd.stream_id)
    }
  }
  return 0
}

extension HTTP2Session {
  /// A frame is complete: its stream, or the delegate, is told.
  fileprivate func receivedFrame(_ frame: UnsafePointer<nghttp2_frame>) {
    let head = frame.pointee.hd
    let isEnd = head.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
    let isAcknowledgement = head.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0
    switch UInt32(head.type) {
    case NGHTTP2_DATA.rawValue:
      if isEnd {
        end(stream(head.stream_id))
      } else if head.length <= frame.pointee.data.padlen {
        // Padding is no data either.
        delegate.received(.emptyData)
      }
    case NGHTTP2_HEADERS.rawValue:
      endHeaderBlock()
      guard let stream = stream(head.stream_id) else { return }
      stream.receivedHeaders(endsStream: isEnd)
      if isEnd { end(stream) }
    case NGHTTP2_SETTINGS.rawValue where !isAcknowledgement: delegate.received(.settings)
    case NGHTTP2_PING.rawValue:
      delegate.received(isAcknowledgement ? .pingAcknowledged(number(frame.pointee.ping)) : .ping)
    case NGHTTP2_RST_STREAM.rawValue: delegate.received(.resetReceived)
    case NGHTTP2_GOAWAY.rawValue:
      delegate.received(
        .goAway(
          lastStreamID: frame.pointee.goaway.last_stream_id,
          code: HTTP2ErrorCode(rawValue: frame.pointee.goaway.error_code)))
    default: break
    }
  }
}

private func end(_ stream: HTTP2Stream?) {
  guard let stream else { return }
  stream.isRemoteEnded = true
  stream.receivedEnd()
}

private func number(_ ping: nghttp2_ping) -> UInt64 {
  withUnsafeBytes(of: ping.opaque_data) { $0.loadUnaligned(as: UInt64.self) }
}

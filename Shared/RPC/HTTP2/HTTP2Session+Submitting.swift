import CNghttp2

/// Frames out. A failure here means that the stream is already gone, which its `closed` tells.
extension HTTP2Session {
  /// Opens a stream with a request; its body is asked from the stream.
  func submitRequest(_ headers: HeaderList, stream: HTTP2Stream) throws(HTTP2SessionError) {
    let id = headers.withFields { fields in
      withBody(of: stream) { body in
        nghttp2_submit_request(
          session, nil, fields.baseAddress, fields.count, body,
          Unmanaged.passUnretained(stream).toOpaque())
      }
    }
    try Self.check(id)
    headers.withFields { queueHeaders($0) }
    streams.insert(stream, id: id)
  }

  /// Sends response headers; the body is asked from the stream unless `endsStream`.
  func submitResponse(
    _ fields: UnsafeBufferPointer<nghttp2_nv>, stream: HTTP2Stream, endsStream: Bool
  ) {
    guard stream.isOpen else { return }
    queueHeaders(fields)
    if endsStream {
      nghttp2_submit_response(session, stream.id, fields.baseAddress, fields.count, nil)
    } else {
      _ = withBody(of: stream) { body in
        nghttp2_submit_response(session, stream.id, fields.baseAddress, fields.count, body)
      }
    }
  }

  /// Sends trailers; to be called from ``HTTP2Stream/produceBody(into:)`` at the end of the body.
  func submitTrailers(_ fields: UnsafeBufferPointer<nghttp2_nv>, stream: HTTP2Stream) {
    guard stream.isOpen else { return }
    queueHeaders(fields)
    nghttp2_submit_trailer(session, stream.id, fields.baseAddress, fields.count)
  }

  private func queueHeaders(_ fields: UnsafeBufferPointer<nghttp2_nv>) {
    for field in fields { queuedHeaderBytes += field.namelen + field.valuelen }
  }

  /// A HEADERS frame has left the queue, sent or not.
  func dequeuedHeaders(_ frame: nghttp2_headers) {
    for field in UnsafeBufferPointer(start: frame.nva, count: frame.nvlen) {
      queuedHeaderBytes -= field.namelen + field.valuelen
    }
  }

  /// Asks the stream for body again after ``HTTP2BodyPart/later``.
  func resume(_ stream: HTTP2Stream) {
    guard stream.isOpen else { return }
    nghttp2_session_resume_data(session, stream.id)
  }

  /// Ends a stream at once.
  func reset(_ stream: HTTP2Stream, _ code: HTTP2ErrorCode) {
    guard stream.isOpen else { return }
    nghttp2_submit_rst_stream(
      session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream.id, code.rawValue)
  }

  /// Lets the peer send as many bytes more, on the stream and on the connection.
  func consume(_ stream: HTTP2Stream, _ count: Int) {
    if stream.isOpen {
      nghttp2_session_consume(session, stream.id, count)
    } else {
      nghttp2_session_consume_connection(session, count)
    }
  }

  /// Lets the peer send as many bytes more on the connection, not yet on the stream.
  func consumeOnConnection(_ count: Int) { nghttp2_session_consume_connection(session, count) }

  /// Lets the peer send as many bytes more on the stream.
  func consumeOnStream(_ stream: HTTP2Stream, _ count: Int) {
    guard stream.isOpen else { return }
    nghttp2_session_consume_stream(session, stream.id, count)
  }

  /// Sends a PING that carries a number; its answer is ``HTTP2Event/pingAcknowledged(_:)``.
  func ping(_ number: UInt64) {
    withUnsafeBytes(of: number) { bytes in
      _ = nghttp2_submit_ping(
        session, UInt8(NGHTTP2_FLAG_NONE.rawValue),
        bytes.bindMemory(to: UInt8.self).baseAddress)
    }
  }

  /// Tells the peer to open no further streams; those on their way are still taken.
  func submitShutdownNotice() { nghttp2_submit_shutdown_notice(session) }

  /// Says goodbye: streams beyond those seen so far are refused.
  func submitGoAway(_ code: HTTP2ErrorCode) {
    nghttp2_submit_goaway(
      session, UInt8(NGHTTP2_FLAG_NONE.rawValue),
      nghttp2_session_get_last_proc_stream_id(session), code.rawValue, nil, 0)
  }

  /// Ends the session: a GOAWAY is all that is still sent.
  func terminate(_ code: HTTP2ErrorCode) {
    isTerminated = true
    nghttp2_session_terminate_session(session, code.rawValue)
  }

  private func withBody<Result>(
    of stream: HTTP2Stream, _ body: (UnsafePointer<nghttp2_data_provider>) -> Result
  ) -> Result {
    var provider = nghttp2_data_provider()
    provider.source.ptr = Unmanaged.passUnretained(stream).toOpaque()
    provider.read_callback = HTTP2Callbacks.readBody
    return withUnsafePointer(to: provider, body)
  }
}

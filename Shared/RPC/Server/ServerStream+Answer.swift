import CNghttp2
import NIOCore

/// Answering: headers, body, trailers.
extension ServerStream {
  private static let responseHeaders = StaticHeaders([
    ":status": "200", "content-type": "application/grpc",
  ])
  private static let okTrailers = StaticHeaders(["grpc-status": "0"])

  /// Ends the call with a status that is not OK.
  func fail(_ status: Status) {
    tell(status.code)
    let set = context?.finish()
    var status = status
    connection.describe(&status, context)
    status.metadata.insert(contentsOf: set?.trailing)
    // One block of headers when there was none: a client that tries again by itself takes a call
    // whose headers have come as begun, and does not (gRFC A6).
    if !hasSentHeaders { status.metadata.insert(contentsOf: set?.initial) }
    status = status.fitting(
      headerListBytes: connection.session?.remoteMaximumHeaderListBytes ?? .max)
    guard !hasSentHeaders else { return end(.failure(status)) }
    leave()
    sendStatusAlone(status)
    connection.scheduleDrain()
  }

  /// Makes the outcome known and lets it be sent after what is already waiting.
  func end(_ ending: Ending) {
    leave()
    self.ending = ending
    resumeBody()
    connection.scheduleDrain()
  }

  /// The outcome is known: nothing more of the request is of use.
  private func leave() {
    phase = .answering
    deadlineTimer?.cancel()
    dropRequest(Self.answered)
  }

  private static let answered = Status(
    code: .cancelled, message: "the call has been answered")

  /// Sends the response headers with the initial metadata, unless they are on their way.
  func sendHeaders(_ initial: Metadata?) {
    guard !hasSentHeaders else { return }
    hasSentHeaders = true
    compressesResponses = request.acceptsGzip && context?.compressesResponses == true
    let initial = initial ?? Metadata()
    guard !initial.isEmpty || compressesResponses else {
      connection.session?.submitResponse(
        Self.responseHeaders.fields, stream: self, endsStream: false)
      return
    }
    write { headers in
      headers.append(":status", "200")
      headers.append("content-type", "application/grpc")
      if compressesResponses { headers.append("grpc-encoding", "gzip") }
      headers.append(contentsOf: initial)
    } submit: {
      connection.session?.submitResponse($0, stream: self, endsStream: false)
    }
  }

  /// "Trailers-Only": one header block that holds the status.
  private func sendStatusAlone(_ status: Status) {
    hasSentHeaders = true
    write { headers in
      headers.append(":status", "200")
      headers.append("content-type", "application/grpc")
      // Of use to a caller whose encoding is unknown; true for everybody.
      if status.code == .unimplemented {
        headers.append("grpc-accept-encoding", MessageEncoding.accepted)
      }
      append(status, to: &headers)
    } submit: {
      connection.session?.submitResponse($0, stream: self, endsStream: true)
    }
  }

  private func sendTrailers(_ metadata: Metadata) {
    guard !metadata.isEmpty else {
      connection.session?.submitTrailers(Self.okTrailers.fields, stream: self)
      return
    }
    sendTrailers(Status(code: .ok, metadata: metadata))
  }

  private func sendTrailers(_ status: Status) {
    write {
      append(status, to: &$0)
    } submit: {
      connection.session?.submitTrailers($0, stream: self)
    }
  }

  /// Writes a block of headers and gives it to nghttp2, which copies it.
  private func write(
    _ content: (inout HeaderList) -> Void, submit: (UnsafeBufferPointer<nghttp2_nv>) -> Void
  ) {
    connection.headers.removeAllKeepingCapacity()
    content(&connection.headers)
    connection.headers.withFields(submit)
  }

  private func append(_ status: Status, to headers: inout HeaderList) {
    headers.append("grpc-status", String(status.code.rawValue).utf8)
    if !status.message.isEmpty {
      headers.append("grpc-message", GRPCHeaders.percentEncoded(status.message))
    }
    if !status.details.isEmpty {
      headers.append("grpc-status-details-bin", Base64.encode(status.details))
    }
    headers.append(contentsOf: status.metadata)
  }

  /// Answers in plain HTTP.
  func answerHTTP(_ answer: HTTPAnswer) {
    guard phase != .answering, phase != .done else { return }
    leave()
    ending = .http
    hasSentHeaders = true
    if !request.isHead {
      outbound.append(bytes: ByteBuffer(string: answer.body))
      connection.outboundBytes += answer.body.utf8.count
    }
    write { headers in
      headers.append(":status", String(answer.status).utf8)
      headers.append("content-type", "text/plain; charset=utf-8")
      headers.append("content-length", String(answer.body.utf8.count).utf8)
      if let allow = answer.allow { headers.append("allow", allow.utf8) }
    } submit: {
      connection.session?.submitResponse($0, stream: self, endsStream: request.isHead)
    }
    connection.scheduleDrain()
  }

  /// There is body, or the end of it, to send.
  func resumeBody() {
    guard isBodyDeferred else { return }
    isBodyDeferred = false
    connection.session?.resume(self)
  }

  /// Fills the next DATA frame; see ``HTTP2Stream/produceBody(into:)``.
  func produce(into buffer: UnsafeMutableRawBufferPointer) -> HTTP2BodyPart {
    let count = outbound.copy(into: buffer)
    if count > 0 {
      connection.recordAnswer()
      connection.sent(count)
      if !writers.isEmpty, hasRoom { writers.resumeAll(with: nil) }
      if let relayed, relayed.isHeld, hasRoom { relayed.roomAgain() }
    }
    guard outbound.byteCount == 0 else { return .bytes(count) }
    switch ending {
    case .http: return .end(count)
    case .ok(let metadata):
      sendTrailers(metadata)
      return .endBeforeTrailers(count)
    case .failure(let status):
      sendTrailers(status)
      return .endBeforeTrailers(count)
    case nil where count > 0: return .bytes(count)
    case nil:
      isBodyDeferred = true
      return .later
    }
  }
}

/// What a streaming handler's writer does.
extension ServerStream: WritableStream {
  var eventLoop: any EventLoop { connection.eventLoop }

  /// Takes one message; false when it fits but the writer should wait for room.
  ///
  /// Throws when nobody waits for it any more.
  func write(_ message: ByteBuffer, compressed: Bool) throws(Status) -> Bool {
    try checkWritable()
    startResponses()
    append(message, compressed: compressed)
    resumeBody()
    connection.scheduleDrain()
    return hasRoom
  }

  /// Puts a message behind those that wait.
  func append(_ message: ByteBuffer, compressed: Bool) {
    let before = outbound.byteCount
    defer { meter?.responseBytes += outbound.byteCount - before }
    if compressed, compressesResponses {
      outbound.append(compressing: message)
    } else {
      outbound.append(message: message)
    }
    connection.outboundBytes += outbound.byteCount - before
  }

  /// Forgets what waits.
  func dropOutbound() {
    let count = outbound.byteCount
    outbound.removeAll()
    connection.sent(count)
  }

  /// Little waits on the stream; and either little on the connection, or nothing on the stream, so
  /// that streams whose caller reads are not held up by those whose caller does not.
  var hasRoom: Bool {
    let limits = connection.limits
    return outbound.byteCount == 0
      || outbound.byteCount <= limits.streamOutboundBytes
        && connection.outboundBytes <= limits.connectionOutboundBytes
  }

  /// Sends the headers before the first message.
  func startResponses() {
    if !hasSentHeaders { sendHeaders(context?.initialMetadata) }
  }

  func checkWritable() throws(Status) {
    guard phase != .running else { return }
    throw context?.deadline.hasPassed == true
      ? Self.deadlinePassed : Status(code: .cancelled, message: "the caller is gone")
  }
}

import NIOCore

/// Taking the request: one message for the handlers that take one, a stream of them for the others.
extension ServerStream {
  func takeData(_ bytes: UnsafeRawBufferPointer) {
    if let inbox, phase == .ready || phase == .running {
      takeMessages(bytes, into: inbox)
    } else {
      // Taken at once: a message may be longer than the window. What is held is bounded per
      // connection.
      connection.session?.consume(self, bytes.count)
      takeOneMessage(bytes)
    }
  }

  private func takeMessages(_ bytes: UnsafeRawBufferPointer, into inbox: MessageInbox) {
    owedStreamWindow += bytes.count
    connection.took(bytes.count)
    let others = connection.held.bytes - held.bytes
    let limit = connection.limits.connectionRequestBytes
    do {
      try reader.feed(bytes, room: { limit - others - inbox.byteCount }) { message throws(Status) in
        inbox.receive(message)
        // Messages may be small on the wire and large here.
        if others + inbox.byteCount > limit { throw tooMuchHeld }
      }
      try hold(HeldRequests(bytes: reader.heldBytes + inbox.byteCount, queued: inbox.byteCount))
    } catch {
      return abort(error)
    }
    if inbox.takesMore() { releaseWindow() }
  }

  private func takeOneMessage(_ bytes: UnsafeRawBufferPointer) {
    guard phase == .message, !request.isHealthCheck else { return }
    let others = connection.held.bytes - held.bytes
    let limit = connection.limits.connectionRequestBytes
    do {
      try reader.feed(bytes, room: { limit - others }) { message throws(Status) in
        guard self.message == nil else {
          throw Status(
            code: .unimplemented, reason: "ONE_REQUEST_EXPECTED",
            message: "the method takes one request message, there are more")
        }
        self.message = message
      }
      try hold(
        HeldRequests(bytes: reader.heldBytes + (message?.bytes.readableBytes ?? 0), queued: 0))
    } catch {
      abort(error)
    }
  }

  func takeEnd() {
    if let inbox {
      inbox.finish(reader.isInsideMessage ? Self.cutOff : nil)
      return
    }
    guard phase == .message else { return }
    if request.isHealthCheck {
      answerHTTP(.healthy)
    } else if reader.isInsideMessage {
      abort(Self.cutOff)
    } else if message == nil {
      abort(
        Status(
          code: .unimplemented, reason: "ONE_REQUEST_EXPECTED",
          message: "the method takes one request message, there is none"))
    } else {
      phase = .ready
      connection.enqueue(self)
    }
  }

  private static let cutOff = Status(
    code: .internalError, reason: "REQUEST_CUT_OFF", message: "the request ended inside a message")

  /// The handler has read what was there: the caller may send more.
  func releaseWindow() {
    guard let inbox, phase == .ready || phase == .running else { return }
    note(HeldRequests(bytes: reader.heldBytes + inbox.byteCount, queued: inbox.byteCount))
    connection.session?.consumeOnStream(self, owedStreamWindow)
    owedStreamWindow = 0
    connection.scheduleDrain()
  }

  /// Nothing of the request is of use any more.
  func dropRequest(_ reason: Status) {
    message = nil
    reader = MessageReader(maximumMessageBytes: 0)
    inbox?.finish(reason, discarding: true)
    note(HeldRequests())
  }

  /// Counts what this call holds; throws when the connection holds too much with it.
  private func hold(_ new: HeldRequests) throws(Status) {
    note(new)
    if connection.held.bytes > connection.limits.connectionRequestBytes { throw tooMuchHeld }
  }

  private func note(_ new: HeldRequests) {
    guard new != held else { return }
    connection.holds(new, insteadOf: held)
    held = new
  }

  private var tooMuchHeld: Status {
    Status(
      code: .resourceExhausted, reason: "REQUESTS_TOO_LARGE",
      message: "the unfinished requests of this connection have more than "
        + "\(connection.limits.connectionRequestBytes) bytes together, which is the limit")
  }
}

/// Request bytes that are held in memory.
struct HeldRequests: Hashable {
  /// All of them.
  var bytes = 0
  /// Those of complete messages that wait for a handler to read them: reading is all it takes to
  /// get rid of them, while an incomplete message needs more data.
  var queued = 0
}

import NIOCore

/// Taking the request: one message for the handlers that take one, a stream of them for the others.
extension ServerStream {
  func takeData(_ bytes: UnsafeRawBufferPointer) {
    guard let inbox, phase == .ready || phase == .running else {
      // Taken at once: a message may be longer than the window. What is held is bounded per
      // connection.
      connection.session?.consume(self, bytes.count)
      takeOneMessage(bytes)
      return
    }
    owedWindow += bytes.count
    do {
      try reader.feed(bytes, room: room) { inbox.receive($0) }
      try hold(reader.heldBytes + inbox.byteCount)
    } catch {
      connection.session?.consumeOnConnection(bytes.count)
      abort(error)
      return
    }
    connection.took(bytes.count)
    if inbox.takesMore() { releaseWindow() }
  }

  private func takeOneMessage(_ bytes: UnsafeRawBufferPointer) {
    guard phase == .message, !request.isHealthCheck else { return }
    do {
      try reader.feed(bytes, room: room) { message throws(Status) in
        guard self.message == nil else {
          throw Status(
            code: .unimplemented, message: "the method takes one request message, there are more")
        }
        self.message = message
      }
      try hold(reader.heldBytes + (message?.bytes.readableBytes ?? 0))
    } catch {
      refuse(error)
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
      refuse(Self.cutOff)
    } else if message == nil {
      refuse(
        Status(
          code: .unimplemented, message: "the method takes one request message, there is none"))
    } else {
      phase = .ready
      connection.enqueue(self)
    }
  }

  private static let cutOff = Status(
    code: .internalError, message: "the request ended inside a message")

  /// The handler has read what was there: the caller may send more.
  func releaseWindow() {
    guard let inbox else { return }
    release(to: reader.heldBytes + inbox.byteCount)
    connection.session?.consumeOnStream(self, owedWindow)
    owedWindow = 0
    connection.settleWindow()
    connection.scheduleDrain()
  }

  /// Bytes that the connection may still hold.
  private var room: Int {
    connection.limits.connectionRequestBytes - connection.heldRequestBytes + heldBytes
  }

  /// Counts what this call holds; throws when the connection holds too much with it.
  private func hold(_ count: Int) throws(Status) {
    release(to: count)
    guard connection.heldRequestBytes <= connection.limits.connectionRequestBytes else {
      throw Status(
        code: .resourceExhausted,
        message: "the unfinished requests of this connection have more than "
          + "\(connection.limits.connectionRequestBytes) bytes together, which is the limit")
    }
  }

  private func release(to count: Int) {
    connection.heldRequestBytes += count - heldBytes
    heldBytes = count
  }

  /// The call holds nothing any more.
  func releaseHeld() { release(to: 0) }
}

import NIOCore

/// Draining: what the session wants to say goes to the channel, as long as the channel takes it.
extension Connection {
  /// Frames were submitted: drains now, at the end of the running read, or in the loop's next turn,
  /// so that what belongs together leaves in one write.
  final func scheduleDrain() {
    guard !isReading, !isDrainScheduled, !isDraining else { return }
    isDrainScheduled = true
    eventLoop.execute { self.drain() }
  }

  /// Writes what the session wants to say.
  final func drain() {
    guard let session, let context, !isDraining, phase != .closing else { return }
    isDrainScheduled = false
    isDraining = true
    defer { isDraining = false }
    do {
      while context.channel.isWritable, try gather(session) {
        context.writeAndFlush(wrapOutboundOut(outbound), promise: nil)
      }
    } catch {
      return close(reason: "\(error)")
    }
    // An idle connection keeps no large buffer.
    if session.openStreamCount == 0, outbound.storageCapacity > Limits.Fixed.idleBufferBytes {
      outbound = ByteBuffer()
    }
    // Each open stream may have its headers there.
    if session.outboundQueueCount - session.openStreamCount > limits.outboundFrames
      || session.queuedHeaderBytes > limits.outboundHeaderBytes
    {
      let reason = "the peer makes us queue frames and takes none"
      flood(reason: reason)
      close(reason: reason)
    } else if !session.wantsRead, !session.wantsWrite {
      closeAfterWriting(context)
    }
  }

  /// Fills the buffer with frames; false when there is none. The buffer's memory is used again once
  /// the socket has taken it.
  private func gather(_ session: HTTP2Session) throws -> Bool {
    // Filled outside the property, so that each frame costs no exclusive access to it.
    var buffer = ByteBuffer()
    swap(&buffer, &outbound)
    defer { swap(&buffer, &outbound) }
    buffer.clear()
    while buffer.readableBytes < limits.socketWriteBytes,
      let bytes = try session.nextOutbound()
    {
      buffer.writeBytes(bytes)
    }
    return buffer.readableBytes > 0
  }

  private func closeAfterWriting(_ context: ChannelHandlerContext) {
    beginEnding()
    context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in
      self.close(reason: "the connection was closed in an orderly way")
    }
  }
}

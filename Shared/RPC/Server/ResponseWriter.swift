public import NIOCore

/// Where a server-streaming handler puts its response messages.
public struct ResponseWriter: Sendable {
  init() {}

  /// Sends the initial metadata now instead of with the first message, so that the caller learns
  /// that its call was taken up.
  public func sendInitialMetadata() async throws(Status) {}

  /// Sends one message. Suspends while the peer is slow: what waits to be sent stays below
  /// ``Limits/Stream/outboundBytes`` plus one message.
  ///
  /// Throws `CANCELLED` (or `DEADLINE_EXCEEDED`) when nobody waits for the responses any more.
  public func write(_ message: ByteBuffer) async throws(Status) {}
}

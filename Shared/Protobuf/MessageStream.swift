/// The responses of a call, in order. Leaving the loop early cancels the call if the caller that
/// made the stream does so.
public typealias ResponseStream<Response: Message> = MessageStream<Response>

/// The requests of a call, in order, for the server's one reader. It ends when the client has said
/// its last, and throws when the client has gone.
public typealias RequestStream<Request: Message> = MessageStream<Request>

/// What one side of a call sends, as the other side reads it.
public struct MessageStream<Element: Message>: AsyncSequence, Sendable {
  /// The call's status when it is not OK, or the reason why it broke.
  public typealias Failure = any Error

  private let base: any AsyncSequence<Element, any Error> & Sendable

  /// The elements of `base`. Like `base` it may be iterated once or more often.
  public init(_ base: some AsyncSequence<Element, any Error> & Sendable) {
    self.base = base
  }

  /// Takes one message after the other.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate var base: any AsyncIteratorProtocol<Element, any Error>

    /// The next message; nil when there are no more and all is well.
    public mutating func next() async throws -> Element? {
      try await next(isolation: #isolation)
    }

    /// The next message; nil when there are no more and all is well.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws -> Element? {
      try await base.next(isolation: actor)
    }
  }

  /// Starts the iteration.
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(base: Self.iterator(base))
  }

  private static func iterator<Base: AsyncSequence<Element, any Error>>(
    _ base: Base
  ) -> any AsyncIteratorProtocol<Element, any Error> {
    base.makeAsyncIterator()
  }
}

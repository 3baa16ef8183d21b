/// The responses of a server-streaming call, in order. Leaving the loop early cancels the call if
/// the caller that made the stream does so.
public struct ResponseStream<Response: Message>: AsyncSequence, Sendable {
  /// What is streamed.
  public typealias Element = Response
  /// The call's status when it is not OK, or the reason why it broke.
  public typealias Failure = any Error

  private let base: any AsyncSequence<Response, any Error> & Sendable

  /// The elements of `base`. Like `base` it may be iterated once or more often.
  public init(_ base: some AsyncSequence<Response, any Error> & Sendable) {
    self.base = base
  }

  /// Takes one response after the other.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate var base: any AsyncIteratorProtocol<Response, any Error>

    /// The next response; nil when the call has ended with OK.
    public mutating func next() async throws -> Response? {
      try await next(isolation: #isolation)
    }

    /// The next response; nil when the call has ended with OK.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws -> Response? {
      try await base.next(isolation: actor)
    }
  }

  /// Starts the iteration.
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(base: Self.iterator(base))
  }

  private static func iterator<Base: AsyncSequence<Response, any Error>>(
    _ base: Base
  ) -> any AsyncIteratorProtocol<Response, any Error> {
    base.makeAsyncIterator()
  }
}

import NIOCore
public import Protobuf
public import RPC

/// Carries the calls of generated clients over an RPC channel. A call that is refused throws
/// ``Refusal``, with the reason, the violations and the retry delay that came with the status. A call
/// that is made for something with a trace (``TraceContext/withNew(_:)``) carries it.
public struct RPCCaller: ServiceCaller {
  private let channel: RPC.ClientChannel
  private let defaultMetadata: @Sendable () throws -> [(name: String, value: String)]

  /// A caller over a channel.
  /// - Parameter metadata: asked before every call, for what all of them carry: a credential, a
  ///   forwarded principal.
  public init(
    _ channel: RPC.ClientChannel,
    metadata: @escaping @Sendable () throws -> [(name: String, value: String)] = { [] }
  ) {
    self.channel = channel
    defaultMetadata = metadata
  }

  /// Sends one request and returns the response.
  /// - Throws: ``Refusal`` for any status but OK.
  public func unary<Request: Message, Response: Message>(
    _ method: Method<Request, Response>, _ request: Request, _ options: CallOptions
  ) async throws -> Response {
    let message = try MessageCoding.encode(request)
    let callOptions = try self.callOptions(options)
    do {
      let response = try await channel.unary(path: method.path, message, options: callOptions)
      return try MessageCoding.decode(response.message)
    } catch let status as RPC.Status {
      throw ErrorDetails.refusal(status)
    }
  }

  /// Sends one request and returns the responses as they come. The stream throws ``Refusal`` for
  /// any status but OK; dropping its iterator cancels the call.
  public func serverStreaming<Request: Message, Response: Message>(
    _ method: Method<Request, Response>, _ request: Request, _ options: CallOptions
  ) async throws -> ResponseStream<Response> {
    let message = try MessageCoding.encode(request)
    let callOptions = try self.callOptions(options)
    do {
      let stream = try await channel.serverStreaming(
        path: method.path, message, options: callOptions)
      return ResponseStream(DecodedStream<Response>(base: stream))
    } catch {
      throw ErrorDetails.refusal(error)
    }
  }

  /// Opens a call for any number of requests and one response. Its writes and its response throw
  /// ``Refusal``; dropping it cancels the call.
  public func clientStreaming<Request: Message, Response: Message>(
    _ method: Method<Request, Response>, _ options: CallOptions
  ) async throws -> Protobuf.ClientStreamingCall<Request, Response> {
    let call = try await open(method.path, options)
    return Protobuf.ClientStreamingCall(requests: EncodingWriter(base: call.requests)) {
      do { return try MessageCoding.decode(await call.finish().message) } catch let status
        as RPC.Status
      {
        throw ErrorDetails.refusal(status)
      }
    }
  }

  /// Opens a call for any number of requests and responses. Its writes and its responses throw
  /// ``Refusal``; dropping the responses cancels the call.
  public func bidirectionalStreaming<Request: Message, Response: Message>(
    _ method: Method<Request, Response>, _ options: CallOptions
  ) async throws -> BidirectionalCall<Request, Response> {
    let call = try await open(method.path, options)
    return BidirectionalCall(
      requests: EncodingWriter(base: call.requests),
      responses: ResponseStream(DecodedStream<Response>(base: call.responses)))
  }

  private func open(
    _ path: String, _ options: CallOptions
  ) async throws -> RPC.ClientStreamingCall {
    let callOptions = try self.callOptions(options)
    do { return try await channel.streaming(path: path, options: callOptions) } catch {
      throw ErrorDetails.refusal(error)
    }
  }

  private func callOptions(_ options: CallOptions) throws -> ClientCallOptions {
    var metadata = try Metadata(defaultMetadata())
    let trace = TraceContext.current?.traceparent
    for entry in options.metadata + (trace.map { [$0] } ?? []) {
      try metadata.append(entry.name, entry.value)
    }
    let deadline = options.timeoutMilliseconds.map { Deadline.after(milliseconds: $0) } ?? .none
    return ClientCallOptions(deadline: deadline, metadata: metadata)
  }
}

/// Messages as bytes, one after the other.
private struct EncodingWriter<Request: Message>: Protobuf.RequestWriter {
  let base: RPC.RequestWriter

  func write(_ request: Request) async throws {
    let message = try MessageCoding.encode(request)
    do { try await base.write(message) } catch { throw ErrorDetails.refusal(error) }
  }

  func finish() { base.finish() }
}

/// The messages of a stream of bytes.
private struct DecodedStream<Response: Message>: AsyncSequence, Sendable {
  typealias Element = Response
  typealias Failure = any Error

  let base: ClientResponseStream

  struct AsyncIterator: AsyncIteratorProtocol {
    var base: ClientResponseStream.Iterator

    mutating func next() async throws -> Response? { try await next(isolation: #isolation) }

    mutating func next(isolation actor: isolated (any Actor)?) async throws -> Response? {
      do {
        guard let message = try await base.next(isolation: actor) else { return nil }
        return try MessageCoding.decode(message)
      } catch let status as RPC.Status {
        throw ErrorDetails.refusal(status)
      }
    }
  }

  func makeAsyncIterator() -> AsyncIterator { AsyncIterator(base: base.makeAsyncIterator()) }
}

import Contracts
import Protobuf
import TestContracts
import Testing

/// What generated code looks like to those who use it.
@Suite("Generated contracts") struct ContractTests {
  @Test func nameTheirTypesByPackage() {
    #expect(Production.V1.Order.fullName == "millrace.production.v1.Order")
    #expect(Google.Rpc.Status.fullName == "google.rpc.Status")
    #expect(Google.ProtobufTypes.Timestamp.fullName == "google.protobuf.Timestamp")
    #expect(
      Google.Rpc.BadRequest.FieldViolation.fullName == "google.rpc.BadRequest.FieldViolation")
    #expect(
      Sample.V1.Nested.Inner.Innermost.fullName == "millrace.sample.v1.Nested.Inner.Innermost")
  }

  @Test func describeTheirMethods() {
    let service = Production.V1.ProductionService.self
    #expect(service.name == "millrace.production.v1.ProductionService")
    #expect(service.reportProduction.path == "/\(service.name)/ReportProduction")
    #expect(service.reportProduction.kind == .unary)
    #expect(service.watchOrders.kind == .serverStreaming)
    let sample = Sample.V1.SampleService.self
    #expect(sample.tell.kind == .clientStreaming)
    #expect(sample.discuss.kind == .bidirectionalStreaming)
    #expect(sample.methodNames == ["Ask", "AskForMore", "Tell", "Discuss"])
    #expect(Grpc.Health.V1.Health.check.path == "/grpc.health.v1.Health/Check")
  }

  @Test func convertEnumsBothWays() {
    for color in Sample.V1.Color.allCases {
      #expect(Sample.V1.Color(rawValue: color.rawValue) == color)
    }
    #expect(Sample.V1.Color.allCases == [.unspecified, .red, .infrared, .default])
    #expect(Sample.V1.Color.crimson == .red)
    #expect(Sample.V1.Color(rawValue: 99) == .unrecognized(99))
    #expect(Google.Rpc.Code.unauthenticated.rawValue == 16)
    #expect(Sample.V1.Color() == .unspecified)
  }

  @Test func readForeignBytesOfARichStatus() throws {
    // google.rpc.Status as another implementation sends it: code 3, "bad", one ErrorInfo.
    let info = Wire().text(1, "FIELD").text(2, "millrace")
      .delimited(3, Wire().text(1, "site").text(2, "PLANT1"))
    let url = "type.googleapis.com/google.rpc.ErrorInfo"
    let status = try Google.Rpc.Status(
      decoding: Wire().varint(1, 3).text(2, "bad")
        .delimited(3, Wire().text(1, url).delimited(2, info)).bytes)
    #expect(status.code == Google.Rpc.Code.invalidArgument.rawValue)
    #expect(status.details.map(\.typeURL) == [url])
    let back = try Google.Rpc.ErrorInfo(decoding: status.details[0].value)
    #expect(back.reason == "FIELD")
    #expect(back.metadata == ["site": "PLANT1"])
  }

  @Test func sendCallsThroughTheirCaller() async throws {
    let client = Sample.V1.SampleServiceClient(Echo())
    let options = CallOptions(timeoutMilliseconds: 5, metadata: [("name", "value")])
    let answer = try await client.ask(
      .with { $0.inner = .with { $0.number = 7 } }, options: options)
    #expect(answer.stringValue == "/millrace.sample.v1.SampleService/Ask 5 name=value")
    #expect(answer.int32Value == 7)
    var numbers: [Int32] = []
    for try await part in try await client.askForMore(.with { $0.inner = .with { $0.number = 3 } })
    {
      numbers.append(part.int32Value)
    }
    #expect(numbers == [1, 2, 3])
  }

  @Test func sendStreamsOfRequestsThroughTheirCaller() async throws {
    let client = Sample.V1.SampleServiceClient(Echo())
    let call = try await client.tell(options: CallOptions(timeoutMilliseconds: 5))
    for number: Int32 in 1...3 {
      try await call.requests.write(.with { $0.inner = .with { $0.number = number } })
    }
    let answer = try await call.response()
    #expect(answer.int32Value == 6)
    #expect(answer.stringValue == "/millrace.sample.v1.SampleService/Tell 5 ")
  }

  @Test func sendRequestsAndReadResponsesInTurn() async throws {
    let call = try await Sample.V1.SampleServiceClient(Echo()).discuss()
    var responses = call.responses.makeAsyncIterator()
    for number: Int32 in 1...3 {
      try await call.requests.write(.with { $0.inner = .with { $0.number = number } })
      #expect(try await responses.next()?.int32Value == number)
    }
    call.requests.finish()
    #expect(try await responses.next() == nil)
  }

  @Test func passOnWhatAStreamThrows() async throws {
    let client = Sample.V1.SampleServiceClient(Echo())
    var count = 0
    await #expect(throws: Echo.Broken.self) {
      for try await _ in try await client.askForMore(.init()) { count += 1 }
    }
    #expect(count == 0)
  }
}

/// Answers with what it was asked, through the wire format.
private struct Echo: ServiceCaller {
  struct Broken: Error {}

  func unary<Request: Message, Response: Message>(
    _ method: Method<Request, Response>, _ request: Request, _ options: CallOptions
  ) async throws -> Response {
    try Self.answer(Self.number(request), method, options)
  }

  func serverStreaming<Request: Message, Response: Message>(
    _ method: Method<Request, Response>, _ request: Request, _ options: CallOptions
  ) async throws -> ResponseStream<Response> {
    let nested = try Sample.V1.Nested(decoding: request.encoded())
    let count = nested.inner?.number ?? 0
    let answers = try (1..<(count + 1)).map { number in
      try Response(decoding: Sample.V1.Scalars.with { $0.int32Value = number }.encoded())
    }
    return ResponseStream(
      AsyncThrowingStream<Response, any Error> { continuation in
        answers.forEach { continuation.yield($0) }
        continuation.finish(throwing: nested.inner == nil ? Broken() : nil)
      })
  }

  func clientStreaming<Request: Message, Response: Message>(
    _ method: Method<Request, Response>, _ options: CallOptions
  ) async throws -> ClientStreamingCall<Request, Response> {
    let (requests, inbox) = AsyncThrowingStream<Request, any Error>.makeStream()
    let writer = Writer<Request>(take: { inbox.yield($0) }, end: { inbox.finish() })
    return ClientStreamingCall(requests: writer) {
      var sum: Int32 = 0
      for try await request in requests { sum += try Self.number(request) }
      return try Self.answer(sum, method, options)
    }
  }

  func bidirectionalStreaming<Request: Message, Response: Message>(
    _ method: Method<Request, Response>, _ options: CallOptions
  ) async throws -> BidirectionalCall<Request, Response> {
    let (responses, outbox) = AsyncThrowingStream<Response, any Error>.makeStream()
    let writer = Writer<Request>(
      take: { outbox.yield(try Self.answer(Self.number($0), method, options)) },
      end: { outbox.finish() })
    return BidirectionalCall(requests: writer, responses: ResponseStream(responses))
  }

  private struct Writer<Request: Message>: RequestWriter {
    let take: @Sendable (Request) throws -> Void
    let end: @Sendable () -> Void
    func write(_ request: Request) throws { try take(request) }
    func finish() { end() }
  }

  private static func number(_ request: some Message) throws -> Int32 {
    try Sample.V1.Nested(decoding: request.encoded()).inner?.number ?? 0
  }

  private static func answer<Request: Message, Response: Message>(
    _ number: Int32, _ method: Method<Request, Response>, _ options: CallOptions
  ) throws -> Response {
    let metadata = options.metadata.map { "\($0.name)=\($0.value)" }.joined()
    let answer = Sample.V1.Scalars.with {
      $0.int32Value = number
      $0.stringValue = "\(method.path) \(options.timeoutMilliseconds ?? 0) \(metadata)"
    }
    return try Response(decoding: answer.encoded())
  }
}

import NIOCore
import Protobuf
public import RPC
import TestContracts

/// gRPC's test service, as the public descriptions of the server's features say.
public enum TestService {
  /// The handler of a path; nil for what no server offers.
  public static func handler(_ path: String) -> MethodHandler? { handlers[path] }

  private static let handlers: [String: MethodHandler] = [
    testPath("EmptyCall"): .unary(emptyCall),
    testPath("UnaryCall"): .unary(unaryCall),
    testPath("StreamingOutputCall"): .serverStreaming { request, context, responses in
      try echoMetadata(context)
      context.compressResponses()
      try await answer(try request.decoded(), responses)
    },
    testPath("StreamingInputCall"): .clientStreaming(streamingInputCall),
    testPath("FullDuplexCall"): .bidirectional { requests, context, responses in
      try echoMetadata(context)
      context.compressResponses()
      for try await request in requests { try await answer(try request.decoded(), responses) }
    },
    testPath("HalfDuplexCall"): .bidirectional(halfDuplexCall),
  ]

  /// Requests of a half-duplex call that are kept until the last one is there.
  private static let maximumKeptRequests = 1_000

  @Sendable private static func emptyCall(
    _ request: ByteBuffer, _ context: CallContext
  ) async throws -> ByteBuffer {
    try echoMetadata(context)
    return ByteBuffer()
  }

  @Sendable private static func unaryCall(
    _ bytes: ByteBuffer, _ context: CallContext
  ) async throws -> ByteBuffer {
    try echoMetadata(context)
    let request: Testing.SimpleRequest = try bytes.decoded()
    try check(request.expectCompressed, wasCompressed: context.requestWasCompressed)
    try throwStatus(request.responseStatus)
    if request.responseCompressed?.value == true { context.compressResponses() }
    return try ByteBuffer(
      Testing.SimpleResponse.with { $0.payload = .zeros(Int(request.responseSize)) })
  }

  @Sendable private static func streamingInputCall(
    _ requests: RPC.RequestStream, _ context: CallContext
  ) async throws -> ByteBuffer {
    try echoMetadata(context)
    var size = 0
    for try await bytes in requests {
      let request: Testing.StreamingInputCallRequest = try bytes.decoded()
      try check(request.expectCompressed, wasCompressed: requests.lastWasCompressed)
      size += request.payload?.body.count ?? 0
    }
    return try ByteBuffer(
      Testing.StreamingInputCallResponse.with { $0.aggregatedPayloadSize = Int32(size) })
  }

  @Sendable private static func halfDuplexCall(
    _ requests: RPC.RequestStream, _ context: CallContext, _ responses: RPC.ResponseWriter
  ) async throws {
    try echoMetadata(context)
    var kept: [Testing.StreamingOutputCallRequest] = []
    for try await request in requests {
      guard kept.count < maximumKeptRequests else {
        throw Status(code: .resourceExhausted, message: "too many requests in one call")
      }
      kept.append(try request.decoded())
    }
    for request in kept { try await answer(request, responses) }
  }

  private static func answer(
    _ request: Testing.StreamingOutputCallRequest, _ responses: RPC.ResponseWriter
  ) async throws {
    try throwStatus(request.responseStatus)
    for parameters in request.responseParameters {
      if parameters.intervalUs > 0 {
        try await Task.sleep(for: .microseconds(parameters.intervalUs))
      }
      let response = Testing.StreamingOutputCallResponse.with {
        $0.payload = .zeros(Int(parameters.size))
      }
      try await responses.write(
        ByteBuffer(response), compressed: parameters.compressed?.value == true)
    }
  }

  private static func check(_ expected: Testing.BoolValue?, wasCompressed: Bool) throws(Status) {
    guard let expected, expected.value != wasCompressed else { return }
    throw Status(
      code: .invalidArgument,
      message: "expect_compressed is \(expected.value), but the message says otherwise")
  }

  private static func throwStatus(_ status: Testing.EchoStatus?) throws(Status) {
    guard let status, status.code != 0 else { return }
    throw Status(code: StatusCode(rawValue: Int(status.code)), message: status.message)
  }

  private static func echoMetadata(_ context: CallContext) throws {
    if let value = context.metadata[EchoedMetadata.initial] {
      context.setInitialMetadata(try Metadata([(EchoedMetadata.initial, value)]))
    }
    if let value = context.metadata[binary: EchoedMetadata.trailing] {
      var trailing = Metadata()
      try trailing.append(EchoedMetadata.trailing, binary: value)
      context.setTrailingMetadata(trailing)
    }
  }
}

import GRPCTesting
import NIOCore
import Protobuf
import RPC
import TestContracts

/// What a case found wrong.
struct CaseFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Throws unless a condition holds.
func expect(_ isTrue: Bool, _ what: @autoclosure () -> String) throws {
  if !isTrue { throw CaseFailure(what()) }
}

/// Runs the cases by their public names.
struct InteropCases: Sendable {
  let channel: ClientChannel
  let skipsProbe: Bool
  let soakCalls: Int

  static let requestBytes = 271_828
  static let responseBytes = 314_159
  static let uploadBytes = [27_182, 8, 1_828, 45_904]
  static let downloadBytes = [31_415, 9, 2_653, 58_979]

  /// How long a case waits for an answer.
  static let callMilliseconds: Int64 = 20_000

  /// Runs one case; throws what is wrong.
  func run(_ name: String) async throws {
    guard let body = Self.all[name] else { throw CaseFailure("there is no such case") }
    try await body(self)
  }

  private static let all: [String: @Sendable (InteropCases) async throws -> Void] = [
    "empty_unary": { try await $0.emptyUnary() },
    "large_unary": { try await $0.largeUnary() },
    "client_streaming": { try await $0.clientStreaming() },
    "server_streaming": { try await $0.serverStreaming() },
    "ping_pong": { try await $0.pingPong() },
    "empty_stream": { try await $0.emptyStream() },
    "custom_metadata": { try await $0.customMetadata() },
    "status_code_and_message": { try await $0.statusCodeAndMessage() },
    "special_status_message": { try await $0.specialStatusMessage() },
    "unimplemented_method": { try await $0.unimplemented("TestService") },
    "unimplemented_service": { try await $0.unimplemented("UnimplementedService") },
    "cancel_after_begin": { try await $0.cancelAfterBegin() },
    "cancel_after_first_response": { try await $0.cancelAfterFirstResponse() },
    "timeout_on_sleeping_server": { try await $0.timeoutOnSleepingServer() },
    "client_compressed_unary": { try await $0.clientCompressedUnary() },
    "server_compressed_unary": { try await $0.serverCompressedUnary() },
    "client_compressed_streaming": { try await $0.clientCompressedStreaming() },
    "server_compressed_streaming": { try await $0.serverCompressedStreaming() },
    "soak": { try await $0.soak() },
    "goaway": { cases in for _ in 0..<2 { try await cases.largeUnary() } },
    "rst_after_header": { try await $0.failingUnary() },
    "rst_during_data": { try await $0.failingUnary() },
    "rst_after_data": { try await $0.failingUnary() },
    "ping": { try await $0.largeUnary() },
    "max_streams": { try await $0.maximumStreams() },
  ]

  // MARK: what the cases share

  func options(compressed: Bool = false) -> ClientCallOptions {
    var options = ClientCallOptions(deadline: .after(milliseconds: Self.callMilliseconds))
    if compressed { options.encoding = .gzip }
    return options
  }

  func unary(
    _ request: Testing.SimpleRequest, options: ClientCallOptions? = nil
  ) async throws -> UnaryResponse {
    try await channel.unary(
      path: testPath("UnaryCall"), ByteBuffer(request), options: options ?? self.options())
  }

  static func largeRequest(
    _ change: (inout Testing.SimpleRequest) -> Void = { _ in }
  ) -> Testing.SimpleRequest {
    .with {
      $0.responseSize = Int32(responseBytes)
      $0.payload = .zeros(requestBytes)
      change(&$0)
    }
  }

  /// Asks for answers of these sizes.
  static func asking(_ sizes: [Int], sent: Int? = nil) -> Testing.StreamingOutputCallRequest {
    .with {
      $0.responseParameters = sizes.map { size in .with { $0.size = Int32(size) } }
      if let sent { $0.payload = .zeros(sent) }
    }
  }

  static func checkLarge(_ response: UnaryResponse) throws {
    let decoded: Testing.SimpleResponse = try response.message.decoded()
    try expect(
      decoded.payload == .zeros(responseBytes),
      "the payload has \(decoded.payload?.body.count ?? 0) bytes")
  }

  /// The size of one answer of a stream.
  static func size(_ message: ByteBuffer?) throws -> Int? {
    guard let message else { return nil }
    let decoded: Testing.StreamingOutputCallResponse = try message.decoded()
    return decoded.payload?.body.count ?? 0
  }

  /// The status of a call that must fail.
  func status(_ call: () async throws -> Void) async throws -> Status {
    do {
      try await call()
    } catch let status as Status {
      return status
    }
    throw CaseFailure("the call succeeded")
  }
}

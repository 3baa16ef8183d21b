import GRPCTesting
import NIOCore
import RPC

/// Cases beside the public ones: many calls, and servers that misbehave.
extension InteropCases {
  private static let concurrentCalls = 10

  /// Calls of several kinds in turn, as many as asked for.
  func soak() async throws {
    for number in 0..<soakCalls {
      switch number % 4 {
      case 0: try await emptyUnary()
      case 1: try await serverStreaming()
      case 2: try await pingPong()
      default: try await unimplemented("TestService")
      }
    }
  }

  /// A call that the server breaks off: it must fail, and not by waiting for its time-out.
  func failingUnary() async throws {
    let found = try await status { _ = try await self.unary(Self.largeRequest()) }
    try expect(found.code != .deadlineExceeded, "\(found)")
  }

  /// One call, then many at the same time: all succeed, however few streams the server allows.
  func maximumStreams() async throws {
    try await largeUnary()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<Self.concurrentCalls { group.addTask { try await self.largeUnary() } }
      try await group.waitForAll()
    }
  }
}

import Environment
import GatewayFront
import Identity
import NIOCore
import RPC
import RecordStore
import ServiceKit
import Testing
import Values

@Suite("Calls that outlive the rights of their caller", .timeLimit(.minutes(2)))
struct CurrentCallerTests {
  /// Answers once and then stands until it is cancelled.
  private static let watch = MethodHandler.serverStreaming { _, _, responses in
    try await responses.write(ByteBuffer(string: "first"))
    while true { try await Task.sleep(for: .seconds(3_600)) }
  }

  /// How a watch ends after the change; it has its first response before.
  private func end(_ backend: Backend, after change: () -> Void) async throws -> Status? {
    do throws(Status) {
      let stream = try await backend.client.serverStreaming(
        path: Backend.watchPath, ByteBuffer(), options: backend.watchOptions())
      var responses = stream.makeAsyncIterator()
      _ = try await responses.next()
      change()
      while try await responses.next() != nil {}
      return nil
    } catch {
      return error
    }
  }

  @Test("A watch ends when its key is revoked, and tells why")
  func revoked() async throws {
    try await Backend.run(Self.watch) { backend in
      let status = try await end(backend) {
        var revoked = backend.credential
        revoked.expiresAt = revoked.createdAt
        backend.directory.put(revoked, at: revoked.createdAt)
      }
      let refusal = Refusal(try #require(status))
      #expect(refusal.code == .unauthenticated)
      #expect(refusal.reason == "CREDENTIAL_ENDED")
    }
  }

  @Test("A watch ends when its partner may act for other sites than before")
  func otherRights() async throws {
    try await Backend.run(Self.watch) { backend in
      let status = try await end(backend) {
        var changed = backend.partner
        changed.sites = [SiteCode("PLANT2")]
        backend.directory.put(changed)
      }
      #expect(status?.code == .unauthenticated)
    }
  }

  @Test("A suspended partner is refused by that reason, on record, and let in again afterwards")
  func suspended() async throws {
    let answer = MethodHandler.unary { request, _ in request }
    try await Backend.run(answer) { backend in
      var partner = backend.partner
      partner.isSuspended = true
      backend.directory.put(partner)
      let status = try await backend.refusal(options: backend.options())
      #expect(Refusal(status).reason == "PARTNER_SUSPENDED")
      #expect(status.code == .permissionDenied)
      let outcomes = try await backend.database.read {
        try $0.rows("SELECT outcome FROM rs_audit") { try $0.text(0) }
      }
      #expect(outcomes == ["PARTNER_SUSPENDED"])
      backend.directory.put(backend.partner)
      let response = try await backend.client.unary(
        path: Backend.callPath, ByteBuffer(string: "x"), options: backend.options())
      #expect(String(buffer: response.message) == "x")
    }
  }

  @Test("A wrong key is on record with where it came from, and so is a missing one")
  func strangers() async throws {
    let answer = MethodHandler.unary { request, _ in request }
    try await Backend.run(answer) { backend in
      _ = try await backend.refusal(options: ClientCallOptions())
      let wrong = APIKey.generate(.system).text
      let metadata = try Metadata([("authorization", "Bearer \(wrong)")])
      let status = try await backend.refusal(options: ClientCallOptions(metadata: metadata))
      #expect(Refusal(status).reason == "CREDENTIAL_UNKNOWN")
      let entries = try await backend.database.read {
        try $0.rows("SELECT origin, outcome FROM rs_audit") { [try $0.text(0), try $0.text(1)] }
      }
      #expect(
        entries == [["127.0.0.1", "CREDENTIAL_MISSING"], ["127.0.0.1", "CREDENTIAL_UNKNOWN"]])
    }
  }
}

extension Backend {
  fileprivate func watchOptions() throws(Status) -> ClientCallOptions {
    do { return try options() } catch { throw Status(code: .internalError, message: "no options") }
  }
}

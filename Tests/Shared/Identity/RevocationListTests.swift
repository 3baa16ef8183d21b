import Identity
import Testing
import Values

@Suite struct `A list of revocations` {
  private let principal = Principal(
    subject: "acme", kind: .partner, sites: [], credential: "key-1", revision: 4)
  private let early = Instant(seconds: 1_000)
  private let late = Instant(seconds: 2_000)

  private func revokes(
    _ content: RevocationList.Content, issuedAt: Instant? = nil, at now: Instant
  ) -> Bool {
    RevocationList(content).revokes(principal, issuedAt: issuedAt ?? early, at: now)
  }

  @Test func `revokes nothing that it does not name`() {
    let others = RevocationList.Content(credentials: ["key-2": early], partners: ["other": 9])
    #expect(!revokes(others, at: late))
  }

  @Test func `revokes a credential's tokens from its end on`() {
    let content = RevocationList.Content(credentials: ["key-1": late])
    #expect(!revokes(content, at: early))
    #expect(revokes(content, at: late))
  }

  @Test(arguments: [(3, false), (4, false), (5, true)] as [(Int64, Bool)])
  func `revokes a partner's tokens of older rights`(minimum: Int64, isRevoked: Bool) {
    #expect(revokes(RevocationList.Content(partners: ["acme": minimum]), at: late) == isRevoked)
  }

  @Test func `revokes everybody's tokens of before a time`() {
    let content = RevocationList.Content(allIssuedBefore: late)
    #expect(revokes(content, issuedAt: early, at: late))
    #expect(!revokes(content, issuedAt: late, at: late))
  }

  @Test func `takes no older word of the same source, and any word of another one`() {
    let list = RevocationList(.init(source: "a", epoch: 2, partners: ["acme": 9]))
    list.replace(with: .init(source: "a", epoch: 1))
    #expect(list.revokes(principal, issuedAt: early, at: late))
    list.replace(with: .init(source: "b", epoch: 1))
    #expect(!list.revokes(principal, issuedAt: early, at: late))
  }
}

import Environment
import Identity
import Testing
import Values

@testable import GatewayFront

@Suite("Partner directory")
struct PartnerDirectoryTests {
  private let environment = Environment.manual(seed: 1).environment
  private let partner = Partner(name: "acme", sites: [SiteCode("PLANT1")], roles: [.mes])
  private static let start = Instant(seconds: 1_000)

  private func credential(_ key: APIKey, expiresAt: Instant? = nil) -> Credential {
    Credential(
      id: "\(key.id)", partner: "acme", shown: .apiKey(key.digest), createdAt: Self.start,
      expiresAt: expiresAt)
  }

  @Test("A change of a partner holds for all of its credentials at once")
  func partnerChanges() throws {
    let (first, second) = (APIKey.generate(environment), APIKey.generate(environment))
    let token = TokenSubject(issuer: "https://idp", subject: "acme")
    let directory = PartnerDirectory(
      partners: [partner],
      credentials: [
        credential(first), credential(second),
        Credential(id: "t", partner: "acme", shown: .token(token), createdAt: Self.start),
      ], at: Self.start)
    var changed = partner
    changed.sites = [SiteCode("PLANT2")]
    changed.isSuspended = true
    directory.put(changed)
    for caller in [
      directory.find(first.id)?.caller, directory.find(second.id)?.caller, directory.caller(token),
    ] {
      #expect(caller?.principal.sites == [SiteCode("PLANT2")])
      #expect(caller?.isSuspended == true)
    }
  }

  @Test("A credential of a partner that is not there lets nobody in")
  func stranger() {
    let key = APIKey.generate(environment)
    let directory = PartnerDirectory(credentials: [credential(key)], at: Self.start)
    #expect(directory.find(key.id) == nil)
  }

  @Test("Who was let in is current until the credential ends or the rights change")
  func current() throws {
    let key = APIKey.generate(environment)
    let directory = PartnerDirectory(
      partners: [partner], credentials: [credential(key)], at: Self.start)
    let caller = try #require(directory.find(key.id)?.caller)
    #expect(directory.isCurrent(caller, at: Self.start))
    var changed = partner
    changed.limits.burst = 1
    directory.put(changed)
    #expect(directory.isCurrent(caller, at: Self.start), "limits are no rights")
    let end = Self.start.advanced(seconds: 10)
    directory.put(credential(key, expiresAt: end), at: Self.start)
    #expect(directory.isCurrent(caller, at: Self.start))
    #expect(!directory.isCurrent(caller, at: end))
    directory.put(credential(key), at: Self.start)
    #expect(directory.isCurrent(caller, at: end))
    changed.roles = [RoleName("planner")]
    directory.put(changed)
    #expect(!directory.isCurrent(caller, at: end))
    directory.put(partner)
    #expect(directory.isCurrent(caller, at: end))
    changed = partner
    changed.isSuspended = true
    directory.put(changed)
    #expect(!directory.isCurrent(caller, at: end))
  }

  @Test("Credentials that have ended are forgotten with the next one, so memory is bounded")
  func forgets() {
    let directory = PartnerDirectory(partners: [partner], at: Self.start)
    var keys: [APIKey] = []
    for hour in 0..<1_000 {
      let key = APIKey.generate(environment)
      keys.append(key)
      let now = Self.start.advanced(seconds: Int64(hour) * 3_600)
      directory.put(credential(key, expiresAt: now.advanced(seconds: 7_200)), at: now)
    }
    let known = keys.count { directory.find($0.id) != nil }
    #expect(known <= 2)
    #expect(directory.find(keys[999].id) != nil)
  }

  @Test(
    "A certificate's name has a kind and no wildcard",
    arguments: [
      ("DNS:Line-1.Plant", "DNS:line-1.plant"), ("URI:spiffe://Plant/a", "URI:spiffe://Plant/a"),
      ("EMAIL:a@b", "EMAIL:a@b"), ("DNS:", nil), ("line-1.plant", nil), ("dns:line-1.plant", nil),
      ("DNS:*.plant", nil), ("IP:127.0.0.1", nil), ("DNS:a b", nil), ("DNS:ä", nil), (":a", nil),
      ("DNS:" + String(repeating: "a", count: 253), nil),
      ("DNS:" + String(repeating: "a", count: 252), "DNS:" + String(repeating: "a", count: 252)),
    ] as [(String, String?)])
  func certificateNames(text: String, read: String?) {
    #expect(CertificateName(text)?.text == read)
  }
}

import Identity
import Testing
import Values

@Suite("Partners file")
struct PartnersFileTests {
  private static let digest = String(repeating: "ab", count: 32)

  private static func file(
    id: String = #""mes-line-1""#, sites: String = #"["PLANT1"]"#, roles: String = #"["mes"]"#,
    keyID: String = #""k1""#,
    digest: String = "\"\(digest)\"", more: String = ""
  ) -> String {
    #"{"partners":[{"id":\#(id),"sites":\#(sites),"roles":\#(roles),"keys":[{"id":\#(keyID),"secretSha256":\#(digest)}]\#(more)}]}"#
  }

  @Test("A file is read as it was written")
  func roundTrip() throws {
    var file = PartnersFile()
    let first = PartnerKey(id: "k1", secretHash: String(repeating: "1", count: 64))
    let second = PartnerKey(id: "k2", secretHash: String(repeating: "2", count: 64))
    try file.add(first, to: "mes-line-1", sites: [SiteCode("PLANT1")])
    try file.add(
      second, to: "mes-line-1", sites: [SiteCode("PLANT2"), SiteCode("PLANT1")],
      roles: [RoleName("planner"), .mes])
    let read = try PartnersFile(parsing: file.serialized)
    #expect(read == file)
    #expect(
      read.partners == [
        Partner(
          id: "mes-line-1", sites: [SiteCode("PLANT1"), SiteCode("PLANT2")],
          roles: [.mes, RoleName("planner")], keys: [first, second])
      ])
  }

  @Test(
    "A broken rule is refused with its place",
    arguments: [
      ("", ""), ("[]", ""), (#"{"partners":{}}"#, "partners"), (#"{}"#, "partners"),
      (#"{"partners":[],"partner":1}"#, "partner"), (file(id: "7"), "partners[0].id"),
      (file(id: #""a b""#), "partners[0].id"), (file(id: #""""#), "partners[0].id"),
      (file(sites: "[]"), "partners[0].sites"), (file(sites: "[3]"), "partners[0].sites[0]"),
      (file(sites: #"["P","P"]"#), "partners[0].sites"),
      (file(sites: #"["P 1"]"#), "partners[0].sites[0]"),
      (file(roles: "[]"), "partners[0].roles"), (file(roles: "{}"), "partners[0].roles"),
      (file(roles: #"["mes","mes"]"#), "partners[0].roles"),
      (file(roles: #"["m s"]"#), "partners[0].roles[0]"),
      (file(keyID: #""k_ü""#), "partners[0].keys[0].id"),
      (file(digest: #""abcd""#), "partners[0].keys[0].secretSha256"),
      (file(digest: "null"), "partners[0].keys[0].secretSha256"),
      (file(more: #","site":"PLANT1""#), "partners[0].site"),
    ])
  func brokenRules(text: String, path: String) {
    let error = #expect(throws: PartnersFileError.self) {
      try PartnersFile(parsing: text.utf8)
    }
    #expect(error?.path == path)
    #expect(error?.rule.isEmpty == false)
  }

  @Test("Partner names and key ids are unique")
  func unique() throws {
    let one =
      #"{"id":"a","sites":["P"],"roles":["mes"],"keys":[{"id":"k","secretSha256":"\#(Self.digest)"}]}"#
    let sameKey = one.replacing(#""id":"a""#, with: #""id":"b""#)
    #expect(throws: PartnersFileError.self) {
      try PartnersFile(parsing: #"{"partners":[\#(one),\#(one)]}"#.utf8)
    }
    let error = #expect(throws: PartnersFileError.self) {
      try PartnersFile(parsing: #"{"partners":[\#(one),\#(sameKey)]}"#.utf8)
    }
    #expect(error?.path == "partners[1].keys[0].id")
  }

  @Test("A key too many leaves the file as it was")
  func keyBound() throws {
    var file = PartnersFile()
    for number in 0..<Partner.maximumKeys {
      try file.add(Self.key(number), to: "mes", sites: [SiteCode("PLANT1")])
    }
    let before = file
    #expect(throws: PartnersFileError.self) {
      try file.add(Self.key(99), to: "mes", sites: [SiteCode("PLANT1")])
    }
    #expect(file == before)
  }

  private static func key(_ number: Int) -> PartnerKey {
    PartnerKey(id: "k\(number)", secretHash: Self.digest)
  }
}

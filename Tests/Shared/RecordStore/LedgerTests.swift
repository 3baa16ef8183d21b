import Environment
import Testing
import Values

@testable import RecordStore

@Suite("The fact ledger")
struct LedgerTests {
  let store: Store

  init() throws { store = try Store() }

  private func fact(_ event: String, system: String = "MES1", site: String = "PLANT1") -> FactKey {
    .fact(
      FactIdentity(site: SiteCode(site), sourceSystem: system, sourceEventID: event))
  }

  private func fingerprint(_ content: String, scheme: Int = 1) -> Fingerprint {
    var digest = CanonicalDigest()
    digest.add(content)
    return Fingerprint(digest, scheme: scheme)
  }

  @Test("answers new, then duplicate with the fact, then conflict for other content")
  func judges() async throws {
    let database = try store.open()
    let id = store.environment.identifiers.next()
    let key = fact("E-1")
    let (same, other) = (fingerprint("40 good"), fingerprint("41 good"))
    let first = try await database.write { transaction in
      let answer = try transaction.ledger.look(up: key, fingerprint: same)
      try transaction.ledger.record(key, fact: id, fingerprint: same)
      return answer
    }
    #expect(first == .new)
    let answers = try await database.write { transaction in
      [
        try transaction.ledger.look(up: key, fingerprint: same),
        try transaction.ledger.look(up: key, fingerprint: other),
      ]
    }
    #expect(answers == [.duplicate(id), .conflict(id)])
    await database.close()
  }

  @Test("remembers only successes: a refused fact is judged anew")
  func forgetsRefusals() async throws {
    let database = try store.open()
    let id = store.environment.identifiers.next()
    let key = fact("E-2")
    let content = fingerprint("x")
    await #expect(throws: Refusal(number: 7)) {
      try await database.write { transaction in
        try transaction.ledger.record(key, fact: id, fingerprint: content)
        throw Refusal(number: 7)
      }
    }
    let answer = try await database.write {
      try $0.ledger.look(up: key, fingerprint: content)
    }
    #expect(answer == .new)
    await database.close()
  }

  @Test("gives one of many callers the fact and tells the others that they repeat it")
  func judgesRaces() async throws {
    let database = try store.open()
    let environment = store.environment
    let key = fact("E-3")
    let content = fingerprint("x")
    let tasks = try await Plug.batch(of: 20, in: database) {
      (0..<20).map { _ in
        Task {
          let id = environment.identifiers.next()
          return try await database.write { transaction in
            let answer = try transaction.ledger.look(up: key, fingerprint: content)
            guard case .new = answer else { return answer }
            try transaction.ledger.record(key, fact: id, fingerprint: content)
            return .new
          }
        }
      }
    }
    var answers: [FactLedger.Answer] = []
    for task in tasks { answers.append(try await task.value) }
    #expect(answers.count { $0 == .new } == 1)
    #expect(Set(answers).count == 2)
    await database.close()
  }

  @Test("refuses to remember a key twice")
  func refusesSecondRecord() async throws {
    let database = try store.open()
    let id = store.environment.identifiers.next()
    let key = fact("E-4")
    let content = fingerprint("x")
    await #expect {
      try await database.write { transaction in
        try transaction.ledger.record(key, fact: id, fingerprint: content)
        try transaction.ledger.record(key, fact: id, fingerprint: content)
      }
    } throws: { error in
      guard case .constraint(.unique, _) = error as? RecordStoreError else { return false }
      return true
    }
    await database.close()
  }

  @Test("compares by the scheme a row was written with")
  func comparesByOldScheme() async throws {
    let database = try store.open()
    let id = store.environment.identifiers.next()
    let key = fact("E-5")
    let old = fingerprint("good=40", scheme: 1)
    let new = fingerprint("good=40;shift=early", scheme: 2)
    try await database.write { try $0.ledger.record(key, fact: id, fingerprint: old) }
    let answers = try await database.write { transaction in
      [
        try transaction.ledger.look(up: key, fingerprint: new) { $0 == 1 ? old : nil },
        try transaction.ledger.look(up: key, fingerprint: new),
      ]
    }
    #expect(answers == [.duplicate(id), .conflict(id)])
    await database.close()
  }
}

@Suite("A fact's key")
struct FactKeyTests {
  private func fact(_ site: String, _ system: String, _ event: String) -> FactKey {
    .fact(FactIdentity(site: SiteCode(site), sourceSystem: system, sourceEventID: event))
  }

  @Test("is the same for the same identity, in every version of the program")
  func isStable() {
    // Written down from the first version: a ledger that is read with other keys accepts old facts
    // again.
    #expect(
      fact("PLANT1", "MES1", "E-1").identifier.description == "446f799edec7eb29227f15ef3bc25164")
    #expect(
      FactKey.command(site: SiteCode("PLANT1"), partner: "ACME", requestID: "R-1").identifier
        .description == "2ee6cd22591d7d0900cc3402d4e5c3d5")
  }

  @Test("differs wherever a part differs, also where the joined text does not")
  func keepsPartsApart() {
    let keys = [
      fact("PLANT1", "MES1", "E1"), fact("PLANT", "1MES1", "E1"), fact("PLANT1", "MES", "1E1"),
      fact("PLANT1", "MES1", "E2"), fact("", "PLANT1MES1E1", ""), fact("PLANT1", "MES1", ""),
      FactKey.command(site: SiteCode("PLANT1"), partner: "MES1", requestID: "E1"),
    ]
    #expect(Set(keys).count == keys.count)
  }

  @Test("follows the time stamp of a UUID version 7, whatever its case")
  func ordersByTime() {
    let (environment, clock) = Environment.manual(seed: 5)
    let texts = (0..<200).map { _ in
      clock.advance(milliseconds: 1)
      return Self.uuid(environment.identifiers.next())
    }
    let keys = texts.map { fact("PLANT1", "MES1", $0).identifier }
    #expect(keys == keys.sorted())
    #expect(Set(keys).count == keys.count)
    #expect(
      fact("P", "M", texts[0]).identifier.high >> 16
        == fact("P", "M", texts[0].uppercased()).identifier.high >> 16)
    #expect(fact("P", "M", texts[0]) != fact("P", "M", texts[0].uppercased()))
  }

  @Test("does not follow texts that only look like one")
  func recognisesOnlyVersion7() {
    let real = "01890a5d-ac96-774b-bcce-b302099a8057"
    let others = [
      "01890a5d-ac96-474b-bcce-b302099a8057", "01890a5dac96774bbcceb302099a8057",
      "01890a5d-ac96-774b-bcce-b302099a805", "01890a5d-ac96-774b-bcce-b302099a805g",
      "01890a5d-ac96-774b-bcce+b302099a8057", "0189-a5d-ac96-774b-bcceb302099a8057-",
    ]
    #expect(fact("P", "M", real).identifier.high >> 16 == 0x0189_0a5d_ac96)
    for text in others { #expect(fact("P", "M", text).identifier.high >> 16 != 0x0189_0a5d_ac96) }
  }

  private static func uuid(_ identifier: Identifier) -> String {
    let digits = Array(identifier.description)
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
      .joined(separator: "-")
  }
}

@Suite("A canonical digest")
struct CanonicalDigestTests {
  private func digest(_ build: (inout CanonicalDigest) -> Void) -> [UInt8] {
    var digest = CanonicalDigest()
    build(&digest)
    return digest.bytes()
  }

  @Test("tells apart what plain concatenation would not")
  func keepsPartsApart() {
    let digests = [
      digest { _ in },
      digest { $0.add("") },
      digest { $0.addAbsent() },
      digest {
        $0.add(Int64?.none); $0.add(String?.none)
      },
      digest {
        $0.add("ab"); $0.add("c")
      },
      digest {
        $0.add("a"); $0.add("bc")
      },
      digest { $0.add("abc") },
      digest { $0.add(Array("abc".utf8)) },
      digest { $0.add(Int64(0)) },
      digest { $0.add([0, 0, 0, 0, 0, 0, 0, 0]) },
    ]
    #expect(Set(digests).count == digests.count)
    #expect(digest { $0.add(String?.some("x")) } == digest { $0.add("x") })
    #expect(digest { $0.add(Int64?.some(5)) } == digest { $0.add(Int64(5)) })
  }
}

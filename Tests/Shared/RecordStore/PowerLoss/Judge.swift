import Environment
import Values

@testable import RecordStore

/// Opens what a power cut has left and compares it with what callers had been told.
struct Judge: Sendable {
  let history: History
  /// Where the files of a cut are put, again and again.
  let store: Store

  /// What is wrong after a cut.
  enum Finding: Sendable, Hashable {
    /// An acknowledged fact is not there.
    case lost(Identifier)
    /// An acknowledged step of the feed's consumer, or the incarnation, is not there.
    case lostStep(String)
    /// It cannot be opened or used.
    case unusable(String)
    /// What is there contradicts itself, or nobody has written it.
    case inconsistent(String)

    var isLoss: Bool {
      switch self {
      case .lost, .lostStep: true
      case .unusable, .inconsistent: false
      }
    }
  }

  init(_ history: History) throws {
    self.history = history
    store = try Store(seed: 7, in: Store.memory)
  }

  /// What is wrong with the files when the power went before the operation at `position`.
  func findings(_ files: [String: [UInt8]], at position: Int) async -> Set<Finding> {
    do {
      try store.replaceFiles(with: files)
      let database = try store.open(migrations: FactWrite.migrations) { $0.readers = 1 }
      var findings: Set<Finding> = []
      do {
        let content = try await database.read { try Content($0) }
        findings = judge(content, incarnation: database.incarnation, at: position)
        try await findings.formUnion(writeOn(database, after: content))
      } catch {
        findings.insert(.unusable("\(error)"))
      }
      await database.close()
      return findings
    } catch {
      return [.unusable("\(error)")]
    }
  }

  private func judge(
    _ content: Content, incarnation: Incarnation, at position: Int
  ) -> Set<Finding> {
    var findings = Set(content.contradictions(to: history).map(Finding.inconsistent))
    let present = Set(content.audited)
    for told in history.acknowledged where told.position <= position {
      if !present.contains(told.value) { findings.insert(.lost(told.value)) }
    }
    if content.consumed < history.consumed.last(at: position) {
      findings.insert(.lostStep("consumed only through \(content.consumed)"))
    }
    if content.prunedThrough < history.pruned.last(at: position) {
      findings.insert(.lostStep("pruned only through \(content.prunedThrough)"))
    }
    if let told = history.opened.last(where: { $0.position <= position }) {
      if told.value != incarnation { findings.insert(.lostStep("another incarnation")) }
    }
    return findings
  }

  /// A database that has survived takes the next fact, under the next number.
  private func writeOn(_ database: Database, after content: Content) async throws -> Set<Finding> {
    let fact = History.Fact(
      id: store.environment.identifiers.next(), name: -1, good: 1, payloadBytes: 10)
    let answer = try await database.write { try FactWrite.run(fact, refused: false, $0) }
    guard case .accepted = answer, database.head == Int64(content.audited.count) + 1 else {
      return [.inconsistent("the next fact got \(answer) and number \(database.head)")]
    }
    return []
  }
}

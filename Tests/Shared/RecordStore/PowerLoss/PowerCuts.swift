import Foundation
import Seeds

@testable import RecordStore

/// Cuts the power before every operation of a record and judges what is left.
struct PowerCuts: Sendable {
  let history: History
  let seed: UInt64

  struct Outcome: Sendable {
    /// Different images that were opened.
    var images = 0
    /// What was wrong, with where and how.
    var findings: [(finding: Judge.Finding, place: String)] = []

    /// Shown at most, when a test fails: the first ones tell enough.
    static let mostShown = 5

    var summary: String {
      findings.prefix(Self.mostShown).map { "\($0.place): \($0.finding)" }.joined(separator: "\n")
    }
  }

  /// Nothing kept, everything kept, and by chance several times.
  static let kinds: [Fates.Kind] = [.nothingKept, .everythingKept, .chance(1), .chance(2)]

  /// Cuts everywhere, or in each way until there is a finding that is enough.
  func run(
    until isEnough: @escaping @Sendable (Judge.Finding) -> Bool = { _ in false }
  ) async throws -> Outcome {
    try await withThrowingTaskGroup(of: Outcome.self) { group in
      for kind in Self.kinds {
        group.addTask { try await run(Fates(kind, seed: seed), until: isEnough) }
      }
      var all = Outcome()
      for try await outcome in group {
        all.images += outcome.images
        all.findings += outcome.findings
      }
      return all
    }
  }

  private func run(
    _ fates: Fates, until isEnough: (Judge.Finding) -> Bool
  ) async throws -> Outcome {
    let judge = try Judge(history)
    var images = CutImages(history.operations, fates: fates)
    var outcome = Outcome()
    while !outcome.findings.contains(where: { isEnough($0.finding) }),
      let (position, files) = images.next(expecting: history.answers)
    {
      outcome.images += 1
      for finding in await judge.findings(files, at: position) {
        outcome.findings.append((finding, "cut at \(position), \(fates.kind), seed \(seed)"))
      }
    }
    return outcome
  }
}

extension History {
  /// How many answers had been given at a position.
  func answers(at position: Int) -> Int {
    acknowledged.count { $0.position <= position } + consumed.count { $0.position <= position }
      + pruned.count { $0.position <= position } + opened.count { $0.position <= position }
  }
}

/// The seeds of a run: a few, or as many as MILLRACE_CRASH_SEEDS says.
enum CrashSeeds {
  static func seeds(of what: String, usually count: Int) -> [UInt64] {
    let given = ProcessInfo.processInfo.environment["MILLRACE_CRASH_SEEDS"].flatMap { Int($0) }
    let first = TestSeed(of: what).number
    return (0..<max(given ?? count, 1)).map { first &+ UInt64($0) }
  }
}

import Seeds
import Testing

@testable import RecordStore

@Suite("After a power cut")
struct PowerLossTests {
  /// Each is one run of the workload and some thousand cuts.
  static let seeds = CrashSeeds.seeds(of: "power cuts", usually: 3)

  @Test("everything acknowledged is there, and nothing in part", arguments: seeds)
  func losesNothing(seed: UInt64) async throws {
    let history = try await Workload(seed: seed).run()
    let outcome = try await PowerCuts(history: history, seed: seed).run()
    print(
      """
      power cuts, seed \(seed): \(history.order.count) facts, \
      \(history.operations.count + 1) cut points, \(outcome.images) images
      """)
    #expect(outcome.findings.isEmpty, "\(outcome.summary)")
  }

  @Test("the same holds when syncs had failed and made nothing of theirs certain", arguments: seeds)
  func survivesFailedSyncs(seed: UInt64) async throws {
    var workload = try Workload(seed: seed)
    workload.failsSyncs = true
    let history = try await workload.run()
    #expect(history.operations.contains { if case .failedSync = $0 { true } else { false } })
    let outcome = try await PowerCuts(history: history, seed: seed).run()
    #expect(outcome.findings.isEmpty, "\(outcome.summary)")
  }
}

/// A judge that never finds anything judges nothing: with less than FULL it must.
@Suite("The judge of power cuts")
struct PowerLossCanaryTests {
  private func findings(
    synchronous: String, until isEnough: @escaping @Sendable (Judge.Finding) -> Bool
  ) async throws -> [Judge.Finding] {
    let seed = TestSeed(of: "power cuts at synchronous = \(synchronous)").number
    var workload = try Workload(seed: seed)
    workload.synchronous = synchronous
    let cuts = PowerCuts(history: try await workload.run(), seed: seed)
    return try await cuts.run(until: isEnough).findings.map(\.finding)
  }

  @Test("finds acknowledged facts lost with synchronous = NORMAL, and nothing else wrong")
  func findsLosses() async throws {
    let findings = try await findings(synchronous: "NORMAL") { !$0.isLoss }
    #expect(findings.contains { if case .lost = $0 { true } else { false } })
    #expect(findings.allSatisfy { $0.isLoss })
  }

  @Test("finds broken files with synchronous = OFF")
  func findsDamage() async throws {
    let findings = try await findings(synchronous: "OFF") { !$0.isLoss }
    #expect(findings.contains { !$0.isLoss })
  }
}

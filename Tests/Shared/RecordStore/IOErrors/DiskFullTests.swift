import Testing

@testable import RecordStore

@Suite("Wherever the disk becomes full")
struct DiskFullTests {
  /// Finer than a sector, so that writes end in the middle.
  private static let stepBytes = 500
  /// The largest trial writes some ten pages and their headers twice.
  private static let mostSteps = 1_000

  /// Runs trials with more and more space until it was enough.
  private func withEverySpace(_ trial: (_ bytes: Int) async throws -> Int) async throws {
    for step in 0..<Self.mostSteps where try await trial(step * Self.stepBytes) == 0 { return }
    Issue.record("more than \(Self.mostSteps * Self.stepBytes) bytes")
  }

  @Test(
    "writes are answered diskFull, reads go on, and it heals when there is space",
    arguments: [Checkpointer.Limits()] + IOErrorTests.checkpoints)
  func reportsDiskFull(checkpoints: Checkpointer.Limits) async throws {
    try await withEverySpace { bytes in
      let trial = try Trial(checkpoints: checkpoints)
      let (storage, database) = (trial.storage, try trial.open())
      #expect(await trial.ask(database, name: 1) == nil)
      let errors = try await trial.askBatch(database) { storage.limit(toBytes: bytes) }
      #expect(errors.allSatisfy { $0 == .diskFull }, "\(bytes) bytes: \(errors)")
      #expect(errors.isEmpty || errors.count == 3, "\(bytes) bytes: all or none of a batch")
      let later = await trial.ask(database, name: 2)
      #expect(later == nil || later == .diskFull, "\(bytes) bytes")
      let failures = storage.failures
      #expect(try await trial.content(of: database).audited.count >= 1, "\(bytes) bytes")
      storage.heal()
      try await trial.expectHealed(database, "\(bytes) bytes")
      return failures
    }
  }

  @Test("opening a new database is answered diskFull, and succeeds when there is space")
  func reportsDiskFullWhenOpening() async throws {
    try await withEverySpace { bytes in
      let trial = try Trial()
      trial.storage.limit(toBytes: bytes)
      let opened = Result { try trial.open() }
      let failures = trial.storage.failures
      trial.storage.heal()
      switch opened {
      case .success(let database): try await trial.expectHealed(database, "\(bytes) bytes")
      case .failure(let error):
        #expect(error as? RecordStoreError == .diskFull, "\(bytes) bytes: \(error)")
        try await trial.expectHealed(try trial.open(), "\(bytes) bytes")
      }
      return failures
    }
  }
}

import Testing

@testable import RecordStore

@Suite("Whichever call to the storage fails")
struct IOErrorTests {
  /// A checkpoint after every commit: beside readers, and without them, which cuts the log.
  static let checkpoints = [
    Checkpointer.Limits(duePages: 1, maximumPages: 1_000),
    Checkpointer.Limits(duePages: 1, maximumPages: 1),
  ]

  @Test("a batch is answered truly, reads go on, and it heals by itself", arguments: Fault.all)
  func survivesInBatches(fault: Fault) async throws {
    try await fault.atEveryCall { nth in
      try await batch(with: fault, at: nth, Trial())
    }
  }

  @Test(
    "a checkpoint loses nothing, reads go on, and it heals by itself", arguments: Fault.all,
    checkpoints)
  func survivesInCheckpoints(fault: Fault, checkpoints: Checkpointer.Limits) async throws {
    try await fault.atEveryCall { nth in
      try await batch(with: fault, at: nth, Trial(checkpoints: checkpoints))
    }
  }

  private func batch(with fault: Fault, at nth: Int, _ trial: Trial) async throws -> Int {
    let storage = trial.storage
    let database = try trial.open()
    #expect(await trial.ask(database, name: 1) == nil)
    let errors = try await trial.askBatch(database) {
      storage.fail(fault.calls, at: nth, persistently: fault.persistently)
    }
    #expect(errors.allSatisfy { $0.isIOError }, "call \(nth): \(errors)")
    // Behind this one the checkpoint that the batch has made due is over.
    await trial.ask(database, name: 2)
    let failures = storage.failures
    if fault.calls.isDisjoint(with: [.reads, .names]) {
      #expect(try await trial.content(of: database).audited.count >= 1, "call \(nth)")
    }
    storage.heal()
    try await trial.expectHealed(database, "call \(nth)")
    return failures
  }

  @Test("opening a new database says so, and succeeds afterwards", arguments: Fault.all)
  func survivesInCreation(fault: Fault) async throws {
    try await fault.atEveryCall { nth in
      try await opening(with: fault, at: nth, Trial()) { _ in }
    }
  }

  @Test("opening a database that was closed says so, and succeeds after", arguments: Fault.all)
  func survivesInOpening(fault: Fault) async throws {
    try await fault.atEveryCall { nth in
      try await opening(with: fault, at: nth, Trial()) { trial in
        let database = try trial.open()
        #expect(await trial.ask(database, name: 1) == nil)
        await database.close()
      }
    }
  }

  @Test("opening a database with its log left says so, and succeeds after", arguments: Fault.all)
  func survivesInRecovery(fault: Fault) async throws {
    try await fault.atEveryCall { nth in
      try await opening(with: fault, at: nth, Trial()) { trial in
        let database = try trial.open()
        #expect(await trial.ask(database, name: 1) == nil)
        // Closing cannot move the log into the file then, and leaves it.
        trial.storage.fail(.all, at: 1, persistently: true)
        await database.close()
        trial.storage.heal()
      }
    }
  }

  private func opening(
    with fault: Fault, at nth: Int, _ trial: Trial, prepare: (Trial) async throws -> Void
  ) async throws -> Int {
    try await prepare(trial)
    trial.storage.fail(fault.calls, at: nth, persistently: fault.persistently)
    let database: Database
    do {
      database = try trial.open()
      trial.storage.heal()
    } catch let error as RecordStoreError {
      #expect(error.isIOError, "call \(nth): \(error)")
      trial.storage.heal()
      database = try trial.open()
    }
    let failures = trial.storage.failures
    try await trial.expectHealed(database, "call \(nth)")
    return failures
  }

  @Test("a restart after failed syncs does not build on what may not be on disk")
  func doubtsWhatFailedSyncsLeft() async throws {
    let trial = try Trial()
    let first = try trial.open()
    #expect(await trial.ask(first, name: 1) == nil)
    trial.storage.fail(.syncs, at: 1, persistently: true)
    #expect(await trial.ask(first, name: 2)?.isIOError == true)
    await first.close()
    trial.storage.heal()
    try await trial.expectHealed(try trial.open(), "after the restart")
  }

  @Test("closing ends, and everything acknowledged is there afterwards", arguments: Fault.all)
  func survivesInClosing(fault: Fault) async throws {
    try await fault.atEveryCall { nth in
      let trial = try Trial()
      let database = try trial.open()
      #expect(await trial.ask(database, name: 1) == nil)
      trial.storage.fail(fault.calls, at: nth, persistently: fault.persistently)
      await database.close()
      let failures = trial.storage.failures
      trial.storage.heal()
      try await trial.expectHealed(try trial.open(), "call \(nth)")
      return failures
    }
  }
}

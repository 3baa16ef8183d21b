import GRDB
import Synchronization

@testable import RecordStore

/// Makes COMMITs fail by plan, or watches them.
final class CommitFaults: Sendable {
  /// What the next COMMITs do; when the plan is empty they succeed.
  enum Step: Sendable {
    case succeed
    /// Fails before anything is written, the transaction still open.
    case fail(ResultCode)
    /// Ends the transaction first, as SQLite does on its own for some errors.
    case rollBackAndFail(ResultCode)
  }

  private let plan: Mutex<[Step]>
  private let commits = Mutex(0)

  init(_ plan: [Step] = []) { self.plan = Mutex(plan) }

  /// Replaces what is to come.
  func schedule(_ steps: [Step]) { plan.withLock { $0 = steps } }

  /// How often COMMIT was asked for.
  var attempts: Int { commits.withLock { $0 } }

  var seams: DatabaseSeams {
    DatabaseSeams(commit: CommitStep { try self.run($0) })
  }

  private func run(_ connection: GRDB.Database) throws {
    commits.withLock { $0 += 1 }
    let step = plan.withLock { $0.isEmpty ? .succeed : $0.removeFirst() }
    switch step {
    case .succeed: try CommitStep().run(connection)
    case .fail(let code): throw DatabaseError(resultCode: code)
    case .rollBackAndFail(let code):
      try connection.execute(sql: "ROLLBACK")
      throw DatabaseError(resultCode: code)
    }
  }
}

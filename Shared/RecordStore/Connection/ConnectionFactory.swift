import CSQLite
import Foundation
import GRDB

/// Opens connections with the settings of ``Settings``, applied and read back.
struct ConnectionFactory: Sendable {
  let path: String
  let cacheKibibytes: Int
  var seams = DatabaseSeams()

  /// A reader needs less cache than the writer: it does not keep changed pages. Half of the default
  /// holds the inner pages of the indexes at ten million rows.
  private static let readerCacheShare = 2

  /// Blocks of a connection's own, and their size: a write of a dozen statements fits, in 600 KiB.
  private static let (lookasideCount, lookasideBytes): (Int32, Int32) = (512, 1_200)
  /// Once in the process.
  private static let preparedSQLite: Void = millrace_sqlite_stop_counting_memory()

  /// What SQLite is told to open: the path, or with a test's storage the URI that names it.
  private var location: String {
    guard let storage = seams.storage else { return path }
    let escaped = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
    return "file:\(escaped)?vfs=\(storage)"
  }

  /// A connection of the role.
  func open(_ role: ConnectionRole) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.readonly = role.isReadOnly
    configuration.foreignKeysEnabled = true
    // The batch runner leaves a transaction open for the moment between an error and its rollback.
    configuration.allowsUnsafeTransactions = true
    configuration.busyMode = .timeout(Double(Settings.busyTimeoutMilliseconds) / 1_000)
    Self.preparedSQLite
    do {
      let queue = try DatabaseQueue(path: location, configuration: configuration)
      try queue.writeWithoutTransaction { connection in
        if role == .writer {
          millrace_sqlite_set_lookaside(
            connection.sqliteConnection, Self.lookasideBytes, Self.lookasideCount)
        }
        let share = role == .reader ? Self.readerCacheShare : 1
        try Settings.apply(to: connection, role: role, cacheKibibytes: cacheKibibytes / share)
        try seams.prepare(connection, role)
        try Settings.verify(connection, role: role, except: seams.unverifiedSettings)
      }
      return queue
    } catch let error as DatabaseError {
      throw RecordStoreError(error)
    }
  }
}

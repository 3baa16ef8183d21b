import CSQLite
import GRDB

/// Opens connections with the settings of ``Settings``, applied and read back.
struct ConnectionFactory: Sendable {
  let path: String
  let cacheKibibytes: Int
  /// Runs after the settings have been applied and before they are read back. Tests damage a
  /// setting here.
  var prepare: @Sendable (GRDB.Database, ConnectionRole) throws -> Void = { _, _ in }

  /// A reader needs less cache than the writer: it does not keep changed pages.
  private static let readerCacheShare = 8

  /// A connection of the role.
  func open(_ role: ConnectionRole) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.readonly = role != .writer
    configuration.foreignKeysEnabled = true
    // The batch runner leaves a transaction open for the moment between an error and its rollback.
    configuration.allowsUnsafeTransactions = true
    configuration.busyMode = .timeout(Double(Settings.busyTimeoutMilliseconds) / 1_000)
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.writeWithoutTransaction { connection in
        let share = role == .reader ? Self.readerCacheShare : 1
        try Settings.apply(to: connection, role: role, cacheKibibytes: cacheKibibytes / share)
        try prepare(connection, role)
        try Settings.verify(connection, role: role)
      }
      return queue
    } catch let error as DatabaseError {
      throw RecordStoreError(error)
    }
  }
}

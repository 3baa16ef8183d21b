import Environment
import Logging
import NIOSSL
import Synchronization

/// The certificates and keys in use, exchanged while the program runs: connections opened after an
/// exchange use the new ones, those before keep what they have.
final class Credentials: Sendable {
  private struct State {
    var context: NIOSSLContext
    var stamps: [FileStamp?]
  }

  private let files: [String]
  private let load: @Sendable () throws -> NIOSSLContext
  private let logger: Logger
  private let state: Mutex<State>

  /// Reads the files for the first time. Throws ``TLSFileError``.
  init(
    files: [String], logger: Logger, load: @escaping @Sendable () throws -> NIOSSLContext
  ) throws {
    self.files = files
    self.load = load
    self.logger = logger
    // Stamps first: what changes while it is read is read again.
    let stamps = files.map(FileStamp.init)
    state = Mutex(State(context: try load(), stamps: stamps))
  }

  /// What new connections use.
  var context: NIOSSLContext { state.withLock { $0.context } }

  /// Reads the files again if one of them has changed since they were read last.
  func reloadIfChanged() {
    let stamps = files.map(FileStamp.init)
    guard state.withLock({ $0.stamps != stamps }) else { return }
    reload()
  }

  /// Reads the files again. If they can't be used, the ones in use stay, and the log says why.
  func reload() {
    let stamps = files.map(FileStamp.init)
    do {
      let context = try load()
      state.withLock { $0 = State(context: context, stamps: stamps) }
      logger.notice("certificates and keys were read again", metadata: ["files": "\(files)"])
    } catch {
      state.withLock { $0.stamps = stamps }
      logger.error(
        "certificates and keys were not read again, those in use stay",
        metadata: ["error": "\(error)"])
    }
  }
}

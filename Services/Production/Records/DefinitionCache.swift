import RecordStore
import Synchronization
import Values

/// Remembers what was released, by the fingerprint of its content, so that a report need not read a
/// thousand component lines to add one piece.
///
/// The key is the content itself: an entry can be superfluous but never wrong, whatever becomes of
/// the transaction it was read in.
final class DefinitionCache: Sendable {
  /// Most lines and operations kept in all definitions together, some 150 bytes each: about 8 MB.
  static let maximumLines = 50_000

  private struct State {
    var definitions: [Fingerprint: OrderDefinition] = [:]
    var lineCount = 0
  }

  private let state = Mutex(State())

  subscript(content: Fingerprint) -> OrderDefinition? {
    state.withLock { $0.definitions[content] }
  }

  func remember(_ definition: OrderDefinition, _ content: Fingerprint) {
    // An order without lines still takes a place.
    let lines = definition.components.count + definition.operations.count + 1
    state.withLock { state in
      guard state.definitions[content] == nil else { return }
      if state.lineCount + lines > Self.maximumLines { state = State() }
      state.definitions[content] = definition
      state.lineCount += lines
    }
  }
}

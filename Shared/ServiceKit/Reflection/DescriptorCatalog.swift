import Protobuf

/// The files that a program shows, found by their names and by what they define.
struct DescriptorCatalog: Sendable {
  private let byName: [String: FileDescriptorRecord]
  private let bySymbol: [String: FileDescriptorRecord]

  /// Of all files those that define one of the names, and what these need.
  init(_ files: [FileDescriptorRecord], showing names: [String]) {
    let all = Dictionary(files.map { ($0.name, $0) }) { first, _ in first }
    let names = Set(names)
    let roots = files.filter { !names.isDisjoint(with: $0.symbols) }
    let shown = Self.closure(of: roots, in: all)
    byName = Dictionary(shown.map { ($0.name, $0) }) { first, _ in first }
    bySymbol = Dictionary(
      shown.flatMap { file in file.symbols.map { ($0, file) } }
    ) { first, _ in first }
  }

  /// The file of a name as other files import it.
  func file(named name: String) -> FileDescriptorRecord? { byName[name] }

  /// The file that defines a full name.
  func file(defining symbol: String) -> FileDescriptorRecord? { bySymbol[symbol] }

  /// A file first, then everything it needs, each once.
  func closure(of file: FileDescriptorRecord) -> [FileDescriptorRecord] {
    Self.closure(of: [file], in: byName)
  }

  private static func closure(
    of roots: [FileDescriptorRecord], in files: [String: FileDescriptorRecord]
  ) -> [FileDescriptorRecord] {
    var found = roots
    var names = Set(roots.map(\.name))
    var next = 0
    while next < found.count {
      for name in found[next].dependencies where names.insert(name).inserted {
        if let file = files[name] { found.append(file) }
      }
      next += 1
    }
    return found
  }
}

import Foundation

/// A file of the project: its path relative to the root, and its text.
struct SourceFile {
  let path: String
  let text: String

  var lineCount: Int { text.utf8.count { $0 == UInt8(ascii: "\n") } }
  var isSwift: Bool { path.hasSuffix(".swift") }
  var isGenerated: Bool { AllowedArrows.generatedFolders.contains { path.hasPrefix($0) } }

  /// The folders above the file, outermost first.
  var folders: [String] { path.split(separator: "/").dropLast().map(String.init) }
}

/// The project on disk.
enum SourceTree {
  /// The root of the project: two folders above this one.
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// The names directly below the root.
  static func topLevel() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.path)
  }

  /// Every readable text file with one of these endings below these folders.
  static func files(below folders: [String], endings: Set<String>) throws -> [SourceFile] {
    var files: [SourceFile] = []
    for folder in folders {
      let paths = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
      while let path = paths?.nextObject() as? String {
        guard let ending = path.split(separator: ".").last, endings.contains(String(ending)) else {
          continue
        }
        let full = folder + "/" + path
        files.append(SourceFile(path: full, text: try text(full)))
      }
    }
    return files.sorted { $0.path < $1.path }
  }
}

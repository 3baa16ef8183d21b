import Foundation

/// A broken rule: where, and what is wrong.
struct Violation: Hashable, CustomStringConvertible {
  let path: String
  let problem: String

  var description: String { "\(path): \(problem)" }
}

/// The rules of the design as functions from texts to violations, so that each can be shown to
/// bite.
enum Rules {
  /// Imports of the sources, against the table.
  static func imports(_ files: [SourceFile], rooms: [Room] = AllowedArrows.rooms) -> [Violation] {
    files.filter(\.isSwift).flatMap { file -> [Violation] in
      guard let room = rooms.first(where: { file.path.hasPrefix($0.path + "/") }) else {
        return [Violation(path: file.path, problem: "belongs to no target of the table")]
      }
      var allowed = room.own.union(room.foreign)
      if room.platform { allowed.formUnion(AllowedArrows.platformModules) }
      if file.folders.contains("Domain") { allowed = ["Values"] }
      return SwiftText(file.text).imports.filter { !allowed.contains($0) }.map {
        Violation(path: file.path, problem: "imports \($0), which \(room.target) may not know here")
      }
    }
  }

  /// Dependencies and folders of the manifest, against the table.
  static func manifest(_ manifest: Manifest, rooms: [Room] = AllowedArrows.rooms) -> [Violation] {
    let table = Dictionary(uniqueKeysWithValues: rooms.map { ($0.target, $0) })
    return manifest.targets.filter { !$0.isTest }.flatMap { target -> [Violation] in
      guard let room = table[target.name] else {
        return [Violation(path: target.path, problem: "\(target.name) is not in the table")]
      }
      var problems = target.own.subtracting(room.own).union(
        target.foreign.subtracting(room.foreign)
      )
      .sorted().map { "\(target.name) may not depend on \($0)" }
      if room.path != target.path { problems.append("the table has it at \(room.path)") }
      return problems.map { Violation(path: target.path, problem: $0) }
    }
  }

  /// The table itself: no service knows another, the wings do not know each other, and the RPC
  /// runtime sees no protobuf. The table could otherwise be loosened line by line.
  static func table(_ rooms: [Room]) -> [Violation] {
    rooms.flatMap { room -> [Violation] in
      var forbidden: Set<String> = []
      if AllowedArrows.serviceTargets.contains(room.target) {
        forbidden = AllowedArrows.serviceTargets
        if room.target == "Gateway" { forbidden.subtract(AllowedArrows.wingsOfTheGateway) }
      } else {
        forbidden = AllowedArrows.serviceTargets
        if room.target == "RPC" { forbidden.formUnion(AllowedArrows.protobufModules) }
      }
      return room.own.union(room.foreign).intersection(forbidden).sorted().map {
        Violation(path: room.path, problem: "the table lets \(room.target) know \($0)")
      }
    }
  }

  /// SQL, and the library that runs it, stay in Records/ and RecordStore.
  static func sql(_ files: [SourceFile]) -> [Violation] {
    files.flatMap { file -> [Violation] in
      if file.path.hasPrefix("Shared/RecordStore/") || file.folders.contains("Records") {
        return []
      }
      if file.path.hasSuffix(".sql") {
        return [Violation(path: file.path, problem: "is SQL outside Records/ and RecordStore")]
      }
      guard file.isSwift, !file.isGenerated else { return [] }
      return SwiftText(file.text).strings.filter(looksLikeSQL).map {
        Violation(path: file.path, problem: "has SQL outside Records/ and RecordStore: \($0)")
      }
    }
  }

  private static let statementKeywords: Set = [
    "alter", "begin", "create", "delete", "drop", "insert", "pragma", "savepoint", "select",
    "update", "with",
  ]

  private static func looksLikeSQL(_ text: String) -> Bool {
    // "Select an order from the list" is prose: nobody writes a keyword with one capital.
    let first = text.drop { $0.isWhitespace }.prefix { $0.isLetter }
    let keyword = first.lowercased()
    guard statementKeywords.contains(keyword), first == keyword || first == keyword.uppercased()
    else { return false }
    let statement =
      /^\s*(select\s[\s\S]*\sfrom\s|insert\s+(or\s+\w+\s+)?into\s|update\s+\w+\s+set\s|delete\s+from\s|create\s+(unique\s+|temp\s+)?(table|index|trigger|view)\s|drop\s+(table|index)\s|alter\s+table\s|pragma\s|savepoint\s|begin\s+(immediate|transaction|exclusive)|with\s+\w+\s+as\s*\()/
      .ignoresCase()
    return text.firstMatch(of: statement) != nil
  }

  /// The words of Odoo's interface stay where Odoo is known. Comments may name the counterpart.
  static func odoo(_ files: [SourceFile]) -> [Violation] {
    let words =
      /^(mrp|stock|product|uom|res|ir)\.[a-z]+(\.[a-z]+)*$|execute_kw|\/jsonrpc|button_mark_done/
    return files.filter { $0.isSwift && !$0.isGenerated }.filter { file in
      !AllowedArrows.foldersThatSpeakOdoo.contains { file.path.hasPrefix($0) }
    }.flatMap { file in
      SwiftText(file.text).strings.filter { $0.firstMatch(of: words) != nil }.map {
        Violation(path: file.path, problem: "speaks Odoo outside the Gateway's Odoo wing: \($0)")
      }
    }
  }

  /// Files stay short enough to read, entry points shorter.
  static func lengths(_ files: [SourceFile]) -> [Violation] {
    files.filter { $0.isSwift && !$0.isGenerated }.compactMap { file in
      let limit =
        AllowedArrows.entryPoints.contains(file.path)
        ? AllowedArrows.longestEntryPointLines : AllowedArrows.longestFileLines
      return file.lineCount > limit
        ? Violation(path: file.path, problem: "has \(file.lineCount) lines, the limit is \(limit)")
        : nil
    }
  }

  /// What a generator wrote says so at its top, so that nobody edits it; nothing else does.
  static func generatedMarks(_ files: [SourceFile]) -> [Violation] {
    files.compactMap { file in
      let top = file.text.prefix(500)
      let marked =
        top.contains("GENERATED by deploy/generate")
        || top.contains("Generated by the protocol buffer compiler")
      if file.isGenerated && !marked {
        return Violation(path: file.path, problem: "is generated and does not say so at its top")
      }
      if !file.isGenerated && file.isSwift && marked {
        return Violation(path: file.path, problem: "says that it is generated, and is not")
      }
      return nil
    }
  }

  /// The root holds the entries of the plan and nothing else.
  static func topLevel(_ names: [String], ignored: String) -> [Violation] {
    let patterns = ignored.split(separator: "\n").filter { !$0.hasPrefix("#") }
      .map { $0.hasSuffix("/") ? String($0.dropLast()) : String($0) }
    return names.filter { name in
      !AllowedArrows.topLevel.contains(name)
        && !patterns.contains { pattern in
          pattern.hasSuffix("*")
            ? name.hasPrefix(pattern.dropLast())
            : name == pattern || name.hasPrefix(pattern.replacing("*/", with: ""))
        }
    }.sorted().map { Violation(path: $0, problem: "has no place at the top level") }
  }
}

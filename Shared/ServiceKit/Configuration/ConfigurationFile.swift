import Configuration
import JSON

/// A JSON configuration file as swift-configuration reads it.
///
/// Its own JSON snapshot knows neither lists of objects nor which keys a file has; both are needed
/// here (a site per entry, and unknown keys refused). So this one flattens lists too:
/// `sites.0.code`.
struct ConfigurationFile: FileConfigSnapshot, CustomDebugStringConvertible {
  /// The library's options are not used: there are no byte values, and secrets stand in files of
  /// their own.
  struct ParsingOptions: FileParsingOptions {
    static var `default`: Self { Self() }
  }

  /// The values by key path, its parts joined by full stops.
  let leaves: [String: JSONValue]
  /// The number of entries of each list, by key path.
  let listCounts: [String: Int]
  let providerName: String

  init(data: RawSpan, providerName: String, parsingOptions: ParsingOptions) throws {
    let bytes = data.withUnsafeBytes { Array($0) }
    let root = try JSONValue(parsing: bytes)
    guard root.objectValue != nil else { throw JSONError.notAnObject }
    var leaves: [String: JSONValue] = [:]
    var listCounts: [String: Int] = [:]
    Self.flatten(root, "", &leaves, &listCounts)
    self.leaves = leaves
    self.listCounts = listCounts
    self.providerName = providerName
  }

  private enum JSONError: Error, CustomStringConvertible {
    case notAnObject
    var description: String { "the file must hold one JSON object" }
  }

  /// Goes as deep as the parser has let it (`JSONValue.maximumDepth`).
  private static func flatten(
    _ value: JSONValue, _ path: String, _ leaves: inout [String: JSONValue],
    _ listCounts: inout [String: Int]
  ) {
    let prefix = path.isEmpty ? "" : path + "."
    switch value {
    case .object(let members) where !members.isEmpty || path.isEmpty:
      for (name, member) in members { flatten(member, prefix + name, &leaves, &listCounts) }
    case .array(let elements):
      listCounts[path] = elements.count
      // An empty list is a key of the file too: nobody's, when nobody reads it.
      if elements.isEmpty { leaves[path] = value }
      for (index, element) in elements.enumerated() {
        flatten(element, prefix + String(index), &leaves, &listCounts)
      }
    default: leaves[path] = value
    }
  }

  func value(forKey key: AbsoluteConfigKey, type: ConfigType) throws -> LookupResult {
    let path = key.components.joined(separator: ".")
    let content: ConfigContent?
    switch (leaves[path], type) {
    case (.string(let text), .string): content = .string(text)
    case (.int(let number), .int): content = .int(Int(number))
    case (.bool(let flag), .bool): content = .bool(flag)
    default: content = nil
    }
    return LookupResult(encodedKey: path, value: content.map { ConfigValue($0, isSecret: false) })
  }

  var description: String { "\(providerName)[\(leaves.count) values]" }
  var debugDescription: String { description }
}

import Configuration
public import Values

/// Why a program does not start with its configuration: every problem, each with the key's path and
/// the rule.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The problems, `listen.port must be 0 to 65535`, each a sentence.
  public let problems: [String]

  /// An error of some problems.
  public init(problems: [String]) { self.problems = problems }

  /// One problem a line.
  public var description: String {
    "The configuration is refused:\n" + problems.map { "  \($0)" }.joined(separator: "\n")
  }
}

/// The configuration of a program: typed keys of one JSON file.
///
/// Every problem is collected, as with the fields of a request: a reader answers a harmless value
/// in place of a wrong one, and ``finish()`` refuses the lot. It also refuses every key that nobody
/// has read, so that a typing mistake is found at the start and not by its consequences.
///
/// ```swift
/// let settings = try await Settings.load("production.json")
/// let path = settings.text("database")
/// let port = settings.section("listen").number("port", 0...65_535)
/// try settings.finish()
/// ```
public final class Settings {
  private final class State {
    var problems: [String] = []
    var known: Set<String> = []
  }

  private let file: ConfigurationFile
  private let reader: ConfigReader
  private let prefix: [String]
  private let state: State

  private init(
    _ file: ConfigurationFile, _ reader: ConfigReader, _ prefix: [String], _ state: State
  ) {
    self.file = file
    self.reader = reader
    self.prefix = prefix
    self.state = state
  }

  /// Reads a file.
  /// - Throws: ``ConfigurationError`` when it is not there or not JSON.
  public static func load(_ path: String) async throws -> Settings {
    do {
      let location = InMemoryProvider(values: [
        "filePath": ConfigValue(.string(path), isSecret: false)
      ])
      let provider = try await FileProvider<ConfigurationFile>(
        config: ConfigReader(provider: location))
      guard let file = provider.snapshot() as? ConfigurationFile else {
        throw ConfigurationError(problems: ["\(path) was read as something else"])
      }
      return Settings(file, ConfigReader(provider: provider), [], State())
    } catch let error as ConfigurationError {
      throw error
    } catch {
      throw ConfigurationError(problems: ["\(path): \(error)"])
    }
  }

  /// Refuses the configuration when anything was wrong or left over.
  /// - Throws: ``ConfigurationError`` with every problem.
  public func finish() throws {
    let unknown = file.leaves.keys.filter { !state.known.contains($0) }.sorted()
      .map { "\(Self.display($0)) is not a key of this program" }
    let problems = state.problems + unknown
    guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
  }

  /// Reports a problem of a key that only the program can see.
  public func reject(_ key: String, _ rule: String) {
    state.problems.append("\(Self.display(path(key))) \(rule)")
  }

  /// Whether the key, or one below it, is in the file.
  public func has(_ key: String) -> Bool {
    let path = path(key)
    return file.leaves[path] != nil || file.listCounts[path] != nil
      || file.leaves.keys.contains { $0.hasPrefix(path + ".") }
  }

  /// The keys below this one.
  public func section(_ key: String) -> Settings {
    // An object without members has nothing below it that anyone could read.
    state.known.insert(path(key))
    return Settings(file, reader, prefix + [key], state)
  }

  /// The entries of a list of objects; reported when there is no such list or it has no entry.
  public func sections(_ key: String, atMost maximum: Int) -> [Settings] {
    let path = path(key)
    state.known.insert(path)
    guard let count = file.listCounts[path], (1...maximum).contains(count) else {
      reject(key, "must be a list of 1 to \(maximum) entries")
      return []
    }
    return (0..<count).map { index in section(key).section(String(index)) }
  }

  /// The entries of a list of texts; reported when there is no such list or it has no entry.
  public func texts(_ key: String, _ rule: TextRule = anyText, atMost maximum: Int) -> [String] {
    let path = path(key)
    state.known.insert(path)
    guard let count = file.listCounts[path], (1...maximum).contains(count) else {
      reject(key, "must be a list of 1 to \(maximum) texts")
      return []
    }
    return (0..<count).map { section(key).text(String($0), rule) }
  }

  /// A required text.
  public func text(_ key: String, _ rule: TextRule = anyText) -> String {
    guard let value = value(key, "text", { $0.string(forKey: $1) }) else { return "" }
    if let violation = rule.violation(of: value) { reject(key, violation) }
    return value
  }

  /// A text that may be absent.
  public func text(_ key: String, _ rule: TextRule = anyText, default fallback: String) -> String {
    has(key) ? text(key, rule) : known(key, fallback)
  }

  /// A required whole number.
  public func number(_ key: String, _ range: ClosedRange<Int64>) -> Int64 {
    guard let value = value(key, "a whole number", { $0.int(forKey: $1) }) else {
      return range.lowerBound
    }
    guard range.contains(Int64(value)) else {
      reject(key, "must be \(range.lowerBound) to \(range.upperBound)")
      return range.lowerBound
    }
    return Int64(value)
  }

  /// A whole number that may be absent.
  public func number(_ key: String, _ range: ClosedRange<Int64>, default fallback: Int64) -> Int64 {
    has(key) ? number(key, range) : known(key, fallback)
  }

  /// A switch that may be absent.
  public func flag(_ key: String, default fallback: Bool) -> Bool {
    guard has(key) else { return known(key, fallback) }
    return value(key, "true or false", { $0.bool(forKey: $1) }) ?? fallback
  }

  /// A quantity as decimal text, zero or more, that may be absent.
  public func quantity(_ key: String, atMost maximum: Quantity, default fallback: Quantity)
    -> Quantity
  {
    guard has(key) else { return known(key, fallback) }
    guard let text = value(key, "decimal text", { $0.string(forKey: $1) }) else { return fallback }
    guard let quantity = try? Quantity(decimal: text), quantity >= .zero, quantity <= maximum else {
      reject(key, "must be decimal text of 0 to \(maximum)")
      return fallback
    }
    return quantity
  }

  /// What a text may hold unless its key says otherwise: paths, addresses, names.
  public static let anyText = TextRule(maximumLength: 1_024, characters: .visible)

  private func value<T>(_ key: String, _ kind: String, _ read: (ConfigReader, ConfigKey) -> T?)
    -> T?
  {
    state.known.insert(path(key))
    if let value = read(reader, ConfigKey(prefix + [key])) { return value }
    reject(key, has(key) ? "must be \(kind)" : "is required (\(kind))")
    // What is below a key of the wrong kind is not reported once more as unknown.
    let below = path(key) + "."
    state.known.formUnion(file.leaves.keys.filter { $0.hasPrefix(below) })
    return nil
  }

  private func known<T>(_ key: String, _ value: T) -> T {
    state.known.insert(path(key))
    return value
  }

  private func path(_ key: String) -> String { (prefix + [key]).joined(separator: ".") }

  /// `sites.0.code` as people write it: `sites[0].code`.
  private static func display(_ path: String) -> String {
    path.split(separator: ".").reduce(into: "") { text, part in
      if part.allSatisfy(\.isNumber) {
        text += "[\(part)]"
      } else {
        text += (text.isEmpty ? "" : ".") + part
      }
    }
  }
}
